#include "fuzz/engine/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <thread>
#include <vector>

#include "fuzz/engine/jobs.h"
#include "fuzz/engine/minimise.h"

namespace stuntcam::fuzz {
namespace {

using Time = std::chrono::steady_clock;

// A client without faults gets so long; and under faults so many times what it took then.
constexpr Duration first_timeout = std::chrono::seconds(30), least_timeout = std::chrono::seconds(5);
constexpr int times_as_long = 10;
// Beside what it takes without faults.
constexpr u64 most_memory = 512ull << 20;
// What making one finding small may cost: hangs take as long as they may at each try.
constexpr unsigned most_tries = 120;
constexpr Duration least_trying = std::chrono::seconds(30);
constexpr int runs_of_trying = 8;
constexpr unsigned confirmations = 3;
// What did not come again may have been the machine's fault, and be a defect the next time: so often it is tried.
constexpr u64 most_doubts = 3;
// How often faults are drawn anew because others are cheaper.
constexpr int most_draws = 16;

// Nothing works: every operation is refused; or every connection is reset.
std::vector<transport::FaultPlan> hostile_plans() {
  transport::Fault refuse{.kind = transport::FaultKind::refuse};
  refuse.with.code = static_cast<u16>(ptp::ResponseCode::GeneralError);
  transport::Fault reset{.kind = transport::FaultKind::reset};
  reset.where.from = 0;
  return {{.seed = 1, .faults = {refuse}}, {.seed = 1, .faults = {reset}}};
}

std::string key_of(const Verdict& verdict) { return std::string(name(verdict.kind)) + verdict.key; }

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
  return {options_.timeout.value_or(time), options_.memory.value_or(normal_.ending.memory + most_memory),
          options_.stop};
}

// What a run without faults must be like; from here on it is known what is normal.
Run Campaign::run_without_faults(Job& job) {
  Run first;
  try {
    first = job.run({});
  } catch (const std::system_error& error) {
    throw Unfit(error.what());
  }
  if (first.ending.how == Ending::How::stopped) return first;
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
  Run first = run_without_faults(job);
  if (stopped()) return;
  if (first.ending.number != 0)
    report_.remark(fmt::format("the client exits with {} although nothing is wrong", first.ending.number));
  const Run second = job.run({});
  if (stopped()) return;
  prices_.usual(std::min(first.ending.took, second.ending.took));
  if (second.ending.number != first.ending.number || second.file != first.file)
    report_.remark("the client does not do the same twice although nothing is wrong: findings may be hard to repeat");
  learn_patience(job);
  const auto plans = hostile_plans();
  const bool never_fails = std::ranges::all_of(plans, [&](const auto& plan) {
    const Run run = job.run(plan);
    return run.ending.how == Ending::How::exited && run.ending.number == first.ending.number;
  });
  if (never_fails && !stopped())
    report_.remark(fmt::format("the client exits with {} whatever happens: only crashes, hangs and memory will be seen",
                               first.ending.number));
  corpus_.add({{}, std::move(first.heard)}, first.features);
}

// How long it waits for an answer, roughly, so that the same seed draws the same.
void Campaign::learn_patience(Job& job) {
  transport::Fault silence{.kind = transport::FaultKind::silence};
  if (normal_.heard.steps.empty())
    silence.where.from = 0;
  else
    silence.where.operation = normal_.heard.steps.front().operation;
  const Run run = job.run({.seed = 1, .faults = {silence}});
  constexpr auto step = std::chrono::milliseconds(50);
  const auto steps = (run.ending.took - normal_.ending.took + step / 2) / step;
  if (run.ending.how == Ending::How::exited && steps > 0) mutator_.set_patience(steps * step);
}

bool Campaign::out_of_time() const { return stopped() || (options_.time && Time::now() - begin_ >= *options_.time); }

bool Campaign::over() const {
  if (out_of_time()) return true;
  if (options_.runs && next_ >= *options_.runs) return true;
  return options_.findings && findings_ >= *options_.findings;
}

void Campaign::run() {
  Jobs jobs([this](const auto& wanted) { work(wanted); });
  const u64 least = options_.jobs.value_or(processors());
  const u64 most = std::max(least, most_jobs(normal_.ending.memory));
  IdleTime idle;
  jobs.want(least);
  for (auto next = Time::now(); jobs.working(); std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
    if (Time::now() < next) continue;
    next += std::chrono::seconds(1);
    if (!options_.jobs && !over()) jobs.want(steer(jobs.wanted(), idle.share(), least, most));
    jobs_ = jobs.wanted();
    report_.progress(progress());
  }
  jobs.join();
}

void Campaign::work(const std::function<bool()>& wanted) {
  Job job(*this);
  while (wanted() && !over()) {
    const u64 index = ++next_;
    if (options_.runs && index > *options_.runs) break;
    Random random(mixed(options_.seed) + index);
    take(job, index, job.run(next_plan(random)));
  }
}

// Faults for which the client waits are drawn as seldom as they are dear.
transport::FaultPlan Campaign::next_plan(Random& random) {
  for (int draws = 1;; ++draws) {
    const auto from = corpus_.pick(random);
    auto plan = mutator_.vary(random, from->plan, from->heard);
    if (draws == most_draws || random.one_in(prices_.of(plan))) return plan;
  }
}

void Campaign::take(Job& job, u64 number, Run run) {
  if (run.ending.how == Ending::How::stopped) return;
  ++runs_;
  prices_.paid(run.plan, run.ending.took);
  const auto verdict = judge(run, normal_);
  if (!verdict) {
    corpus_.add({std::move(run.plan), std::move(run.heard), prices_.of(run.ending.took) >= dear}, run.features);
    return;
  }
  if (!is_new(*verdict)) return;
  Finding finding{*verdict, run.plan, number, run.plan.faults.size(), 0, 0, run.ending};
  make_small(job, finding);
  if (finding.verdict.key != verdict->key && !is_new(finding.verdict)) return;
  confirm(job, finding);
  if (finding.tried > 0 && finding.repeated == 0) return doubt(finding);
  const std::lock_guard lock(mutex_);
  ++findings_;
  report_.finding(finding);
}

bool Campaign::is_new(const Verdict& verdict) {
  const std::lock_guard lock(mutex_);
  const bool fresh = ++known_[key_of(verdict)] == 1;
  if (!fresh) ++again_;
  return fresh;
}

// The same defect, from another plan.
bool Campaign::repeats(Job& job, const transport::FaultPlan& plan, const Verdict& wanted) {
  const auto verdict = judge(job.run(plan), normal_);
  return verdict && verdict->kind == wanted.kind && verdict->key == wanted.key;
}

void Campaign::make_small(Job& job, Finding& finding) {
  const auto end = Time::now() + std::max(least_trying, runs_of_trying * limits().time);
  unsigned tries = 0;
  std::size_t fewest = finding.plan.faults.size();
  finding.plan = minimise(finding.plan, [&](const transport::FaultPlan& plan) {
    if (++tries > most_tries || Time::now() > end || out_of_time()) return false;
    const Run run = job.run(plan);
    const auto verdict = judge(run, normal_);
    if (!verdict || verdict->kind != finding.verdict.kind) return false;
    const bool fewer = plan.faults.size() < fewest;
    if (verdict->key != finding.verdict.key && !(fewer && ends_alike(*verdict, finding.verdict))) return false;
    fewest = plan.faults.size();
    finding.verdict = *verdict;
    finding.ending = run.ending;
    return true;
  });
}

// Once also when there is no time for more: unless somebody wants to leave.
void Campaign::confirm(Job& job, Finding& finding) {
  while (finding.tried < confirmations && !stopped() && (finding.tried == 0 || !out_of_time())) {
    const bool again = repeats(job, finding.plan, finding.verdict);
    if (stopped()) return;
    ++finding.tried;
    if (again) ++finding.repeated;
  }
}

// On a busy machine every slow run looks like a hang.
void Campaign::doubt(const Finding& finding) {
  const std::lock_guard lock(mutex_);
  const auto key = key_of(finding.verdict);
  if (++doubted_[key] < most_doubts) known_.erase(key);
  if (doubted_[key] > 1) return;
  std::string faults;
  for (const auto& fault : finding.plan.faults)
    faults += fmt::format(" --fault '{}'", transport::to_string(fault, subject_.vendor));
  report_.remark(
      fmt::format("run {} was a {} that did not come again, and does not count: {}; it was under --seed {}{}",
                  finding.run, name(finding.verdict.kind), finding.verdict.text, finding.plan.seed, faults));
}

std::optional<Finding> Campaign::replay(const transport::FaultPlan& plan) {
  Job job(*this);
  const Run run = job.run(plan);
  const auto verdict = judge(run, normal_);
  if (!verdict) return {};
  Finding finding{*verdict, plan, 1, plan.faults.size(), 1, 1, run.ending};
  confirm(job, finding);
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
  now.jobs = jobs_;
  now.kept = corpus_.size();
  now.features = corpus_.features();
  now.seconds = std::chrono::duration<double>(Time::now() - begin_).count();
  now.processor_seconds = static_cast<double>(processor_) / 1e9;
  return now;
}

}  // namespace stuntcam::fuzz
