// Clients with planted bugs are found out, each by the few faults that it takes; corrected ones are left in peace.
#include "fuzz/engine/campaign.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <vector>

#include "emulator/camera.h"
#include "fuzz/engine/structure.h"
#include "profiles/load.h"

namespace stuntcam::fuzz {
namespace {

Subject subject() {
  const auto profile = profiles::load(STUNTCAM_SOURCE_DIR "/tests/fuzz/small.toml");
  Subject camera;
  camera.make = [profile = profile.value()](transport::Clock& clock) {
    return std::make_unique<emulator::Camera>(profile, emulator::CameraOptions{}, clock);
  };
  return camera;
}

Command command(const std::string& client, const std::string& file = {}) {
  Command made;
  made.target = [](const transport::Ports&) { return std::string(); };
  made.arguments = [client, file](const transport::Ports& ports, const std::string& folder) {
    return std::vector<std::string>{client, std::to_string(ports.command), file.empty() ? folder : folder + "/" + file};
  };
  return made;
}

std::string client(const std::string& name) { return std::string(STUNTCAM_CLIENTS) + "/client_" + name; }

struct Hunt {
  explicit Hunt(const Command& of, CampaignOptions options = {}) : how(of) {
    // A sanitizer's report takes its time on a busy machine.
    if (!options.timeout) options.timeout = std::chrono::seconds(8);
    options.jobs = 2;
    options.stop = [this] { return stop && stop(); };
    report.finding = [this](const Finding& finding) {
      findings.push_back(finding);
      if (finding.verdict.kind == wanted) done = true;
    };
    report.progress = [](const Progress&) {};
    report.remark = [this](const std::string& text) { remarks.push_back(text); };
    Dictionary words;
    words.strings = {"IMG_0001.TXT", "Maker"};
    words.events = {0x4002, 0x400D};
    campaign = std::make_unique<Campaign>(camera, how, words, std::move(options), report);
  }
  void until_found(FindingKind kind) {
    campaign->prepare();
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    stop = [this, limit] { return done || std::chrono::steady_clock::now() > limit; };
    wanted = kind;
    campaign->run();
    stop = {};
    ASSERT_TRUE(done);
  }
  const Finding& of(FindingKind kind) const {
    return *std::ranges::find_if(findings, [&](const Finding& each) { return each.verdict.kind == kind; });
  }
  // How often it comes again. Each replay is three runs.
  int again(const Finding& finding, int replays) const {
    int count = 0;
    for (int i = 0; i < replays; ++i) {
      const auto found_again = campaign->replay(finding.plan);
      if (found_again && found_again->verdict.key == finding.verdict.key)
        count += static_cast<int>(found_again->repeated);
    }
    return count;
  }

