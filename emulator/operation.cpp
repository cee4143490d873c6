#include "emulator/operation.h"

#include <utility>

namespace stuntcam::emulator {
namespace {

class Collect final : public transport::Intake {
 public:
  Collect(std::size_t limit, std::function<Reply(View)> done) : limit_(limit), done_(std::move(done)) {}
  void write(View bytes) override {
    if (overflow_ || bytes.size() > limit_ - bytes_.size()) {
      overflow_ = true;
      return;
    }
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  Reply finish(bool complete) override {
    if (overflow_) return Reply(ResponseCode::InvalidDataSet);
    return complete ? done_(bytes_) : Reply(ResponseCode::IncompleteTransfer);
  }

 private:
  std::size_t limit_;
  std::function<Reply(View)> done_;
  Bytes bytes_;
  bool overflow_ = false;
};

class Refuse final : public transport::Intake {
 public:
  explicit Refuse(ResponseCode code) : code_(code) {}
  void write(View) override {}
  Reply finish(bool) override { return Reply(code_); }

 private:
  ResponseCode code_;
};

}  // namespace

std::unique_ptr<transport::Intake> collect(std::size_t limit, std::function<Reply(View)> done) {
  return std::make_unique<Collect>(limit, std::move(done));
}

std::unique_ptr<transport::Intake> refuse(ResponseCode code) { return std::make_unique<Refuse>(code); }

}  // namespace stuntcam::emulator
