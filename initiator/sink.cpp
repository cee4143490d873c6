#include "initiator/sink.h"

#include <fmt/format.h>

#include "initiator/problem.h"

namespace stuntcam::initiator {

void BytesSink::begin(u64 total) {
  bytes_.clear();
  if (total != unknown_size && total > most_)
    throw Problem(Trouble::violation,
                  fmt::format("the camera announced {} bytes for a data set; the most is {}", total, most_));
}

void BytesSink::write(View bytes) {
  if (bytes.size() > most_ - bytes_.size())
    throw Problem(Trouble::violation, fmt::format("the camera sent more than {} bytes for a data set", most_));
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void FileSink::write(View bytes) {
  file_->write(written_, bytes);
  written_ += bytes.size();
}

}  // namespace stuntcam::initiator
