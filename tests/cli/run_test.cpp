// `run`: whose status comes out, what the client gets, and how everything ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "process.h"

namespace stuntcam::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using Arguments = std::vector<std::string>;

Arguments run(Arguments options, const Arguments& client) {
  options.insert(options.begin(), {"run", "generic"});
  options.emplace_back("--");
  options.insert(options.end(), client.begin(), client.end());
  return options;
}

TEST(Run, ReturnsTheClientsStatus) {
  EXPECT_EQ(stuntcam(run({}, {"true"})).status, 0);
  EXPECT_EQ(stuntcam(run({}, {"sh", "-c", "exit 7"})).status, 7);
  EXPECT_EQ(stuntcam(run({}, {"sh", "-c", "kill -9 $$"})).status, 137);
  EXPECT_EQ(stuntcam(run({}, {"sh", "-c", "kill -TERM $$"})).status, 143);
}

TEST(Run, SaysWhyAClientCannotBeStarted) {
  const auto missing = stuntcam(run({}, {"no-such-program-anywhere"}));
  EXPECT_EQ(missing.status, 127);
  EXPECT_THAT(missing.err, HasSubstr("cannot start no-such-program-anywhere"));
  const auto forbidden = stuntcam(run({}, {"/dev/null"}));
  EXPECT_EQ(forbidden.status, 126);
  EXPECT_THAT(forbidden.err, HasSubstr("/dev/null"));
}

TEST(Run, HasAStatusOfItsOwnForItsOwnFailures) {
  EXPECT_EQ(stuntcam({"run", "no-such-camera", "--", "true"}).status, 125);
  EXPECT_EQ(stuntcam(run({"--media", "/nonexistent"}, {"true"})).status, 125);
  EXPECT_EQ(stuntcam(run({"--ready-file", "/nonexistent/ready"}, {"true"})).status, 125);
  EXPECT_EQ(stuntcam(run({}, {"echo", "{liveview_port}"})).status, 125);
}

TEST(Run, GivesTheClientItsOutputAndTheAddress) {
  const auto result =
      stuntcam(run({}, {"sh", "-c", "echo \"$@\" $STUNTCAM_TARGET", "sh", "{host}", "{port}", "{gphoto2}"}));
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, MatchesRegex("127\\.0\\.0\\.1 [0-9]+ --port=ptpip:127\\.0\\.0\\.1:[0-9]+:[0-9]+ "
                                       "--camera=PTP/IP Camera ptpip:127\\.0\\.0\\.1:[0-9]+:[0-9]+\n"));
}

TEST(Run, TakesAllBehindTheFirstDashesAsTheClients) {
  EXPECT_EQ(stuntcam(run({}, {"echo", "--port", "--", "--help"})).out, "--port -- --help\n");
}

TEST(Run, PrintsTheReadyLineWhenAsked) {
  Process process(run({"--json"}, {"true"}));
  EXPECT_EQ(process.json_line()["event"], "ready");
  EXPECT_EQ(process.wait(), 0);
}

TEST(Run, GivesTheClientOrdinarySignals) {
  // A shell can't trap what was ignored when it started.
  const auto result = stuntcam(run({}, {"sh", "-c", "trap 'echo caught' PIPE; kill -PIPE $$; echo end"}));
  EXPECT_EQ(result.out, "caught\nend\n");
}

TEST(Run, EndsTheClientAfterTheTimeout) {
  const auto result = stuntcam(run({"--timeout", "100ms"}, {"sleep", "1000"}));
  EXPECT_EQ(result.status, 124);
  EXPECT_THAT(result.err, HasSubstr("took too long"));
}

TEST(Run, TellsAClientsOwnStatusFromTheTimeout) {
  const auto result = stuntcam(run({"--timeout", "100s"}, {"sh", "-c", "exit 124"}));
  EXPECT_EQ(result.status, 124);
  EXPECT_THAT(result.err, Not(HasSubstr("took too long")));
}

TEST(Run, KillsAClientThatDoesNotListen) {
  // Its grandchild holds the pipe: wait() returns only when that is gone as well.
  EXPECT_EQ(stuntcam(run({"--timeout", "100ms"}, {"sh", "-c", "trap '' TERM; sleep 1000; sleep 1000"})).status, 124);
}

TEST(Run, PassesASignalOnAndEndsWithIt) {
  for (const int number : {SIGTERM, SIGINT}) {
    // A background process of a shell ignores INT, so the client is a trap of its own.
    Process process(run({}, {"sh", "-c", "trap 'exit 0' INT TERM; echo here; while :; do sleep 0.01; done"}));
    EXPECT_EQ(process.line(), "here");
    process.signal(number);
    EXPECT_EQ(process.wait(), 128 + number);
  }
}

TEST(Run, TakesAFreePortUnlessTold) {
  Process first(run({"--json"}, {"sh", "-c", "echo; read line"})), second(run({"--json"}, {"true"}));
  EXPECT_NE(first.json_line()["port"], second.json_line()["port"]);
}

}  // namespace
}  // namespace stuntcam::test
