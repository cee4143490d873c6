#include "transport/fault/link.h"

#include <algorithm>

#include "transport/fault/engine.h"
#include "transport/fault/kinds.h"

namespace stuntcam::transport {

using ptp::Kind;

namespace {

std::optional<FaultLane> known_lane(Lane lane) {
  switch (lane) {
    case Lane::command:
      return FaultLane::command;
    case Lane::event:
      return FaultLane::event;
    case Lane::live_view:
      return FaultLane::live_view;
    case Lane::first_packet_says:
      break;
  }
  return {};
}

}  // namespace

FaultLink::FaultLink(std::unique_ptr<Link> link, std::shared_ptr<FaultEngine> engine, u64 connection)
    : Wrapper(std::move(link)),
      engine_(std::move(engine)),
      passage_(std::make_shared<Passage>()),
      timer_(engine_->io(), Timer::time_point::max()),
      idle_(engine_->io(), Timer::time_point::max()) {
  passage_->engine = engine_.get();
  passage_->framing = &inner().framing();
  passage_->connection = connection;
}

void FaultLink::start() {
  passage_->link = this;
  engine_->enter(*this);
  if (const auto denied = engine_->denies(passage_->connection)) {
    inner().mark(denied->mark);
    close(true);
  } else {
    passage_->lane = known_lane(inner().lane());
  }
  follow_plan();
  if (passage_->lane == FaultLane::event) engine_->event_link_is_there();
}

void FaultLink::abandon() {
  passage_->link = nullptr;
  engine_->leave(*this);
  if (executing_) close(false);
}

// The stages of faults that are still there stay as they are.
void FaultLink::follow_plan() {
  if (version_ == engine_->version()) return;
  version_ = engine_->version();
  std::vector<std::unique_ptr<Stage>> before;
  before.swap(stages_);
  Pieces held;
  for (auto& stage : before)
    if (stage->active().removed) stage->leave(held);
  std::vector<Stage*> fresh;
  for (const auto& fault : engine_->faults()) {
    const auto known =
        std::ranges::find_if(before, [&](const auto& stage) { return stage && &stage->active() == fault.get(); });
    if (known != before.end()) {
      stages_.push_back(std::move(*known));
    } else if (auto stage = make_stage(fault, passage_)) {
      fresh.push_back(stage.get());
      stages_.push_back(std::move(stage));
    }
  }
  if (!held.empty()) send_later(std::move(held));
  for (Stage* stage : fresh) stage->arm();
}

void FaultLink::arm() {
  for (std::size_t i = 0; i < stages_.size(); ++i) stages_[i]->arm();
}

void FaultLink::elapse(u64 fault) {
  const auto found = std::ranges::find_if(stages_, [&](const auto& stage) { return stage->active().id == fault; });
  if (found != stages_.end() && !closed_) (*found)->elapse();
}

// Which lane it is, and whose: where its port does not tell, the first packets say it.
void FaultLink::learn_lane(const ptp::Message& message, bool sent) {
  if (sent && message.kind == Kind::init_command_ack) association_ = message.params[0];
  if (passage_->lane) return;
  switch (message.kind) {
    case Kind::init_command_request:
      passage_->lane = FaultLane::command;
      break;
    case Kind::init_event_request:
      association_ = message.params[0];
      passage_->lane = FaultLane::event;
      break;
    default:
      return;
  }
  arm();
}

bool FaultLink::pending() { return inner().pending(); }

Task<bool> FaultLink::ready() { return inner().ready(); }

Task<ptp::Expected<ptp::Message>> FaultLink::receive() { return receive_through(); }

Task<ptp::Expected<ptp::Message>> FaultLink::receive_through() {
  for (;;) {
    auto message = co_await inner().receive();
    if (!message) co_return message;
    learn_lane(*message, false);
    if (message->kind == Kind::operation_request) {
      passage_->request = *message;
      passage_->request.wire = {};
      passage_->asked = true;
      engine_->asked(passage_->request);
    }
    Arrival arrival{*message};
    for (const auto& stage : stages_) stage->in(arrival);
    passage_->received += message->wire.size();
    if (arrival.until > engine_->clock().now()) {
      held_wire_.assign(message->wire.begin(), message->wire.end());
      message->wire = held_wire_;
      co_await sleep_until(arrival.until);
    }
    if (!arrival.answers.empty()) {
      for (auto& piece : arrival.answers) queue_.push_back(std::move(piece));
      co_await execute(true);
    }
    if (!arrival.dropped) co_return message;
  }
}

Task<std::size_t> FaultLink::read(Room room) {
  const bool wanted = std::ranges::any_of(stages_, [](const auto& stage) { return stage->wants_arriving_payload(); });
  if (!wanted) return inner().read(room);
  return read_through(room);
}

Task<std::size_t> FaultLink::read_through(Room room) {
  const std::size_t got = co_await inner().read(room);
  Duration until{};
  for (const auto& stage : stages_) until = std::max(until, stage->in_payload(room.first(got)));
  passage_->received += got;
  if (until > engine_->clock().now()) co_await sleep_until(until);
  co_return got;
}

}  // namespace stuntcam::transport
