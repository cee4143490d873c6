#include "fuzz/engine/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

namespace stuntcam::fuzz {
namespace {

using std::chrono::duration_cast;
using Time = std::chrono::steady_clock;

// A client without faults gets so long; and under faults so many times what it took then.
constexpr Duration first_timeout = std::chrono::seconds(30), least_timeout = std::chrono::seconds(5);
constexpr int times_as_long = 10;
// Beside what it takes without faults.
constexpr u64 most_memory = 512ull << 20;
// What making one finding small may cost.
constexpr unsigned most_tries = 120;
constexpr Duration most_trying = std::chrono::seconds(30);
constexpr unsigned confirmations = 3;

// Nothing works: every operation is refused; or every connection is reset.
std::vector<transport::FaultPlan> hostile_plans() {
  transport::Fault refuse{.kind = transport::FaultKind::refuse};
  refuse.with.code = static_cast<u16>(ptp::ResponseCode::GeneralError);
  transport::Fault reset{.kind = transport::FaultKind::reset};
  reset.where.from = 0;
  return {{.seed = 1, .faults = {refuse}}, {.seed = 1, .faults = {reset}}};
}

}  // namespace

class Campaign::Job {
 public:
  explicit Job(Campaign& owner) : campaign(owner), runner(owner.subject_, owner.command_, owner.options_.expected) {}
  Run run(const transport::FaultPlan& plan, const std::string& recording = {}) {
    Run result = runner.run(plan, campaign.limits(), recording);
    campaign.processor_ += result.ending.processor.count();
    return result;
  }
  Campaign& campaign;
  Runner runner;
};

Campaign::Campaign(const Subject& subject, const Command& command, Dictionary words, CampaignOptions options,
                   Report report)
    : subject_(subject),
      command_(command),
      mutator_(std::move(words)),
      options_(std::move(options)),
      report_(std::move(report)) {}

Limits Campaign::limits() const {
  const Duration normal = normal_.ending.took;
  const Duration time = normal == Duration{} ? first_timeout : std::max(least_timeout, times_as_long * normal);
  return {options_.timeout.value_or(time), options_.memory.value_or(normal_.ending.memory + most_memory)};
}

// What a run without faults must be like; from here on it is known what is normal.
Run Campaign::run_without_faults(Job& job) {
  Run first;
  try {
    first = job.run({});
  } catch (const std::system_error& error) {
    throw Unfit(error.what());
  }
  if (first.ending.how == Ending::How::timed_out)
    throw Unfit(fmt::format("the client did not end within {:g} s although nothing was wrong",
                            std::chrono::duration<double>(limits().time).count()));
  if (first.ending.how != Ending::How::exited || judge(first, {first.ending, first.file, {}}))
    throw Unfit(fmt::format("the client {} although nothing was wrong", text(first.ending)));
  if (first.heard.connections == 0)
    throw Unfit(
        "the client never connects to the camera: is it told {port}, {target} or {gphoto2}, or does it look at "
        "STUNTCAM_TARGET?");
  if (first.heard.handshakes == 0 && first.heard.steps.empty())
    throw Unfit("the client connects and says nothing that a camera understands");
  if (!options_.expected.empty() && !first.file)
    throw Unfit(fmt::format("the client did not make {} although nothing was wrong", options_.expected));
  normal_ = {first.ending, first.file, first.heard};
  return first;
}

void Campaign::prepare() {
  Job job(*this);
  const Run first = run_without_faults(job);
  if (first.ending.number != 0)
    report_.remark(fmt::format("the client exits with {} although nothing is wrong", first.ending.number));
  corpus_.add({}, first.heard, first.features);
  const Run second = job.run({});
  if (second.ending.number != first.ending.number || second.file != first.file)
    report_.remark("the client does not do the same twice although nothing is wrong: findings may be hard to repeat");
  const auto plans = hostile_plans();
  const bool never_fails = std::ranges::all_of(plans, [&](const auto& plan) {
    const Run run = job.run(plan);
    return run.ending.how == Ending::How::exited && run.ending.number == first.ending.number;
  });
  if (never_fails)
    report_.remark(fmt::format("the client exits with {} whatever happens: only crashes, hangs and memory will be seen",
                               first.ending.number));
}

bool Campaign::over() const {
  if ((*stop_)()) return true;
  if (options_.runs && next_ >= *options_.runs) return true;
  if (options_.findings && findings_ >= *options_.findings) return true;
  return options_.time && Time::now() - begin_ >= *options_.time;
}

void Campaign::run(const std::function<bool()>& stop) {
  stop_ = &stop;
  std::vector<std::thread> threads;
  std::vector<std::exception_ptr> failures(options_.jobs);
  std::atomic<u64> working{options_.jobs};
  for (u64 number = 0; number < options_.jobs; ++number) {
    threads.emplace_back([&, number] {
      try {
        Job job(*this);
        while (!over()) {
          const u64 index = ++next_;
          if (options_.runs && index > *options_.runs) break;
          Random random(mixed(options_.seed) + index);
          const auto from = corpus_.pick(random);
          take(job, index, job.run(mutator_.vary(random, from.plan, from.heard)));
        }
      } catch (...) {
        failures[number] = std::current_exception();
      }
      --working;
    });
  }
  for (auto next = Time::now(); working > 0; std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
    if (Time::now() < next) continue;
    next += std::chrono::seconds(1);
    report_.progress(progress());
  }
  for (auto& thread : threads) thread.join();
  for (const auto& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

void Campaign::take(Job& job, u64 number, Run run) {
  ++runs_;
  const auto verdict = judge(run, normal_);
  if (!verdict) {
    corpus_.add(run.plan, run.heard, run.features);
    return;
  }
  if (!is_new(*verdict)) return;
  Finding finding{*verdict, run.plan, number, run.plan.faults.size(), 0, 0, run.ending};
  minimise(job, finding);
  // Smaller, it may be one that is known.
  if (finding.verdict.key != verdict->key && !is_new(finding.verdict)) return;
  const std::lock_guard lock(mutex_);
  ++findings_;
  report_.finding(finding);
}

bool Campaign::is_new(const Verdict& verdict) {
  const std::lock_guard lock(mutex_);
  const bool fresh = ++known_[std::string(name(verdict.kind)) + verdict.key] == 1;
  if (!fresh) ++again_;
  return fresh;
}

// The same defect, from another plan.
bool Campaign::repeats(Job& job, const transport::FaultPlan& plan, const Verdict& wanted, Ending* ending) {
  const Run run = job.run(plan);
  const auto verdict = judge(run, normal_);
  if (ending != nullptr && verdict) *ending = run.ending;
  return verdict && verdict->kind == wanted.kind && verdict->key == wanted.key;
}

void Campaign::minimise(Job& job, Finding& finding) {
  const auto begin = Time::now();
  unsigned tries = 0;
  const auto try_plan = [&](const transport::FaultPlan& plan) {
    if (++tries > most_tries || Time::now() - begin > most_trying || (*stop_)()) return false;
    if (!repeats(job, plan, finding.verdict, &finding.ending)) return false;
    finding.plan = plan;
    return true;
  };
  // Without one fault after the other, from the last on.
  for (std::size_t i = finding.plan.faults.size(); i-- > 0 && finding.plan.faults.size() > 1;) {
    auto smaller = finding.plan;
    smaller.faults.erase(smaller.faults.begin() + static_cast<std::ptrdiff_t>(i));
    try_plan(smaller);
  }
  // Simpler ones: bytes that do not matter are zero, and fewer.
  for (std::size_t i = 0; i < finding.plan.faults.size(); ++i) {
    for (std::size_t size = finding.plan.faults[i].with.hex.value_or(Bytes{}).size(); size > 1; size /= 2) {
      auto simpler = finding.plan;
      auto& hex = simpler.faults[i].with.hex;
      if (!hex || simpler.faults[i].kind != transport::FaultKind::data) break;
      hex->resize(size / 2);
      if (!try_plan(simpler)) break;
    }
    auto first_seed = finding.plan;
    first_seed.seed = 1;
    if (finding.plan.seed != 1) try_plan(first_seed);
  }
  for (; finding.tried < confirmations && !(*stop_)(); ++finding.tried)
    if (repeats(job, finding.plan, finding.verdict)) ++finding.repeated;
}

std::optional<Finding> Campaign::replay(const transport::FaultPlan& plan) {
  Job job(*this);
  const Run run = job.run(plan);
  const auto verdict = judge(run, normal_);
  if (!verdict) return {};
  Finding finding{*verdict, plan, 1, plan.faults.size(), 1, 1, run.ending};
  for (; finding.tried < confirmations; ++finding.tried)
    if (repeats(job, plan, *verdict)) ++finding.repeated;
  return finding;
}

Campaign::Drawn Campaign::draw(View bytes) {
  Job job(*this);
  const Run normal = run_without_faults(job);
  Random random(bytes);
  Drawn drawn;
  for (u64 faults = 1 + random.below(2); faults > 0; --faults)
    drawn.plan = mutator_.vary(random, drawn.plan, normal.heard);
  drawn.verdict = judge(job.run(drawn.plan), normal_);
  return drawn;
}

void Campaign::record(const Finding& finding, const std::string& path) {
  Job job(*this);
  job.run(finding.plan, path);
}

Progress Campaign::progress() const {
  Progress now;
  now.runs = runs_;
  now.findings = findings_;
  now.again = again_;
  now.kept = corpus_.size();
  now.features = corpus_.features();
  now.seconds = std::chrono::duration<double>(Time::now() - begin_).count();
  now.processor_seconds = static_cast<double>(processor_) / 1e9;
  return now;
}

}  // namespace stuntcam::fuzz
