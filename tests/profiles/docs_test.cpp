// The documentation says what the loader does: its example loads, and it knows every key.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "profiles/critique.h"

namespace stuntcam::profiles {
namespace {

std::string read(const std::string& name) {
  std::ifstream in(std::string(STUNTCAM_SOURCE_DIR "/docs/") + name);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

TEST(Documentation, ItsExampleLoads) {
  const auto text = read("profiles.md");
  const std::string open = "```toml\n";
  const auto begin = text.find(open) + open.size();
  const auto example = text.substr(begin, text.find("```", begin) - begin);
  const auto profile = parse(example, "my.toml");
  if (!profile) FAIL() << profile.error().front().to_string();
  EXPECT_EQ(profile->friendly_name, "Slowpoke");
  EXPECT_EQ(profile->timing.capture, std::chrono::seconds(2));
  EXPECT_EQ(profile->property(0x500F)->current.integer(), 400);
  EXPECT_EQ(profile->storages.size(), 2u);
  EXPECT_EQ(profile->canned.size(), 1u);
  EXPECT_EQ(profile->presets.at("night").values.at(1).second.integer(), 6);
}

// The blocks of the ten minutes, one below the other, are a camera that has nothing wrong.
TEST(Documentation, ACameraInTenMinutes) {
  const auto text = read("profiles.md");
  const auto begin = text.find("## A camera in ten minutes"), end = text.find("\n## ", begin);
  const std::string open = "```toml\n";
  std::string lantern;
  for (auto at = text.find(open, begin); at < end; at = text.find(open, at)) {
    at += open.size();
    lantern += text.substr(at, text.find("```", at) - at);
  }
  for (const auto& finding : check_text(lantern, "lantern.toml", {})) ADD_FAILURE() << finding.problem.to_string();
  const auto profile = parse(lantern, "lantern.toml").value();
  EXPECT_EQ(profile.device.model, "Lantern 1");
  EXPECT_EQ(profile.canned.size(), 2u);
  EXPECT_EQ(under_preset(profile, "firmware-2").canned.size(), 3u);
}

TEST(Documentation, HasEveryKey) {
  const auto text = read("profiles.md");
  // An unknown key without a neighbour makes the loader list what it knows.
  const std::string bogus = "zzzzzzzzzzzzzzzz = 1\n";
  const std::regex list("it may have: (.*)");
  std::size_t keys = 0;
  for (const std::string section :
       {"", "[device]\n", "[[property]]\n", "[[storage]]\n", "[[storage]]\n[[storage.objects]]\n", "[[operation]]\n",
        "[timing]\n", "[flight]\n", "[quirks]\n", "[usb]\n"}) {
    const auto profile = parse(section + bogus, "my.toml");
    ASSERT_FALSE(profile);
    for (const auto& problem : profile.error()) {
      std::smatch match;
      if (!std::regex_search(problem.message, match, list)) continue;
      std::istringstream in(match[1]);
      for (std::string key; std::getline(in >> std::ws, key, ',');) {
        ++keys;
        const bool found = text.find('`' + key + '`') != text.npos || text.find('[' + key + ']') != text.npos ||
                           text.find('[' + key + '.') != text.npos || text.find('.' + key + ']') != text.npos;
        EXPECT_TRUE(found) << key << " of " << section << "is not in docs/profiles.md";
      }
    }
  }
  EXPECT_GT(keys, 60u);
}

// What docs/cameras.md says of one camera.
std::string page_of(const std::string& camera) {
  const auto text = read("cameras.md");
  const auto begin = text.find("\n## " + camera + "\n");
  EXPECT_NE(begin, text.npos) << camera;
  return begin == text.npos ? "" : text.substr(begin, text.find("\n## ", begin + 1) - begin);
}

TEST(Documentation, AdmitsWhatIsAssumed) {
  for (const std::string camera : {"nikon-d5300", "parrot-sequoia", "fujifilm-x-t1", "leica-sl", "olympus-e-m1"}) {
    const auto text = page_of(camera);
    const auto profile = load(camera).value();
    EXPECT_FALSE(profile.assumed.empty());
    for (const u16 code : profile.assumed) {
      const auto* property = profile.property(code);
      const auto name = property != nullptr
                            ? property->name
                            : ptp::to_string(static_cast<ptp::OperationCode>(code), profile.device.vendor);
      EXPECT_NE(text.find(name), text.npos) << name << " of " << camera;
    }
  }
  // Half of its hundred operations: its page leaves the list to the profile.
  EXPECT_NE(page_of("canon-eos-r6").find("the other operations listed under `assumed` in the profile"),
            std::string::npos);
}

// A quirk says what was observed: in a comment above it, or behind it.
TEST(Documentation, QuirksOfBuiltInProfilesHaveTheirObservation) {
  for (const auto& built_in : built_in()) {
    std::istringstream lines{std::string(built_in.toml)};
    bool inside = false, said = false;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with('[')) inside = line.starts_with("[quirks]") || line.find(".quirks]") != line.npos;
      if (line.empty() || line.starts_with('[')) said = false;
      if (!inside || line.empty() || line.starts_with('[')) continue;
      said = said || line.find('#') != line.npos;
      EXPECT_TRUE(said) << built_in.name << ": " << line;
    }
  }
}

}  // namespace
}  // namespace stuntcam::profiles
