#include "cli/fuzz_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "cli/failure.h"
#include "ptp/json.h"

namespace stuntcam::cli {
namespace {

std::string dump(const ptp::Json& json) { return json.dump(-1, ' ', false, ptp::Json::error_handler_t::replace); }

// As a shell takes it back.
std::string shell_word(const std::string& word) {
  const bool plain = !word.empty() && std::ranges::all_of(word, [](const char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:=,@%+{}").find(c) != std::string_view::npos;
  });
  if (plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + '\'';
}

std::string shell_words(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) line += ' ' + shell_word(word);
  return line;
}

// One line of a comment.
std::string comment(std::string text) {
  std::ranges::replace_if(text, [](const char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return "# " + text + "\n";
}

// The same for the same defect, so that a second campaign does not name it anew.
std::string hash_of(const std::string& text) {
  u32 hash = 0x811C9DC5;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<u8>(c)) * 0x01000193;
  return fmt::format("{:08x}", hash);
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw Failure(unavailable, fmt::format("cannot write {}", path));
}

}  // namespace

void make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw Failure(unavailable, fmt::format("cannot make the folder {}: {}", path, error.message()));
}

SavedFinding::SavedFinding(const fuzz::Finding& finding, const FuzzTarget& target, const std::string& folder)
    : finding_(finding), target_(target) {
  const auto kind = std::string(fuzz::name(finding.verdict.kind));
  stem_ = fmt::format("{}/{}-{}", folder, kind, hash_of(finding.verdict.key));
  scenario_ = stem_ + ".toml";
}

std::string SavedFinding::recording() const { return stem_ + ".pcapng"; }

std::string SavedFinding::command(bool run) const {
  const auto what =
      run ? fmt::format("stuntcam run {} --fault {}", shell_word(target_.camera), shell_word(scenario_))
          : fmt::format("stuntcam fuzz {} --replay {}", shell_word(target_.camera), shell_word(scenario_));
  return what + shell_words(target_.options) + (run ? "" : shell_words(target_.limits)) + " --" +
         shell_words(target_.client);
}

void SavedFinding::write() const {
  std::string toml = fmt::format("# {} found by `stuntcam fuzz`, run {} of seed {}. To have it again:\n",
                                 fuzz::name(finding_.verdict.kind), finding_.run, target_.seed);
  toml += comment("  " + command(false));
  toml += comment("  " + command(true));
  auto description = finding_.verdict.text;
  std::ranges::replace_if(
      description,
      [](const char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c >= 0x7F; }, '\'');
  toml += fmt::format("description = \"{}\"\nseed = {}\n", description, finding_.plan.seed);
  for (const auto& fault : finding_.plan.faults) toml += '\n' + transport::to_toml(fault, target_.vendor);
  write_file(scenario_, toml);
  auto report = fmt::format("{}: {}\nthe client {}\n{} of {} times again\n{}\n", fuzz::name(finding_.verdict.kind),
                            finding_.verdict.text, fuzz::text(finding_.ending), finding_.repeated, finding_.tried,
                            command(false));
  for (const auto& fault : finding_.plan.faults)
    report += fmt::format("--fault {}\n", shell_word(transport::to_string(fault, target_.vendor)));
  report += "\nWhat it said on standard error:\n" + finding_.ending.said;
  write_file(stem_ + ".txt", report);
}

std::string SavedFinding::json() const {
  std::vector<std::string> faults;
  faults.reserve(finding_.plan.faults.size());
  for (const auto& fault : finding_.plan.faults) faults.push_back(transport::to_string(fault, target_.vendor));
  return dump({{"type", "finding"},
               {"kind", fuzz::name(finding_.verdict.kind)},
               {"run", finding_.run},
               {"seed", target_.seed},
               {"reproducer", scenario_},
               {"text", finding_.verdict.text},
               {"key", finding_.verdict.key},
               {"faults", faults},
               {"repeated", finding_.repeated},
               {"tried", finding_.tried},
               {"command", command(false)}});
}

std::string SavedFinding::text() const {
  auto lines = fmt::format("{}: {}\n", fuzz::name(finding_.verdict.kind), finding_.verdict.text);
  for (const auto& fault : finding_.plan.faults)
    lines += fmt::format("  --fault {}\n", shell_word(transport::to_string(fault, target_.vendor)));
  if (finding_.repeated < finding_.tried)
    lines += fmt::format("  only {} of {} times again: it depends on time\n", finding_.repeated, finding_.tried);
  return lines + "  " + command(false);
}

std::string summary_json(const fuzz::Progress& now) {
  return dump({{"type", "summary"},
               {"runs", now.runs},
               {"findings", now.findings},
               {"duplicates", now.again},
               {"kept", now.kept},
               {"features", now.features},
               {"jobs", now.jobs},
               {"seconds", now.seconds},
               {"processor_seconds", now.processor_seconds}});
}

std::string summary_text(const fuzz::Progress& now) {
  const double rate = now.seconds > 0 ? static_cast<double>(now.runs) / now.seconds : 0;
  return fmt::format(
      "{} runs, {:.0f}/s by {} jobs, {} new conversations, {} findings and {} more of the same, {:.0f} s", now.runs,
      rate, now.jobs, now.kept, now.findings, now.again, now.seconds);
}

}  // namespace stuntcam::cli
