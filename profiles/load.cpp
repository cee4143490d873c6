#include "profiles/load.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "profiles/interpret.h"
#include "profiles/written.h"

namespace stuntcam::profiles {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view suffix = ".toml";

// A profile's text and where it came from.
struct Text {
  std::string toml;
  std::string file;  // as problems name it
  bool built_in = false;
};

std::vector<std::string_view> names(const std::vector<BuiltIn>& profiles) {
  std::vector<std::string_view> out;
  for (const auto& profile : profiles) out.push_back(profile.name);
  return out;
}

std::optional<Text> find_built_in(std::string_view name) {
  for (const auto& profile : built_in())
    if (profile.name == name) return Text{std::string(profile.toml), std::string(name) + std::string(suffix), true};
  return std::nullopt;
}

std::expected<Text, std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  // A directory opens and fails at the first byte.
  if (!in || (in.peek() == std::ifstream::traits_type::eof() && !in.eof()))
    return std::unexpected(fmt::format("cannot be read: {}", std::generic_category().message(errno ? errno : EIO)));
  if (!in.eof()) text << in.rdbuf();
  return Text{text.str(), path, false};
}

// A name in `extends`: beside the file that says it, then among the built-in ones.
std::expected<Text, std::string> find_base(const Text& child, const std::string& name) {
  if (!child.built_in) {
    const auto beside = fs::path(child.file).parent_path() / (name + std::string(suffix));
    std::error_code failed;
    if (fs::exists(beside, failed)) return read_file(beside.string());
  }
  if (auto found = find_built_in(name)) return std::move(*found);
  const auto known = names(built_in());
  return std::unexpected(fmt::format("there is no profile '{}' to extend; there are: {}{}", name,
                                     fmt::join(known, ", "), did_you_mean(nearest(name, known))));
}

void report(const Problem& problem, Problems& problems) {
  problems.add({std::make_shared<const std::string>(problem.file), problem.line, problem.column}, problem.message);
}

// The tree of a profile with its bases merged in. `chain` holds the files on the way here.
std::optional<Node> resolve(const Text& text, std::vector<std::string> chain, Problems& problems) {
  auto tree = read_toml(text.toml, text.file);
  if (!tree) {
    report(tree.error(), problems);
    return std::nullopt;
  }
  const Node* extends = tree->find("extends");
  if (!extends) return std::move(*tree);
  if (!extends->string()) {
    problems.add(extends->at, fmt::format("'extends' must be the name of a profile, not {}", extends->describe()));
    return std::move(*tree);
  }
  auto base = find_base(text, *extends->string());
  if (!base) {
    problems.add(extends->at, base.error());
    return std::nullopt;
  }
  // A built-in profile and a file of the same name are two profiles: a file may extend its namesake.
  chain.push_back(text.built_in ? "built-in " + text.file : fs::path(text.file).lexically_normal().string());
  const auto key = base->built_in ? "built-in " + base->file : fs::path(base->file).lexically_normal().string();
  if (std::ranges::find(chain, key) != chain.end()) {
    problems.add(extends->at,
                 fmt::format("profiles extend each other in a circle: {} → {}", fmt::join(chain, " → "), key));
    return std::nullopt;
  }
  auto merged = resolve(*base, std::move(chain), problems);
  if (!merged) return std::nullopt;
  return overlay(std::move(*merged), *tree);
}

// "flight.path = …" as a tree of its own.
std::expected<Node, Problem> read_setting(const Setting& setting) {
  const auto place = fmt::format("{}={}", setting.key, setting.value);
  const bool one_line = place.find_first_of("\r\n") == place.npos;
  if (!one_line) return std::unexpected(Problem{place, 1, 1, "a value has no line breaks"});
  if (auto tree = read_toml(fmt::format("{} = {}", setting.key, setting.value), place)) return tree;
  std::string quoted;
  for (const char c : setting.value) quoted += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  return read_toml(fmt::format("{} = \"{}\"", setting.key, quoted), place);
}

