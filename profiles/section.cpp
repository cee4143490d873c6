#include "profiles/section.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <tuple>

#include "profiles/units.h"

namespace stuntcam::profiles {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t swapped = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, swapped});
    }
  }
  return row.back();
}

}  // namespace

std::string Problem::to_string() const {
  return line == 0 ? fmt::format("{}: {}", file, message) : fmt::format("{}:{}:{}: {}", file, line, column, message);
}

void Problems::add(const Position& at, std::string message) {
  list_.push_back({at.file ? *at.file : std::string(), at.line, at.column, std::move(message)});
}

std::vector<Problem> Problems::sorted() && {
  std::ranges::sort(list_, {}, [](const Problem& p) { return std::tie(p.file, p.line, p.column, p.message); });
  // What a base says wrongly is found again under each preset.
  const auto [first, last] = std::ranges::unique(list_);
  list_.erase(first, last);
  return std::move(list_);
}

std::string_view nearest(std::string_view text, const std::vector<std::string_view>& candidates) {
  std::string_view best;
  // More than a third of the letters wrong is another word.
  std::size_t fewest = std::max<std::size_t>(text.size() / 3, 1) + 1;
  for (const auto candidate : candidates) {
    const std::size_t count = edits(text, candidate);
    if (count < fewest) {
      fewest = count;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view candidate) {
  return candidate.empty() ? std::string() : fmt::format("; did you mean '{}'?", candidate);
}

Section::Section(const Node& node, std::string title, Problems& problems)
    : node_(node), title_(std::move(title)), problems_(problems) {
  if (!node_.table()) problems_.add(node_.at, fmt::format("{} must be a table, not {}", title_, node_.describe()));
}

Section::~Section() {
  if (all_known_ || !node_.table()) return;
  for (const auto& entry : *node_.table()) {
    if (std::ranges::find(known_, entry.key) != known_.end()) continue;
    const auto near = nearest(entry.key, known_);
    problems_.add(entry.at, near.empty()
                                ? fmt::format("unknown key '{}' in {}; it may have: {}", entry.key, title_,
                                              fmt::join(known_, ", "))
                                : fmt::format("unknown key '{}' in {}{}", entry.key, title_, did_you_mean(near)));
  }
}

const Node* Section::get(std::string_view key) {
  if (std::ranges::find(known_, key) == known_.end()) known_.push_back(key);
  return node_.find(key);
}

const Node* Section::need(std::string_view key) {
  const Node* found = get(key);
  if (!found && node_.table()) problems_.add(node_.at, fmt::format("{} needs the key '{}'", title_, key));
  return found;
}

const Node::Table& Section::entries() {
  static const Node::Table none;
  all_known_ = true;
  return node_.table() ? *node_.table() : none;
}

void Section::expected(const Node& found, std::string_view key, std::string_view what) {
  problems_.add(found.at, fmt::format("'{}' in {} must be {}, not {}", key, title_, what, found.describe()));
}

bool Section::read(std::string_view key, std::string& out) {
  const Node* found = get(key);
  if (!found) return false;
  const auto* text = found->string();
  if (!text) return expected(*found, key, "a string"), false;
  out = *text;
  return true;
}

bool Section::read(std::string_view key, bool& out) {
  const Node* found = get(key);
  if (!found) return false;
  const auto* value = std::get_if<bool>(&found->value);
  if (!value) return expected(*found, key, "true or false"), false;
  out = *value;
  return true;
}

bool Section::read(std::string_view key, double& out, double min, double max) {
  const Node* found = get(key);
  if (!found) return false;
  const auto* real = std::get_if<double>(&found->value);
  const auto* integer = found->integer();
  const double value = real ? *real : integer ? static_cast<double>(*integer) : 0;
  if ((!real && !integer) || !(value >= min && value <= max))
    return expected(*found, key, fmt::format("a number from {} to {}", min, max)), false;
  out = value;
  return true;
}

bool Section::read(std::string_view key, Duration& out) {
  const Node* found = get(key);
  if (!found) return false;
  const auto value = found->string() ? parse_duration(*found->string()) : std::nullopt;
  if (!value) return expected(*found, key, duration_examples), false;
  out = *value;
  return true;
}

bool Section::read_size(std::string_view key, u64& out) {
  const Node* found = get(key);
  if (!found) return false;
  std::optional<u64> value;
  if (const auto* text = found->string()) value = parse_size(*text);
  if (const auto* integer = found->integer(); integer && *integer >= 0) value = static_cast<u64>(*integer);
  if (!value) return expected(*found, key, size_examples), false;
  out = *value;
  return true;
}

bool Section::read_integer(std::string_view key, i64& out, i64 min, i64 max) {
  const Node* found = get(key);
  if (!found) return false;
  const auto* value = found->integer();
  if (!value || *value < min || *value > max)
    return expected(*found, key, fmt::format("an integer from {} to {}", min, max)), false;
  out = *value;
  return true;
}

bool Section::choose(std::string_view key, u16& out, std::initializer_list<Choice> choices, std::string_view or_else) {
  const Node* found = get(key);
  if (!found) return false;
  std::vector<std::string_view> names;
  for (const auto& choice : choices) {
    names.push_back(choice.name);
    if (found->string() && *found->string() == choice.name) {
      out = choice.number;
      return true;
    }
  }
  expected(*found, key, fmt::format("one of {}{}", fmt::join(names, ", "), or_else));
  return false;
}

bool Section::read(std::string_view key, u16& out, std::initializer_list<Choice> choices) {
  return choose(key, out, choices, "");
}

bool Section::read_code(std::string_view key, u16& out, std::initializer_list<Choice> choices) {
  const Node* found = node_.find(key);
  if (found && found->integer()) return read(key, out);
  return choose(key, out, choices, ", or a code");
}

const Node::Array* Section::array(std::string_view key) {
  const Node* found = get(key);
  if (!found) return nullptr;
  if (!found->array()) expected(*found, key, "an array");
  return found->array();
}

}  // namespace stuntcam::profiles
