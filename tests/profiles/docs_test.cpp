// The documentation says what the loader does: its example loads, and it knows every key.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "profiles/load.h"

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

TEST(Documentation, HasEveryKey) {
  const auto text = read("profiles.md");
  // An unknown key without a neighbour makes the loader list what it knows.
  const std::string bogus = "zzzzzzzzzzzzzzzz = 1\n";
  const std::regex list("it may have: (.*)");
  std::size_t keys = 0;
  for (const std::string section :
       {"", "[device]\n", "[[property]]\n", "[[storage]]\n", "[[storage]]\n[[storage.objects]]\n", "[[operation]]\n",
        "[timing]\n", "[quirks]\n"}) {
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

TEST(Documentation, AdmitsWhatTheD5300Assumes) {
  const auto text = read("cameras.md");
  const auto profile = load("nikon-d5300").value();
  for (const u16 code : profile.assumed) {
    const auto name = ptp::name(static_cast<ptp::OperationCode>(code), profile.device.vendor);
    ASSERT_FALSE(name.empty());
    EXPECT_NE(text.find(name), text.npos) << name;
  }
}

}  // namespace
}  // namespace stuntcam::profiles
