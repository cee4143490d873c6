#include "initiator/conform/conform.h"

#include <system_error>

#include "initiator/conform/trial.h"

namespace stuntcam::initiator::conform {

std::vector<const Case*> all_cases() {
  std::vector<const Case*> cases;
  for (const auto chapter :
       {framing_cases(), handshake_cases(), session_cases(), transaction_cases(), data_phase_cases(),
        event_cases(),   cancel_cases(),    probe_cases(),   device_cases(),      storage_cases(),
        object_cases(),  thumbnail_cases(), partial_cases(), property_cases(),    property_change_cases(),
        mtp_cases(),     capture_cases(),   upload_cases(),  deletion_cases(),    change_cases(),
        control_cases()})
    for (const Case& each : chapter) cases.push_back(&each);
  return cases;
}

namespace {

// The operation that fetches queued events, where the camera lists one; then it must answer in the layout that is
// known.
Task<> find_poll_operation(Subject& subject, Trial& trial) {
  const auto vendor = ptp::vendor_of(subject.device.vendor_extension_id, subject.device.manufacturer);
  const auto poll = ptp::parse_code<Op>("GetEvent", vendor);
  if (!poll || !subject.lists(*poll)) co_return;
  co_await trial.enter();
  const Answer answer = co_await trial.ask(*poll);
  ptp::Reader reader(answer.bytes);
  const auto count = reader.integer<u16>("NumEvents");
  reader.bytes("Events", std::size_t{count} * 6);
  if (answer.ok() && answer.data && reader.ok() && reader.rest().empty())
    subject.poll_operation = static_cast<u16>(*poll);
}

std::string missing_operation(const Subject& subject, const Case& what) {
  for (const Op needed : what.needs) {
    if (needed == Op{}) break;
    if (!subject.unknown.empty()) return "what the camera can do is unknown: " + subject.unknown;
    if (!subject.lists(needed)) return fmt::format("the camera does not list {}", ptp::to_string(needed));
  }
  return {};
}

}  // namespace

Task<> survey(Subject& subject) {
  Trial trial(subject, std::make_shared<Trace>());
  try {
    co_await trial.dial_command();
  } catch (const Mismatch& mismatch) {
    throw Problem(Trouble::unreachable, "cannot connect: " + mismatch.got);
  }
  trial.drop();
  try {
    co_await trial.connect();
    subject.device = co_await trial.data_set<ptp::DeviceInfo>(Op::GetDeviceInfo);
    co_await find_poll_operation(subject, trial);
  } catch (const std::runtime_error& problem) {
    if (subject.device.operations_supported.empty()) subject.unknown = problem.what();
  }
  co_await trial.finish(true);
}

Task<Result> run(Subject& subject, const Case& what) {
  Result result;
  result.what = &what;
  const auto begun = subject.clock.now();
  result.reason = missing_operation(subject, what);
  if (!result.reason.empty()) {
    result.verdict = Verdict::skipped;
    co_return result;
  }
  const auto trace = std::make_shared<Trace>();
  Trial trial(subject, trace);
  try {
    co_await what.run(trial);
  } catch (const NotApplicable& reason) {
    result.verdict = Verdict::skipped;
    result.reason = reason.what();
  } catch (const Mismatch& mismatch) {
    result.verdict = Verdict::failed;
    result.expected = mismatch.expected;
    result.got = mismatch.got;
    result.trace = trace->lines();
    result.unreachable = mismatch.expected.starts_with("a TCP connection");
  } catch (const std::exception& error) {
    result.verdict = Verdict::failed;
    result.expected = "the case to run";
    result.got = error.what();
  }
  co_await trial.finish(result.verdict != Verdict::failed);
  result.took = subject.clock.now() - begun;
  co_return result;
}

}  // namespace stuntcam::initiator::conform
