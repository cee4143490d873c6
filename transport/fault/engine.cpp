#include "transport/fault/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "transport/fault/link.h"

namespace stuntcam::transport {

u64 FaultEngine::add(Fault fault) {
  auto active = std::make_shared<ActiveFault>();
  active->id = ++last_id_;
  active->mark = fmt::format("fault {}: {}", active->id, to_string(fault, vendor_));
  active->fault = std::move(fault);
  active->since = clock_.now();
  faults_.push_back(active);
  ++version_;
  if (of_camera(active->fault.kind)) arm(active);
  const auto links = links_;
  for (FaultLink* link : links)
    if (std::ranges::find(links_, link) != links_.end()) link->follow_plan();
  return active->id;
}

bool FaultEngine::remove(u64 id) {
  const auto found = std::ranges::find(faults_, id, &ActiveFault::id);
  if (found == faults_.end()) return false;
  (*found)->removed = true;
  faults_.erase(found);
  ++version_;
  const auto links = links_;
  for (FaultLink* link : links)
    if (std::ranges::find(links_, link) != links_.end()) link->follow_plan();
  return true;
}

std::vector<FaultStatus> FaultEngine::status() const {
  std::vector<FaultStatus> all;
  all.reserve(faults_.size());
  for (const auto& one : faults_) all.push_back({one->id, one->fault, one->seen, one->applied});
  return all;
}

// A hand on the camera needs no connection. With an operation it waits for that: camera.cpp.
void FaultEngine::arm(const std::shared_ptr<ActiveFault>& fault) {
  if (fault->fault.where.operation) return;
  clock_.after(fault->fault.where.after.value_or(Duration{}), [weak = weak_from_this(), fault] {
    const auto self = weak.lock();
    if (!self || fault->removed) return;
    ++fault->seen;
    ++fault->applied;
    self->applied(*fault);
  });
}

void FaultEngine::applied(const ActiveFault& fault) {
  if (of_camera(fault.fault.kind) && act_) act_(fault.fault);
}

void FaultEngine::leave(FaultLink& link) {
  std::erase(links_, &link);
  if (link.passage().lane == FaultLane::command) ended_ = clock_.now();
}

std::shared_ptr<ActiveFault> FaultEngine::denies(u64 connection) {
  for (const auto& one : faults_) {
    const auto& [kind, where, with] = one->fault;
    if (kind != FaultKind::deny || (where.connection && *where.connection != connection)) continue;
    const auto begins = where.after ? std::optional(one->since + *where.after) : ended_;
    const auto now = clock_.now();
    if (!begins || now < *begins || now - *begins >= with.time.value_or(Duration{})) continue;
    ++one->seen;
    if ((where.nth && one->seen != *where.nth) || (where.times && one->applied >= *where.times)) continue;
    ++one->applied;
    return one;
  }
  return nullptr;
}

void FaultEngine::asked(const ptp::Message& request) {
  last_request_ = request;
  any_request_ = true;
}

FaultLink* FaultEngine::event_link(u32 association) const {
  for (FaultLink* link : links_ | std::views::reverse) {
    if (link->passage().lane != FaultLane::event) continue;
    // Where events have a port of their own nothing says whose they are: the newest is.
    if (dialect_.lanes || link->association() == association) return link;
  }
  return nullptr;
}

void FaultEngine::event_link_is_there() {
  const auto links = links_;
  for (FaultLink* link : links)
    if (std::ranges::find(links_, link) != links_.end()) link->arm();
}

void FaultEngine::event_sent() {
  const auto waiting = std::move(waiting_);
  waiting_.clear();
  for (const auto& one : waiting)
    if (!one.about.expired()) one.callback();
}

void FaultEngine::when_event_sent(std::weak_ptr<const void> about, std::function<void()> callback) {
  std::erase_if(waiting_, [](const Waiting& one) { return one.about.expired(); });
  waiting_.push_back({std::move(about), std::move(callback)});
}

Faults::Faults(asio::io_context& io, Clock& clock, FaultPlan plan, ptp::Vendor vendor, const Dialect& dialect)
    : engine_(std::make_shared<FaultEngine>(io, clock, plan.seed, vendor, dialect)) {
  for (auto& fault : plan.faults) engine_->add(std::move(fault));
}

Faults::~Faults() { engine_->on_camera({}); }

Wrap Faults::around(Wrap inner) {
  return [engine = engine_, inner = std::move(inner)](std::unique_ptr<Link> link, u64 connection) {
    if (inner) link = inner(std::move(link), connection);
    return make_fault_link(std::move(link), engine, connection);
  };
}

u64 Faults::add(Fault fault) { return engine_->add(std::move(fault)); }
bool Faults::remove(u64 id) { return engine_->remove(id); }
void Faults::clear() {
  for (const auto& one : engine_->status()) engine_->remove(one.id);
}
std::vector<FaultStatus> Faults::status() const { return engine_->status(); }
void Faults::on_camera(std::function<void(const Fault&)> act) { engine_->on_camera(std::move(act)); }

}  // namespace stuntcam::transport
