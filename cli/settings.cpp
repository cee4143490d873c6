#include "cli/settings.h"

#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/failure.h"
#include "cli/suggest.h"
#include "initiator/connection.h"
#include "profiles/toml_reader.h"

namespace stuntcam::cli {
namespace {

using profiles::Node;

constexpr std::size_t longest_name = 39;  // InitCommandRequest: 40 units with the terminator
constexpr std::uintmax_t largest_file = 1 << 20;

[[noreturn]] void wrong(const profiles::Position& at, const std::string& what) {
  throw Failure(usage, fmt::format("{}:{}:{}: {}", *at.file, at.line, at.column, what));
}

std::string text(const Node& node, const std::string& key) {
  const auto* found = node.string();
  if (found == nullptr) wrong(node.at, fmt::format("{} is {}; write text", key, node.describe()));
  return *found;
}

std::string friendly_name(const Node& node) {
  const auto name = text(node, "friendly_name");
  if (name.empty() || name.size() > longest_name)
    wrong(node.at, fmt::format("friendly_name has 1 to {} characters", longest_name));
  return name;
}

ptp::Guid guid(const Node& node) {
  const auto found = parse_guid(text(node, "guid"));
  if (!found) wrong(node.at, fmt::format("'{}' is no GUID: 32 hexadecimal digits", *node.string()));
  return *found;
}

[[noreturn]] void unknown_key(const profiles::Entry& entry, std::initializer_list<std::string> known) {
  wrong(entry.at, unknown("key", entry.key, std::vector<std::string>(known)));
}

const Node::Table& table(const Node& node, const std::string& key) {
  if (node.table() == nullptr) wrong(node.at, fmt::format("{} is {}; write a table", key, node.describe()));
  return *node.table();
}

NamedTarget read_target(const profiles::Entry& entry) {
  NamedTarget target;
  if (entry.value.string() != nullptr) {
    target.address = *entry.value.string();
  } else {
    for (const auto& field : table(entry.value, "a target")) {
      if (field.key == "address")
        target.address = text(field.value, "address");
      else if (field.key == "friendly_name")
        target.friendly_name = friendly_name(field.value);
      else if (field.key == "guid")
        target.guid = guid(field.value);
      else
        unknown_key(field, {"address", "friendly_name", "guid"});
    }
  }
  try {
    parse_target(target.address);
  } catch (const Failure& failure) {
    wrong(entry.value.at, failure.what());
  }
  return target;
}

Settings read_settings(const Node& root) {
  Settings settings;
  for (const auto& entry : *root.table()) {
    if (entry.key == "targets") {
      for (const auto& target : table(entry.value, "targets")) {
        if (is_target(target.key) || target.key.empty() || target.key.starts_with('-'))
          wrong(target.at, fmt::format("'{}' cannot be the name of a target", target.key));
        settings.targets[target.key] = read_target(target);
      }
    } else if (entry.key == "default_target") {
      settings.default_target = text(entry.value, entry.key);
    } else if (entry.key == "initiator") {
      for (const auto& field : table(entry.value, "initiator")) {
        if (field.key == "friendly_name")
          settings.friendly_name = friendly_name(field.value);
        else if (field.key == "guid")
          settings.guid = guid(field.value);
        else
          unknown_key(field, {"friendly_name", "guid"});
      }
    } else {
      unknown_key(entry, {"targets", "default_target", "initiator"});
    }
  }
  if (!settings.default_target.empty() && !settings.targets.contains(settings.default_target))
    for (const auto& entry : *root.table())
      if (entry.key == "default_target")
        wrong(entry.value.at, fmt::format("there is no target '{}'", settings.default_target));
  return settings;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

ptp::Guid new_guid() {
  ptp::Guid guid{};
  if (::getrandom(guid.data(), guid.size(), 0) != static_cast<ssize_t>(guid.size()))
    throw Failure(unavailable, "the system has no random numbers");
  guid[6] = static_cast<u8>((guid[6] & 0x0F) | 0x40);  // RFC 9562: version 4, random
  guid[8] = static_cast<u8>((guid[8] & 0x3F) | 0x80);
  return guid;
}

// Whole under its name or not at all; of several programs, one wins.
bool publish(const std::filesystem::path& file, const std::string& content) {
  auto pattern = file.string() + ".XXXXXX";
  const int descriptor = ::mkstemp(pattern.data());  // for its owner only
  if (descriptor < 0) return false;
  const bool written = ::write(descriptor, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  ::close(descriptor);
  const bool there = written && (::link(pattern.c_str(), file.c_str()) == 0 || errno == EEXIST);
  ::unlink(pattern.c_str());
  return there;
}

}  // namespace

std::string settings_folder() {
  const char* base = std::getenv("XDG_CONFIG_HOME");
  if (base != nullptr && *base == '/') return std::string(base) + "/stuntcam";  // its rule: others don't count
  const char* home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? std::string(home) + "/.config/stuntcam" : "";
}

Settings load_settings(const std::string& file) {
  const auto path = file.empty() ? settings_folder() + "/config.toml" : file;
  std::error_code missing;
  const auto size = std::filesystem::file_size(path, missing);
  if (missing && file.empty()) return {};
  if (missing) throw Failure(usage, fmt::format("cannot read {}: {}", path, missing.message()));
  if (size > largest_file) throw Failure(usage, fmt::format("{} is too large for settings", path));
  const auto root = profiles::read_toml(read_file(path), path);
  if (!root) throw Failure(usage, root.error().to_string());
  return read_settings(*root);
}

std::optional<ptp::Guid> parse_guid(std::string_view written) {
  ptp::Guid guid{};
  std::size_t digits = 0;
  for (const char c : written) {
    if (c == '-') continue;
    const auto digit = c >= '0' && c <= '9'   ? c - '0'
                       : c >= 'a' && c <= 'f' ? c - 'a' + 10
                       : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                              : -1;
    if (digit < 0 || digits == 2 * guid.size()) return {};
    auto& byte = guid[digits++ / 2];
    byte = static_cast<u8>(byte << 4 | digit);
  }
  if (digits != 2 * guid.size()) return {};
  return guid;
}

std::string guid_text(const ptp::Guid& guid) {
  std::string text;
  for (std::size_t i = 0; i < guid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", guid[i]);
  }
  return text;
}

std::optional<ptp::Guid> kept_guid(const std::string& folder) {
  if (folder.empty()) return {};
  const std::filesystem::path file = std::filesystem::path(folder) / "guid";
  std::error_code failure;
  if (!std::filesystem::exists(file, failure)) {
    if (std::filesystem::create_directories(folder, failure))
      std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failure);
    if (failure || !publish(file, guid_text(new_guid()) + "\n")) return {};
  }
  auto content = read_file(file.string());
  while (content.ends_with('\n')) content.pop_back();
  const auto guid = parse_guid(content);
  if (!guid) throw Failure(usage, fmt::format("{} holds no GUID", file.string()), "without the file a new one is made");
  return guid;
}

Destination find_destination(const Settings& settings, const std::string& word) {
  Destination found;
  found.name = word;
  found.identity = initiator::ConnectionOptions().identity;
  NamedTarget target{word, {}, {}};
  if (const auto named = settings.targets.find(word); named != settings.targets.end()) {
    target = named->second;
  } else if (!is_target(word)) {
    std::vector<std::string> names;
    for (const auto& [name, ignored] : settings.targets) names.push_back(name);
    throw Failure(usage, unknown("target", word, names),
                  "write ptpip:HOST[:PORT[:EVENT_PORT]], or name it in the settings");
  }
  found.target = parse_target(target.address);
  if (const auto& name = target.friendly_name ? target.friendly_name : settings.friendly_name)
    found.identity.name = *name;
  const auto& chosen = target.guid ? target.guid : settings.guid;
  if (const auto guid = chosen ? chosen : kept_guid(settings_folder())) found.identity.guid = *guid;
  return found;
}

}  // namespace stuntcam::cli
