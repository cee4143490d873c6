#include "cli/conform_report.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/visit.h"
#include "ptp/text.h"

namespace stuntcam::cli {

using initiator::conform::Case;
using initiator::conform::Result;
using initiator::conform::Weight;
using ptp::Json;

namespace {

constexpr std::string_view red = "\x1b[31m", green = "\x1b[32m", yellow = "\x1b[33m", dim = "\x1b[2m",
                           plain = "\x1b[0m";

std::string_view weight_of(const Case& each) { return each.weight == Weight::must ? "must" : "should"; }

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
      return "passed";
    case Outcome::failed:
      return "failed";
    case Outcome::expected_failure:
      return "expected failure";
    case Outcome::stale:
      return "stale";
    case Outcome::skipped:
      return "skipped";
  }
  return "";
}

double seconds(transport::Duration time) { return std::chrono::duration<double>(time).count(); }

class Text final : public Report {
 public:
  Text(bool brief, bool bytes, bool color) : brief_(brief), bytes_(bytes), color_(color) {}
  void begin(const std::string& target, const ptp::DeviceInfo& device, std::size_t cases) override {
    fmt::print("{}: {} {}, {} cases\n", target, ptp::printable(device.manufacturer), ptp::printable(device.model),
               cases);
  }
  void add(const Checked& checked) override {
    if (brief_ && checked.good()) return;
    const Result& result = checked.result;
    const Case& each = *result.what;
    if (each.chapter() != chapter_) {
      chapter_ = each.chapter();
      fmt::print("{}\n", chapter_);
    }
    fmt::print("  {} {}{}\n", tag(checked.outcome), each.id, remark(checked));
    if (result.verdict == initiator::conform::Verdict::failed) explain(result);
    std::fflush(stdout);
  }
  void end(const Tally& tally) override { fmt::print("{}\n", tally.to_string()); }

 private:
  std::string paint(std::string_view color, std::string_view text) const {
    return color_ ? fmt::format("{}{}{}", color, text, plain) : std::string(text);
  }
  std::string tag(Outcome outcome) const {
    switch (outcome) {
      case Outcome::passed:
        return paint(green, "ok  ");
      case Outcome::expected_failure:
        return paint(yellow, "xfail");
      case Outcome::skipped:
        return paint(dim, "skip");
      case Outcome::failed:
        return paint(red, "FAIL");
      case Outcome::stale:
        return paint(red, "STALE");
    }
    return {};
  }
  std::string remark(const Checked& checked) const {
    if (checked.outcome == Outcome::stale) return ": passes, and is listed as an expected failure";
    return checked.result.reason.empty() ? "" : paint(dim, ": " + checked.result.reason);
  }
  void explain(const Result& result) const {
    fmt::print("       rule      {} ({}, docs/protocol.md §{})\n", result.what->rule, weight_of(*result.what),
               result.what->section);
    fmt::print("       expected  {}\n       got       {}\n", ptp::printable(result.expected),
               ptp::printable(result.got));
    if (!bytes_) return;
    for (const auto& line : result.trace) fmt::print("       {}\n", paint(dim, line));
  }
  bool brief_, bytes_, color_;
  std::string_view chapter_;
};

class JsonLines final : public Report {
 public:
  void begin(const std::string& target, const ptp::DeviceInfo& device, std::size_t cases) override {
    print_line({{"type", "begin"},
                {"target", target},
                {"manufacturer", device.manufacturer},
                {"model", device.model},
                {"cases", cases}});
  }
  void add(const Checked& checked) override {
    const Result& result = checked.result;
    const Case& each = *result.what;
    Json line = {{"type", "case"},
                 {"id", each.id},
                 {"chapter", each.chapter()},
                 {"section", each.section},
                 {"rule", each.rule},
                 {"weight", weight_of(each)},
                 {"destructive", each.destructive},
                 {"outcome", name(checked.outcome)},
                 {"seconds", seconds(result.took)}};
    if (!result.reason.empty()) line["reason"] = result.reason;
    if (result.verdict == initiator::conform::Verdict::failed) {
      line["expected"] = result.expected;
      line["got"] = result.got;
      line["trace"] = result.trace;
    }
    print_line(line);
  }
  void end(const Tally& tally) override {
    print_line({{"type", "summary"},
                {"passed", tally.passed},
                {"failed", tally.failed},
                {"expected_failures", tally.expected_failures},
                {"stale", tally.stale},
                {"skipped", tally.skipped},
                {"destructive_left_out", tally.destructive_left_out}});
  }
};

// One line, as TAP's descriptions and YAML's quoted scalars want it.
std::string in_yaml(std::string_view text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

// The Test Anything Protocol, version 13.
class Tap final : public Report {
 public:
  void begin(const std::string& target, const ptp::DeviceInfo&, std::size_t cases) override {
    fmt::print("TAP version 13\n1..{}\n# {}\n", cases, target);
  }
  void add(const Checked& checked) override {
    const Result& result = checked.result;
    const bool passed = checked.outcome == Outcome::passed || checked.outcome == Outcome::skipped;
    std::string directive;
    if (checked.outcome == Outcome::skipped) directive = " # SKIP " + result.reason;
    if (checked.outcome == Outcome::expected_failure)
      directive =
          " # TO"
          "DO expected failure";
    fmt::print("{} {} - {}{}\n", passed ? "ok" : "not ok", ++number_, result.what->id, directive);
    if (!passed)
      fmt::print("  ---\n  rule: {}\n  section: {}\n  expected: {}\n  got: {}\n  ...\n", in_yaml(result.what->rule),
                 in_yaml(result.what->section),
                 in_yaml(checked.outcome == Outcome::stale ? "the failure that is listed" : result.expected),
                 in_yaml(checked.outcome == Outcome::stale ? "it passes" : result.got));
    std::fflush(stdout);
  }
  void end(const Tally& tally) override { fmt::print("# {}\n", tally.to_string()); }

 private:
  std::size_t number_ = 0;
};

}  // namespace

void Tally::count(const Checked& checked) {
  switch (checked.outcome) {
    case Outcome::passed:
      ++passed;
      break;
    case Outcome::failed:
      ++failed;
      break;
    case Outcome::expected_failure:
      ++expected_failures;
      break;
    case Outcome::stale:
      ++stale;
      break;
    case Outcome::skipped:
      ++skipped;
      break;
  }
}

std::string Tally::to_string() const {
  std::string text = fmt::format("{} passed, {} failed", passed, failed);
  if (expected_failures != 0) text += fmt::format(", {} failed as expected", expected_failures);
  if (stale != 0) text += fmt::format(", {} passed against expectation", stale);
  text += fmt::format(", {} skipped", skipped);
  if (destructive_left_out != 0)
    text += fmt::format("; {} destructive ones not run (--destructive)", destructive_left_out);
  return text;
}

std::unique_ptr<Report> text_report(bool brief, bool bytes, bool color) {
  return std::make_unique<Text>(brief, bytes, color);
}
std::unique_ptr<Report> json_report() { return std::make_unique<JsonLines>(); }
std::unique_ptr<Report> tap_report() { return std::make_unique<Tap>(); }

}  // namespace stuntcam::cli
