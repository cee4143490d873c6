// `stuntcam fuzz`: looks whether the client is fit for it, runs it again and again under faults, and makes each finding
// small and repeatable.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

#include "fuzz/engine/corpus.h"
#include "fuzz/engine/mutator.h"
#include "fuzz/engine/prices.h"
#include "fuzz/engine/verdict.h"

namespace stuntcam::fuzz {

struct CampaignOptions {
  u64 seed = 1;
  std::optional<u64> runs;          // none: as long as there is time
  std::optional<u64> findings;      // then it ends; none: whatever was found
  std::optional<Duration> time;     // none: until it is stopped. A run or two that confirm come on top
  std::optional<Duration> timeout;  // of one run; none: as the client without faults suggests
  std::optional<u64> memory;        // resident bytes; none: likewise
  std::optional<u64> jobs = 1;      // none: as many as keep the processors busy
  std::string expected;             // a file that the client makes; "": none
  std::function<bool()> stop{};     // asked all the time, by all jobs: is it over? Clients that run are ended, too
};

struct Finding {
  Verdict verdict;
  transport::FaultPlan plan;         // as small as it could be made
  u64 run = 0;                       // 1, 2, …: the one that found it
  std::size_t faults = 0;            // of that run
  unsigned repeated = 0, tried = 0;  // how often the small plan did it again
  Ending ending;
};

struct Progress {
  u64 runs = 0, findings = 0, again = 0, jobs = 0;
  std::size_t kept = 0, features = 0;
  double seconds = 0, processor_seconds = 0;
};

// The client is not one that can be fuzzed; says why.
struct Unfit : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Campaign {
 public:
  struct Report {
    std::function<void(const Finding&)> finding;     // not at the same time; a new one each
    std::function<void(const Progress&)> progress;   // about once a second
    std::function<void(const std::string&)> remark;  // what people should know; likewise
  };
  Campaign(const Subject&, const Command&, Dictionary, CampaignOptions, Report);

  // Runs the client without faults. Throws Unfit.
  void prepare();
  void run();
  // One plan, three times.
  std::optional<Finding> replay(const transport::FaultPlan&);
  // One run, instead of prepare() and run(): its faults are drawn by these bytes, for an engine that brings its own.
  // What is wrong with it, and the faults. Throws Unfit.
  struct Drawn {
    transport::FaultPlan plan;
    std::optional<Verdict> verdict;
  };
  Drawn draw(View bytes);
  // Again, recorded.
  void record(const Finding&, const std::string& path);
  Progress progress() const;
  const Baseline& baseline() const { return normal_; }

 private:
  class Job;
  Run run_without_faults(Job&);
  void learn_patience(Job&);
  bool stopped() const { return options_.stop && options_.stop(); }
  bool out_of_time() const;
  bool over() const;
  void work(const std::function<bool()>& wanted);
  transport::FaultPlan next_plan(Random&);
  void take(Job&, u64 number, Run);
  void make_small(Job&, Finding&);
  void confirm(Job&, Finding&);
  bool repeats(Job&, const transport::FaultPlan&, const Verdict& wanted);
  bool is_new(const Verdict&);
  void doubt(const Finding&);
  Limits limits() const;

  const Subject& subject_;
  const Command& command_;
  Mutator mutator_;
  CampaignOptions options_;
  Report report_;
  Baseline normal_;
  Corpus corpus_;
  Prices prices_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::atomic<u64> next_{0}, runs_{0}, again_{0}, findings_{0}, jobs_{0};
  std::atomic<i64> processor_{0};  // nanoseconds of all clients
  std::mutex mutex_;
  std::map<std::string, u64> known_;    // findings by their keys, and how often
  std::map<std::string, u64> doubted_;  // those that did not come again, likewise
};

}  // namespace stuntcam::fuzz