// Presets that have a say in the same table come afterwards: they hear of it too.
void apply(const Setting& setting, Node& root, Problems& problems) {
  const auto tree = read_setting(setting);
  if (!tree) return report(tree.error(), problems);
  root = merge(std::move(root), *tree);
  const auto table = setting.key.substr(0, setting.key.find('.'));
  for (Entry& entry : std::get<Node::Table>(root.value)) {
    auto* presets = entry.key == "presets" ? std::get_if<Node::Table>(&entry.value.value) : nullptr;
    if (presets == nullptr) continue;
    for (Entry& preset : *presets)
      if (preset.value.find(table) != nullptr) preset.value = merge(std::move(preset.value), *tree);
  }
}

std::expected<Written, std::vector<Problem>> load_text(const Text& text, const std::vector<Setting>& settings = {}) {
  Problems problems;
  auto tree = resolve(text, {}, problems);
  for (const auto& setting : settings)
    if (tree) apply(setting, *tree, problems);
  Profile profile;
  if (tree) profile = interpret(*tree, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems).sorted());
  profile.name = fs::path(text.file).stem().string();
  profile.origin = text.built_in ? "built in" : text.file;
  return Written{std::move(profile), std::move(*tree)};
}

std::unexpected<std::vector<Problem>> failure(const std::string& file, std::string message) {
  return std::unexpected(std::vector{Problem{file, 0, 0, std::move(message)}});
}

}  // namespace

std::expected<Written, std::vector<Problem>> load_written(const std::string& name_or_path,
                                                          const std::vector<Setting>& settings) {
  if (name_or_path.ends_with(suffix)) {
    const auto text = read_file(name_or_path);
    if (!text) return failure(name_or_path, text.error());
    return load_text(*text, settings);
  }
  if (const auto text = find_built_in(name_or_path)) return load_text(*text, settings);
  const auto known = cameras();
  const std::vector<std::string_view> views(known.begin(), known.end());
  return failure(name_or_path, fmt::format("there is no such camera; there are: {}, or a path that ends in {}{}",
                                           fmt::join(known, ", "), suffix, did_you_mean(nearest(name_or_path, views))));
}

std::expected<Written, std::vector<Problem>> parse_written(std::string_view toml, const std::string& file) {
  return load_text({std::string(toml), file, false});
}

std::expected<Profile, std::vector<Problem>> load(const std::string& name_or_path,
                                                  const std::vector<Setting>& settings) {
  auto written = load_written(name_or_path, settings);
  if (!written) return std::unexpected(std::move(written.error()));
  return std::move(written->profile);
}

std::expected<Profile, std::vector<Problem>> parse(std::string_view toml, const std::string& file) {
  auto written = parse_written(toml, file);
  if (!written) return std::unexpected(std::move(written.error()));
  return std::move(written->profile);
}

bool is_built_in(std::string_view name) {
  const auto all = built_in();
  return std::ranges::find(all, name, &BuiltIn::name) != all.end();
}

std::vector<std::string> cameras() {
  std::vector<std::string> out;
  for (const auto& profile : built_in()) {
    Problems problems;
    const auto tree = resolve(*find_built_in(profile.name), {}, problems);
    const Node* device = tree ? tree->find("device") : nullptr;
    if (device && device->find("model")) out.emplace_back(profile.name);
  }
  return out;
}

std::expected<ptp::Value, std::string> parse_value(const Property& property, std::string_view text) {
  const auto value = value_from_text(property, text);
  if (!value) return std::unexpected(fmt::format("{}; allowed: {}", value.error(), allowed_text(property)));
  if (!ptp::allows(property.form, *value))
    return std::unexpected(fmt::format("{} is not allowed; allowed: {}", value->to_string(), allowed_text(property)));
  return value;
}

}  // namespace stuntcam::profiles
