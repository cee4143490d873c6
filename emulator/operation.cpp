#include "emulator/operation.h"

#include <utility>

#include "emulator/camera.h"

namespace stuntcam::emulator {
namespace {

class Collect final : public transport::Intake {
 public:
  Collect(std::size_t limit, std::function<Reply(View)> done, ResponseCode too_long)
      : limit_(limit), done_(std::move(done)), too_long_(too_long) {}
  void write(View bytes) override {
    if (overflow_ || bytes.size() > limit_ - bytes_.size()) {
      overflow_ = true;
      return;
    }
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  Reply finish(bool complete) override {
    if (overflow_) return Reply(too_long_);
    return complete ? done_(bytes_) : Reply(ResponseCode::IncompleteTransfer);
  }

 private:
  std::size_t limit_;
  std::function<Reply(View)> done_;
  ResponseCode too_long_;
  Bytes bytes_;
  bool overflow_ = false;
};

class Drain final : public transport::Intake {
 public:
  explicit Drain(Reply reply) : reply_(std::move(reply)) {}
  void write(View) override {}
  Reply finish(bool) override { return std::move(reply_); }

 private:
  Reply reply_;
};

}  // namespace

std::expected<Store*, ResponseCode> Context::store(u32 id) const {
  auto* const store = camera.store(id);
  if (store == nullptr) return std::unexpected(ResponseCode::InvalidStorageId);
  if (!store->present()) return std::unexpected(ResponseCode::StoreNotAvailable);
  return store;
}

std::expected<Store*, ResponseCode> Context::slot(u32 id) const {
  auto* const store = camera.store(id);
  return store != nullptr && camera.profile().quirks.empty_slots_answer ? store : this->store(id);
}

std::expected<const Object*, ResponseCode> Context::object(u32 handle) const {
  if (const auto* const store = camera.store_of(handle); store != nullptr && !store->present())
    return std::unexpected(ResponseCode::StoreNotAvailable);
  const auto* const object = camera.find(handle);
  if (object == nullptr) return std::unexpected(ResponseCode::InvalidObjectHandle);
  return object;
}

std::unique_ptr<transport::Intake> collect(std::size_t limit, std::function<Reply(View)> done, ResponseCode too_long) {
  return std::make_unique<Collect>(limit, std::move(done), too_long);
}

std::unique_ptr<transport::Intake> drain(Reply reply) { return std::make_unique<Drain>(std::move(reply)); }

std::unique_ptr<transport::Intake> refuse(ResponseCode code) { return drain(Reply(code)); }

ResponseCode response_for(StoreError error) {
  switch (error) {
    case StoreError::full:
      return ResponseCode::StoreFull;
    case StoreError::read_only:
      return ResponseCode::StoreReadOnly;
    case StoreError::invalid_parent:
      return ResponseCode::InvalidParentObject;
    case StoreError::not_found:
      return ResponseCode::InvalidObjectHandle;
    case StoreError::exists:
      return ResponseCode::AccessDenied;
    case StoreError::io:
      break;
  }
  return ResponseCode::GeneralError;
}

}  // namespace stuntcam::emulator
