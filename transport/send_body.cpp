#include "transport/send_body.h"

#include <algorithm>

#include "transport/stream_link.h"

namespace stuntcam::transport {

Room transfer_buffer(Bytes& buffer, u64 expected) {
  // Large enough that a system call moves much, small enough to be had by every session at once.
  constexpr std::size_t largest = 256 << 10, least = 4 << 10;
  const auto size = static_cast<std::size_t>(std::min<u64>(expected, largest));
  if (buffer.size() < size || buffer.empty()) buffer.resize(std::max(size, least));
  return buffer;
}

Task<bool> send_body(Link& link, const Body& body, u64 offset, u64 size, Bytes& buffer) {
  u64 missing = 0;  // bytes that the source did not give
  if (const auto* slice = std::get_if<FileSlice>(&body)) {
    try {
      const Payload payload(slice->file->descriptor(), slice->offset + offset, size);
      co_await link.write(payload);
    } catch (const SourceFailed& failed) {
      missing = size - failed.sent;
    }
  } else if (const auto* generated = std::get_if<Generated>(&body)) {
    const Room room = transfer_buffer(buffer, size);
    for (u64 done = 0; done < size;) {
      const Room piece = room.first(static_cast<std::size_t>(std::min<u64>(room.size(), size - done)));
      try {
        generated->source->read(generated->offset + offset + done, piece);
      } catch (const std::exception&) {
        missing = size - done;
        break;
      }
      co_await link.write(Payload(View(piece)));
      done += piece.size();
    }
  } else {
    const View bytes = std::holds_alternative<View>(body) ? std::get<View>(body) : View(std::get<Bytes>(body));
    const Payload payload(bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size)));
    co_await link.write(payload);
  }
  if (missing == 0) co_return true;
  const Room zeros = transfer_buffer(buffer, missing);
  std::ranges::fill(zeros, u8{0});
  for (u64 done = 0; done < missing;) {
    const View piece = View(zeros).first(static_cast<std::size_t>(std::min<u64>(zeros.size(), missing - done)));
    co_await link.write(Payload(piece));
    done += piece.size();
  }
  co_return false;
}

}  // namespace stuntcam::transport
