#include "cli/profile_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/failure.h"
#include "cli/suggest.h"
#include "profiles/load.h"

namespace stuntcam::cli {
namespace {

bool is_path(const std::string& text) { return text.ends_with(".toml") || text.find('/') != std::string::npos; }

const profiles::Property* find_property(const profiles::Profile& profile, const std::string& text) {
  const auto code = ptp::parse_code<ptp::PropertyCode>(text, profile.device.vendor);
  if (code) return profile.property(static_cast<u16>(*code));
  const auto named = std::ranges::find(profile.properties, text, &profiles::Property::name);
  return named == profile.properties.end() ? nullptr : &*named;
}

}  // namespace

std::vector<profiles::Profile> built_in_cameras() {
  std::vector<profiles::Profile> cameras;
  for (const auto& name : profiles::cameras()) cameras.push_back(load_profile(name));
  return cameras;
}

bool is_profile_setting(const std::string& text) { return text.find('.') < text.find('='); }

std::vector<profiles::Setting> profile_settings(const std::vector<std::string>& texts) {
  std::vector<profiles::Setting> settings;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (!is_profile_setting(text)) continue;
    if (equals == std::string::npos) throw Failure(usage, fmt::format("--set: '{}' is not KEY=VALUE", text));
    settings.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return settings;
}

profiles::Profile load_profile(const std::string& name_or_path, const std::vector<profiles::Setting>& settings) {
  auto profile = profiles::load(name_or_path, settings);
  if (profile) return std::move(*profile);
  if (!is_path(name_or_path)) {
    const auto known = profiles::cameras();
    if (std::ranges::find(known, name_or_path) == known.end())
      throw Failure(usage, unknown("camera", name_or_path, known),
                    "`stuntcam cameras` lists them; a profile of your own is a path that ends in .toml");
  }
  std::string text = fmt::format("{} is no usable profile", name_or_path);
  for (const auto& problem : profile.error()) text += "\n" + problem.to_string();
  throw Failure(usage, text);
}

profiles::Profile load_under_preset(const std::string& name, const std::string& preset,
                                    const std::vector<profiles::Setting>& settings) {
  auto profile = load_profile(name, settings);
  if (preset.empty() || profile.presets.contains(preset)) return profiles::under_preset(std::move(profile), preset);
  std::string known;
  for (const auto& [each, what] : profile.presets) known += " " + each;
  throw Failure(usage,
                fmt::format("{} has no preset '{}'; it has:{}", profile.name, preset, known.empty() ? " none" : known));
}

std::pair<u16, ptp::Value> parse_setting(const profiles::Profile& profile, const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw Failure(usage, fmt::format("--set: '{}' is not PROP=VALUE", text), "for example --set ExposureIndex=400");
  const auto name = text.substr(0, equals);
  const auto* property = find_property(profile, name);
  if (!property) {
    std::vector<std::string> known;
    known.reserve(profile.properties.size());
    for (const auto& each : profile.properties) known.push_back(each.name);
    throw Failure(usage, fmt::format("--set: {} of {}", unknown("property", name, known), profile.name),
                  fmt::format("`stuntcam profile show {}` lists them", profile.name));
  }
  const auto value = profiles::parse_value(*property, text.substr(equals + 1));
  if (!value) throw Failure(usage, fmt::format("--set {}: {}", name, value.error()));
  return {property->code, *value};
}

}  // namespace stuntcam::cli
