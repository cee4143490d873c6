// JUnit's XML, as CI systems read it: a test suite for each chapter.
#include <fmt/format.h>

#include <fstream>

#include "cli/conform_report.h"
#include "cli/failure.h"
#include "ptp/text.h"

namespace stuntcam::cli {
namespace {

// XML 1.0 has no way to say most control characters.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : ptp::valid_utf8(text)) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? '?' : c;
    }
  }
  return out;
}

std::string body(const Checked& checked) {
  const auto& result = checked.result;
  switch (checked.outcome) {
    case Outcome::passed:
      return "";
    case Outcome::skipped:
      return fmt::format("<skipped message=\"{}\"/>", escaped(result.reason));
    case Outcome::expected_failure:
      return fmt::format("<skipped message=\"{}\"/>",
                         escaped(fmt::format("expected failure: expected {}, got {}", result.expected, result.got)));
    case Outcome::stale:
      return "<failure type=\"stale\" message=\"passes, and is listed as an expected failure\"/>";
    case Outcome::failed:
      break;
  }
  std::string text = fmt::format("{} (docs/protocol.md §{})\nexpected: {}\ngot: {}\n", result.what->rule,
                                 result.what->section, result.expected, result.got);
  for (const auto& line : result.trace) text += line + "\n";
  return fmt::format("<failure type=\"mismatch\" message=\"{}\">{}</failure>",
                     escaped(fmt::format("expected {}, got {}", result.expected, result.got)), escaped(text));
}

struct Suite {
  std::string cases;
  std::size_t tests = 0, failures = 0, skipped = 0;
  double time = 0;
};

}  // namespace

void write_junit(const std::string& path, const std::string& target, const std::vector<Checked>& all) {
  std::vector<std::pair<std::string_view, Suite>> suites;
  for (const Checked& checked : all) {
    const auto& what = *checked.result.what;
    if (suites.empty() || suites.back().first != what.chapter()) suites.emplace_back(what.chapter(), Suite{});
    Suite& suite = suites.back().second;
    const double time = std::chrono::duration<double>(checked.result.took).count();
    ++suite.tests;
    suite.failures += checked.good() ? 0 : 1;
    suite.skipped += checked.outcome == Outcome::skipped || checked.outcome == Outcome::expected_failure ? 1 : 0;
    suite.time += time;
    suite.cases += fmt::format("    <testcase classname=\"conform.{}\" name=\"{}\" time=\"{:.3f}\">{}</testcase>\n",
                               what.chapter(), what.id, time, body(checked));
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"" << escaped(target) << "\">\n";
  for (const auto& [chapter, suite] : suites)
    file << fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3f}\">\n{}  "
        "</testsuite>\n",
        chapter, suite.tests, suite.failures, suite.skipped, suite.time, suite.cases);
  file << "</testsuites>\n";
  file.close();
  if (!file) throw Failure(unavailable, fmt::format("cannot write {}", path));
}

}  // namespace stuntcam::cli
