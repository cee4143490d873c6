// The settings file, and the GUID that is made once.
#include "cli/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <thread>

#include "cli/failure.h"
#include "process.h"

namespace stuntcam::cli {
namespace {

using test::Folder;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr const char* guid_in_use = "cca455de-79ac-4b12-9731-91e433a899cf";

TEST(Settings, NameTargetsAndUs) {
  const Folder folder;
  const auto file = folder.write("config.toml", R"(
default_target = "desk"
[initiator]
friendly_name = "bench"
guid = "cca455de-79ac-4b12-9731-91e433a899cf"
[targets]
desk = "ptpip:127.0.0.1:4000"
[targets.field]
address = "ptpip:192.168.1.1"
friendly_name = "phone"
guid = "00112233445566778899AABBCCDDEEFF"
)");
  const auto settings = load_settings(file);
  EXPECT_EQ(settings.default_target, "desk");
  const auto desk = find_destination(settings, "desk");
  EXPECT_EQ(desk.target.port, 4000);
  EXPECT_EQ(desk.identity.name, "bench");
  EXPECT_EQ(guid_text(desk.identity.guid), guid_in_use);
  const auto field = find_destination(settings, "field");
  EXPECT_EQ(field.target.host, "192.168.1.1");
  EXPECT_EQ(field.identity.name, "phone");
  EXPECT_EQ(guid_text(field.identity.guid), "00112233-4455-6677-8899-aabbccddeeff");
  EXPECT_EQ(find_destination(settings, "ptpip:h").identity.name, "bench");
  EXPECT_THROW(find_destination(settings, "feld"), Failure);
}

std::string told(const std::string& toml) {
  const Folder folder;
  try {
    load_settings(folder.write("config.toml", toml));
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.exit, usage);
    return failure.what();
  }
  return "";
}

TEST(Settings, NameTheLineThatIsWrong) {
  EXPECT_THAT(told("a = 1"), HasSubstr("config.toml:1:1: unknown key 'a'"));
  EXPECT_THAT(told("\n[initiator]\nguid = \"12\""), HasSubstr("config.toml:3:8: '12' is no GUID"));
  EXPECT_THAT(told("[initiator]\nfriendly_nam = \"x\""), HasSubstr("did you mean 'friendly_name'?"));
  EXPECT_THAT(told("[initiator]\nfriendly_name = 3"), HasSubstr("write text"));
  EXPECT_THAT(told("[targets]\na = \"usb\""), HasSubstr("config.toml:2:5: 'usb' is no TARGET"));
  EXPECT_THAT(told("targets = 3"), HasSubstr("write a table"));
  EXPECT_THAT(told("default_target = \"b\""), HasSubstr("there is no target 'b'"));
  EXPECT_THAT(told("a = = 1"), HasSubstr("config.toml:1"));
  EXPECT_EQ(told(""), "");
}

TEST(Settings, MustExistWhenNamed) { EXPECT_THROW(load_settings("/nowhere/config.toml"), Failure); }

TEST(Guid, IsReadAsItIsWritten) {
  const auto guid = parse_guid(guid_in_use);
  ASSERT_TRUE(guid);
  EXPECT_EQ(guid_text(*guid), guid_in_use);
  for (const auto* wrong : {"", "1", "cca455de-79ac-4b12-9731-91e433a899cfaa", "xca455de-79ac-4b12-9731-91e433a899cf"})
    EXPECT_FALSE(parse_guid(wrong)) << wrong;
}

TEST(Guid, IsMadeOnceAndKept) {
  const Folder folder;
  const auto inner = folder.path("a/b");
  const auto first = kept_guid(inner);
  ASSERT_TRUE(first);
  EXPECT_EQ(kept_guid(inner), first);
  EXPECT_NE(kept_guid(folder.path("other")), first);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(inner + "/guid").permissions(), perms::owner_read | perms::owner_write);
  EXPECT_EQ(std::filesystem::status(inner).permissions(), perms::owner_all);
}

TEST(Guid, IsOneForAllWhoAskAtOnce) {
  const Folder folder;
  const auto inner = folder.path("new");
  std::vector<std::optional<ptp::Guid>> seen(16);
  {
    std::vector<std::jthread> threads;
    for (auto& guid : seen) threads.emplace_back([&guid, &inner] { guid = kept_guid(inner); });
  }
  EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 1u);
  EXPECT_TRUE(seen[0]);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(inner)) files += entry.is_regular_file() ? 1 : 0;
  EXPECT_EQ(files, 1u);  // nothing is left lying about
}

TEST(Guid, OfAnotherKindIsToldOf) {
  const Folder folder;
  folder.write("guid", "nonsense");
  EXPECT_THROW(kept_guid(folder.path("")), Failure);
  EXPECT_EQ(kept_guid(""), std::nullopt);
  EXPECT_EQ(kept_guid("/proc/nowhere"), std::nullopt);  // cannot be made: we go without
}

}  // namespace
}  // namespace stuntcam::cli
