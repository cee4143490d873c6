#include "cli/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/failure.h"
#include "cli/suggest.h"
#include "profiles/toml_reader.h"

namespace stuntcam::cli {
namespace {

using profiles::Node;

constexpr std::uintmax_t largest_file = 16 << 20;  // replaced data as hex included

[[noreturn]] void wrong(const profiles::Position& at, const std::string& what) {
  throw Failure(usage, fmt::format("{}:{}:{}: {}", *at.file, at.line, at.column, what));
}

// As a fault's text has it.
std::string text_of(const profiles::Entry& entry) {
  const auto& value = entry.value;
  if (const auto* text = value.string()) return *text;
  if (const auto* number = value.integer()) return fmt::to_string(*number);
  if (const auto* real = std::get_if<double>(&value.value)) return fmt::format("{}", *real);
  if (const auto* list = value.array()) {
    std::string joined;
    for (const auto& item : *list) {
      if (item.integer() == nullptr)
        wrong(item.at, fmt::format("{} holds {}; write numbers", entry.key, item.describe()));
      joined += fmt::format("{}{}", joined.empty() ? "" : "+", *item.integer());
    }
    return joined;
  }
  wrong(value.at, fmt::format("{} is {}; write text, a number or a list of numbers", entry.key, value.describe()));
}

transport::Fault read_fault(const Node& node, ptp::Vendor vendor) {
  if (node.table() == nullptr) wrong(node.at, fmt::format("fault is {}; write [[fault]]", node.describe()));
  std::vector<transport::FaultEntry> entries;
  for (const auto& entry : *node.table()) entries.push_back({entry.key, text_of(entry)});
  auto fault = transport::make_fault(entries, vendor);
  if (fault) return std::move(*fault);
  const auto at = fault.error().entry;
  wrong(at < entries.size() ? (*node.table())[at].at : node.at, fault.error().message);
}

Scenario read_scenario(const Node& root, ptp::Vendor vendor) {
  Scenario scenario;
  for (const auto& entry : *root.table()) {
    if (entry.key == "description") {
      scenario.description = text_of(entry);
    } else if (entry.key == "seed") {
      if (entry.value.integer() == nullptr || *entry.value.integer() < 0) wrong(entry.value.at, "seed is a number");
      scenario.seed = static_cast<u64>(*entry.value.integer());
    } else if (entry.key == "fault") {
      if (entry.value.array() == nullptr) wrong(entry.value.at, "write [[fault]], with two brackets");
      for (const auto& fault : *entry.value.array()) scenario.faults.push_back(read_fault(fault, vendor));
    } else if (entry.key != "found") {  // what fuzzing knows of it, for people
      wrong(entry.at, unknown("key", entry.key, std::vector<std::string>{"description", "seed", "fault", "found"}));
    }
  }
  if (scenario.faults.empty()) wrong(root.at, "a scenario needs at least one [[fault]]");
  return scenario;
}

std::string read_file(const std::string& path) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(path, missing);
  if (missing) throw Failure(usage, fmt::format("cannot read {}: {}", path, missing.message()));
  if (size > largest_file) throw Failure(usage, fmt::format("{} is too large for a scenario", path));
  std::ifstream file(path);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

bool is_scenario(const std::string& word) {
  const auto known = built_in_scenarios();
  return word.ends_with(".toml") || std::ranges::find(known, word, &BuiltInScenario::name) != known.end();
}

// A word that is neither scenario nor kind was meant to be one of both.
[[noreturn]] void neither(const std::string& word, const std::string& problem) {
  std::vector<std::string> names;
  for (const auto& one : built_in_scenarios()) names.emplace_back(one.name);
  const auto near = word.find(':') == std::string::npos ? nearest(word, names) : std::string();
  throw Failure(usage,
                near.empty() ? fmt::format("--fault {}: {}", word, problem)
                             : fmt::format("--fault {}: there is no such scenario; did you mean '{}'?", word, near),
                "`stuntcam faults` lists kinds and scenarios");
}

}  // namespace

Scenario load_scenario(const std::string& name_or_path, ptp::Vendor vendor) {
  const auto known = built_in_scenarios();
  const auto found = std::ranges::find(known, name_or_path, &BuiltInScenario::name);
  const auto content = found != known.end() ? std::string(found->toml) : read_file(name_or_path);
  const auto root = profiles::read_toml(content, name_or_path);
  if (!root) throw Failure(usage, root.error().to_string());
  auto scenario = read_scenario(*root, vendor);
  scenario.name = name_or_path;
  return scenario;
}

transport::FaultPlan load_plan(const std::vector<std::string>& words, ptp::Vendor vendor, u64 seed) {
  transport::FaultPlan plan{seed, {}};
  for (const auto& word : words) {
    if (is_scenario(word)) {
      auto scenario = load_scenario(word, vendor);
      plan.seed = scenario.seed.value_or(plan.seed);
      std::ranges::move(scenario.faults, std::back_inserter(plan.faults));
      continue;
    }
    auto fault = transport::parse_fault(word, vendor);
    if (!fault) neither(word, fault.error());
    plan.faults.push_back(std::move(*fault));
  }
  return plan;
}

}  // namespace stuntcam::cli
