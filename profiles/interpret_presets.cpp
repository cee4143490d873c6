// [presets.NAME]: the values of properties, and under the names of a profile's own tables what else differs.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "profiles/interpret.h"

namespace stuntcam::profiles {
namespace {

using ptp::Value;

// What a preset may change besides values; everything else in it is a property.
constexpr std::array<std::string_view, 8> parts{"device",  "flight", "timing", "quirks",
                                                "storage", "usb",    "add",    "override"};

bool is_part(const Entry& entry) { return std::ranges::find(parts, entry.key) != parts.end(); }

std::shared_ptr<const Profile> camera_under(const Node& root, const Node::Table& preset, Problems& problems) {
  Node changes{Node::Table{}, root.at};
  auto& table = std::get<Node::Table>(changes.value);
  std::ranges::copy_if(preset, std::back_inserter(table), is_part);
  if (table.empty()) return nullptr;
  Node changed = overlay(root, changes);
  std::erase_if(std::get<Node::Table>(changed.value), [](const Entry& entry) { return entry.key == "presets"; });
  return std::make_shared<const Profile>(interpret(changed, problems));
}

// Text goes by labels too, as with --set.
std::expected<Value, std::string> read_value(const Node& node, const Property& property, bool outside_form) {
  const auto* text = node.string();
  if (text && !outside_form) return parse_value(property, *text);
  auto value = text ? value_from_text(property, *text) : value_from_node(node, property.type);
  if (value && !outside_form && !ptp::allows(property.form, *value))
    return std::unexpected(fmt::format("{} is not allowed; allowed: {}", value->to_string(), allowed_text(property)));
  return value;
}

void read_setting(const Entry& entry, const Profile& camera, Preset& preset, Problems& problems) {
  const auto code = Codes(camera.device.vendor, &camera.properties).property(entry.key);
  if (!code) return problems.add(entry.at, code.error());
  const auto* property = camera.property(*code);
  if (!property) return problems.add(entry.at, fmt::format("this camera has no property '{}'", entry.key));
  auto value = read_value(entry.value, *property, camera.quirks.accept_current_outside_form);
  if (!value) return problems.add(entry.value.at, fmt::format("'{}': {}", entry.key, value.error()));
  preset.values.emplace_back(*code, std::move(*value));
}

}  // namespace

std::map<std::string, Preset> interpret_presets(Section& root, const Profile& profile) {
  std::map<std::string, Preset> presets;
  const Node* node = root.get("presets");
  if (!node) return presets;
  Section section(*node, "[presets]", root.problems());
  for (const auto& entry : section.entries()) {
    Section keys(entry.value, fmt::format("[presets.{}]", entry.key), root.problems());
    Preset preset;
    preset.camera = camera_under(root.node(), keys.entries(), root.problems());
    const Profile& camera = preset.camera ? *preset.camera : profile;
    for (const auto& setting : keys.entries())
      if (!is_part(setting)) read_setting(setting, camera, preset, root.problems());
    presets.emplace(entry.key, std::move(preset));
  }
  return presets;
}

}  // namespace stuntcam::profiles