  Subject camera = subject();
  Command how;
  Campaign::Report report;
  std::vector<Finding> findings;
  std::vector<std::string> remarks;
  std::function<bool()> stop;
  std::optional<FindingKind> wanted;
  std::atomic<bool> done{false};
  std::unique_ptr<Campaign> campaign;
};

struct Planted {
  const char* client;
  FindingKind kind;
  const char* file = "";  // that it makes, and must be right
  const char* expected = "";
  std::optional<u64> memory{};
};
void PrintTo(const Planted& planted, std::ostream* out) { *out << planted.client; }

class PlantedBug : public testing::TestWithParam<Planted> {
 protected:
  static CampaignOptions options() {
    CampaignOptions made;
    made.expected = GetParam().expected;
    made.memory = GetParam().memory;
    if (GetParam().kind == FindingKind::hang) made.timeout = std::chrono::seconds(2);
    return made;
  }
};

TEST_P(PlantedBug, IsFoundAndComesAgain) {
  Hunt hunt(command(client(GetParam().client), GetParam().file), options());
  hunt.until_found(GetParam().kind);
  if (HasFatalFailure()) return;
  const auto& finding = hunt.of(GetParam().kind);
  EXPECT_EQ(finding.plan.faults.size(), 1u) << finding.verdict.text;
  EXPECT_EQ(finding.repeated, finding.tried);
  EXPECT_EQ(hunt.again(finding, 4), 12);
}

TEST_P(PlantedBug, IsNotFoundWhereItIsCorrected) {
  auto made = options();
  made.runs = 150;
  Hunt hunt(command(client(std::string(GetParam().client) + "_corrected"), GetParam().file), made);
  hunt.campaign->prepare();
  hunt.campaign->run();
  for (const auto& finding : hunt.findings)
    ADD_FAILURE() << finding.verdict.text << ": " << transport::to_string(finding.plan.faults.front());
  EXPECT_EQ(hunt.campaign->progress().runs, 150u);
  EXPECT_TRUE(hunt.remarks.empty()) << hunt.remarks.front();
}

INSTANTIATE_TEST_SUITE_P(
    Fuzz, PlantedBug,
    testing::Values(Planted{"short_data_set", FindingKind::crash}, Planted{"count_overflow", FindingKind::crash},
                    Planted{"missing_timeout", FindingKind::hang},
                    Planted{"trusts_total", FindingKind::wrong, "object", "{dir}/object"},
                    Planted{"event_order", FindingKind::crash}, Planted{"path_traversal", FindingKind::wrong},
                    Planted{.client = "runaway_memory", .kind = FindingKind::memory, .memory = 200 << 20}),
    [](const auto& planted) { return std::string(planted.param.client); });

// The client compares three names, one only when those before it are to its liking, and says the same whatever it is
// told. Where its edges are seen, each step towards its bug is new and kept; where they are not, none is.
class Coverage : public testing::TestWithParam<bool> {};

TEST_P(Coverage, MakesNewWhatTheConversationDoesNotShow) {
  const bool seen = GetParam();
  const auto program = client(seen ? "magic_coverage" : "magic");
  if (seen && !std::filesystem::exists(program)) GTEST_SKIP() << "clang++-19 is not installed";
  const Subject camera = subject();
  const Command how = command(program);
  const Limits limits{.time = std::chrono::seconds(60)};
  Runner runner(camera, how, "");
  Corpus corpus;
  auto run = runner.run({}, limits);
  EXPECT_EQ(run.ending.how, Ending::How::exited);
  const auto info = std::ranges::find(run.heard.steps, u16{0x1008}, &Step::operation);
  ASSERT_NE(info, run.heard.steps.end());
  auto fields = fields_of(ptp::OperationCode::GetObjectInfo, info->data);
  std::erase_if(fields, [](const Field& field) { return field.kind != Field::Kind::string; });
  ASSERT_GE(fields.size(), 3u);
  EXPECT_TRUE(corpus.add({{}, run.heard}, run.features));

  transport::FaultPlan plan;
  for (std::size_t name = 0; name < 3; ++name) {
    transport::Fault fault{.kind = transport::FaultKind::replace};
    fault.where.operation = 0x1008;
    fault.with.at = fields[name].at + 1;
    fault.with.length = 2;
    fault.with.hex = Bytes{'.', 0};
    plan.faults.push_back(fault);
    run = runner.run(plan, limits);
    EXPECT_EQ(run.applied, name + 1);
    if (name < 2) {
      EXPECT_EQ(corpus.add({plan, run.heard}, run.features), seen) << name;
    }
  }
  EXPECT_EQ(run.ending.how, Ending::How::signalled);
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Coverage, testing::Bool(),
                         [](const auto& seen) { return seen.param ? "Seen" : "NotSeen"; });

std::string unfit(const std::vector<std::string>& words) {
  Command made;
  made.target = [](const transport::Ports&) { return std::string(); };
  made.arguments = [words](const transport::Ports&, const std::string&) { return words; };
  Hunt hunt(made);
  try {
    hunt.campaign->prepare();
  } catch (const Unfit& problem) {
    return problem.what();
  }
  return hunt.remarks.empty() ? "" : hunt.remarks.front();
}

TEST(Campaign, SaysWhichClientsCannotBeFuzzed) {
  EXPECT_NE(unfit({"/nonexistent/client"}).find("cannot start /nonexistent/client"), std::string::npos);
  EXPECT_NE(unfit({"true"}).find("never connects"), std::string::npos);
  EXPECT_NE(unfit({"sleep", "60"}).find("did not end within 8 s"), std::string::npos);
  EXPECT_NE(unfit({"sh", "-c", "kill -SEGV $$"}).find("signal 11"), std::string::npos);
}

TEST(Campaign, SaysWhichClientsSucceedWhateverHappens) {
  auto made = command(client("short_data_set"));
  const auto inner = made.arguments;
  made.arguments = [inner](const transport::Ports& ports, const std::string& folder) {
    const auto words = inner(ports, folder);
    return std::vector<std::string>{"sh", "-c", words[0] + " " + words[1] + "; true"};
  };
  Hunt hunt(made);
  hunt.campaign->prepare();
  ASSERT_EQ(hunt.remarks.size(), 1u);
  EXPECT_NE(hunt.remarks[0].find("exits with 0 whatever happens"), std::string::npos) << hunt.remarks[0];
}

}  // namespace
}  // namespace stuntcam::fuzz
