// A folder as it is read, and what happens in it behind the camera's back.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <system_error>

#include "emulator/imaging/jpeg.h"
#include "emulator/imaging/picture.h"
#include "emulator/storage/watch.h"
#include "tests/emulator/storage_testing.h"

namespace stuntcam::emulator {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = StoreChange::Kind;

std::vector<std::pair<Kind, u32>> poll(Store& store) {
  std::vector<std::pair<Kind, u32>> seen;
  for (const auto& change : store.poll()) seen.emplace_back(change.kind, change.handle);
  return seen;
}

// Is the news that this file, and nothing else, is there?
bool appeared(Store& store, std::string_view name) {
  const auto changes = poll(store);
  return changes == std::vector{std::pair{Kind::added, handle_of(store, name)}};
}

Shot example() {
  Shot shot;
  shot.title = "EXAMPLE";
  shot.taken = {2019, 8, 7, 6, 5, 4, {}, {}};
  return shot;
}

TEST_F(FolderTest, shows_a_directory_walk_in_order) {
  directory_.write("DCIM/100ABCDE/B.JPG", {1});
  directory_.write("DCIM/100ABCDE/A.JPG", {1, 2});
  directory_.write("notes.txt", {1, 2, 3});
  directory_.write(".hidden", {1});
  directory_.write(".trash/x", {1});
  directory_.write("DCIM/.stuntcam-1-0.part", {1});
  const auto folder = store();
  EXPECT_THAT(names(*folder, folder->list(0)), ElementsAre("DCIM", "100ABCDE", "A.JPG", "B.JPG", "notes.txt"));
  const Object& notes = *folder->find(handle_of(*folder, "notes.txt"));
  EXPECT_EQ(notes.format, 0x3004);
  EXPECT_EQ(notes.size, 3u);
  EXPECT_EQ(notes.parent, 0u);
  EXPECT_EQ(read(notes), (Bytes{1, 2, 3}));
  EXPECT_TRUE(std::holds_alternative<transport::FileSlice>(notes.content->slice(1, 2)));
  EXPECT_EQ(read(notes, 1, 2), (Bytes{2, 3}));
  EXPECT_EQ(folder->find(handle_of(*folder, "100ABCDE"))->format, association_format);
}

TEST_F(FolderTest, an_unreadable_folder_is_an_error) {
  StoreOptions options;
  options.media = directory_.string() + "/missing";
  EXPECT_THROW(make_folder(options, handles_), std::system_error);
  directory_.write("file", {});
  options.media = directory_.string() + "/file";
  EXPECT_THROW(make_folder(options, handles_), std::system_error);
}

TEST_F(FolderTest, pictures_tell_pixels_date_and_thumbnail) {
  const Bytes jpeg = render_jpeg(example());
  directory_.write("A.JPG", jpeg);
  const auto folder = store();
  const Object& picture = *folder->find(folder->list(0)[0]);
  EXPECT_EQ(picture.format, 0x3801);
  EXPECT_EQ(picture.pixel_width, 640u);
  EXPECT_EQ(picture.pixel_height, 480u);
  EXPECT_EQ(picture.captured, example().taken);
  EXPECT_EQ(picture.thumb_size, thumbnail_size);
  const auto thumbnail = picture.content->thumbnail();
  ASSERT_TRUE(thumbnail);
  EXPECT_EQ(thumbnail->bytes, render_thumbnail(example()));
}

TEST_F(FolderTest, a_picture_without_thumbnail_gets_one) {
  directory_.write("PLAIN.JPG", render_thumbnail(example(), 1200, 400));
  directory_.write("BROKEN.JPG", Bytes(5000, 0xFF));
  directory_.write("EMPTY.JPG", {});
  const auto folder = store();
  const Object& picture = *folder->find(handle_of(*folder, "PLAIN.JPG"));
  EXPECT_EQ(picture.pixel_width, 1200u);
  const auto thumbnail = picture.content->thumbnail();
  ASSERT_TRUE(thumbnail);
  EXPECT_EQ(thumbnail->bytes.size(), picture.thumb_size);
  EXPECT_TRUE(decode_scaled(thumbnail->bytes, 160, 120));
  for (const char* name : {"BROKEN.JPG", "EMPTY.JPG"}) {
    const Object& broken = *folder->find(handle_of(*folder, name));
    EXPECT_EQ(broken.pixel_width, 0u);
    EXPECT_EQ(broken.thumb_size, 0u);
    EXPECT_FALSE(broken.content->thumbnail());
  }
}

TEST_F(FolderTest, dates_come_from_the_file) {
  directory_.write("A.TXT", {1});
  std::tm local{.tm_sec = 6, .tm_min = 5, .tm_hour = 4, .tm_mday = 3, .tm_mon = 1, .tm_year = 120, .tm_isdst = -1};
  const timespec when{std::mktime(&local), 0};
  const timespec times[2] = {when, when};
  ASSERT_EQ(0, ::utimensat(AT_FDCWD, (directory_ / "A.TXT").c_str(), times, 0));
  const auto folder = store();
  EXPECT_EQ(folder->find(folder->list(0)[0])->modified, (ptp::DateTime{2020, 2, 3, 4, 5, 6, {}, {}}));
}

TEST_F(FolderTest, odd_names_are_shown_and_read) {
  directory_.write("gr\xC3\xBC\xC3\x9F.txt", {1});
  directory_.write("bad\xFF.txt", {2});
  directory_.write("bad\xFE.txt", {3});
  directory_.write(std::string(251, 'x') + ".txt", {4});
  const auto folder = store();
  ASSERT_EQ(folder->size(), 4u);
  std::vector<Bytes> contents;
  for (const u32 handle : folder->list(0)) contents.push_back(read(*folder->find(handle)));
  EXPECT_THAT(contents, testing::UnorderedElementsAre(Bytes{1}, Bytes{2}, Bytes{3}, Bytes{4}));
  auto shown = names(*folder, folder->list(0));
  EXPECT_THAT(shown, testing::Contains("gr\xC3\xBC\xC3\x9F.txt"));
  EXPECT_THAT(shown, testing::Contains("bad\xEF\xBF\xBD.txt"));
  std::sort(shown.begin(), shown.end());
  EXPECT_EQ(std::unique(shown.begin(), shown.end()), shown.end());
  for (const auto& name : shown) EXPECT_LE(name.size(), 254u);
}

TEST_F(FolderTest, links_that_lead_out_are_not_followed) {
  const Directory outside;
  outside.write("secret", {1});
  directory_.write("in", {1});
  std::filesystem::create_symlink(outside / "secret", directory_ / "out");
  std::filesystem::create_symlink("../../../../../../etc/hostname", directory_ / "relative");
  std::filesystem::create_directory_symlink(outside.string(), directory_ / "outdir");
  std::filesystem::create_directory_symlink(".", directory_ / "loop");
  std::filesystem::create_symlink("in", directory_ / "alias");
  std::filesystem::create_symlink("missing", directory_ / "dangling");
  ASSERT_EQ(0, ::mkfifo((directory_ / "fifo").c_str(), 0600));
  const auto folder = store();
  EXPECT_THAT(names(*folder, folder->list(0)), ElementsAre("alias", "in"));
}

TEST_F(FolderTest, sizes_beyond_32_bits) {
  for (const u64 size : {(u64{4} << 30) - 1, u64{4} << 30, (u64{4} << 30) + 1, u64{8} << 30}) {
    directory_.write("big", {1});
    std::error_code error;
    std::filesystem::resize_file(directory_ / "big", size, error);  // sparse
    if (error) GTEST_SKIP() << "no sparse files here";
    const auto folder = store();
    const Object& big = *folder->find(folder->list(0)[0]);
    EXPECT_EQ(big.size, size);
    EXPECT_EQ(read(big, size - 2, 2), (Bytes{0, 0}));
  }
}

TEST_F(FolderTest, a_file_that_has_gone_or_shrunk_throws) {
  directory_.write("A", Bytes(100));
  directory_.write("B", Bytes(100));
  const auto folder = store();
  const auto a = folder->find(handle_of(*folder, "A"))->content, b = folder->find(handle_of(*folder, "B"))->content;
  const Body under_way = a->slice(0, 100);
  std::filesystem::remove(directory_ / "B");
  EXPECT_THROW(b->slice(0, 1), std::system_error);
  std::filesystem::resize_file(directory_ / "A", 50);
  EXPECT_THROW(a->slice(0, 100), std::system_error);
  EXPECT_NO_THROW(a->slice(0, 50));
}

TEST_F(FolderTest, ten_thousand_files) {
  for (int index = 0; index < 10'000; ++index) directory_.write(std::to_string(index) + ".JPG", {});
  EXPECT_EQ(store()->size(), 10'000u);
}

TEST_F(FolderTest, files_that_appear_and_vanish_are_told) {
  directory_.write("STAYS", {1});
  const auto folder = store();
  const u32 stays = handle_of(*folder, "STAYS");
  EXPECT_THAT(poll(*folder), IsEmpty());

  directory_.write("NEW.JPG", render_jpeg(example()));
  const auto added = poll(*folder);
  const u32 fresh = handle_of(*folder, "NEW.JPG");
  ASSERT_NE(fresh, 0u);
  EXPECT_THAT(added, ElementsAre(std::pair{Kind::added, fresh}));
  EXPECT_EQ(folder->find(fresh)->pixel_width, 640u);

  std::filesystem::remove(directory_ / "NEW.JPG");
  EXPECT_THAT(poll(*folder), ElementsAre(std::pair{Kind::removed, fresh}));
  EXPECT_EQ(folder->find(fresh), nullptr);
  EXPECT_EQ(handle_of(*folder, "STAYS"), stays);
  EXPECT_THAT(poll(*folder), IsEmpty());

  directory_.write("BRIEF", {1});
  std::filesystem::remove(directory_ / "BRIEF");
  EXPECT_THAT(poll(*folder), IsEmpty());
}

TEST_F(FolderTest, files_appear_when_they_are_complete) {
  const auto folder = store();
  std::ofstream out(directory_ / "SLOW", std::ios::binary);
  out << "half" << std::flush;
  EXPECT_THAT(poll(*folder), IsEmpty());
  out << "whole" << std::flush;
  out.close();
  EXPECT_TRUE(appeared(*folder, "SLOW"));
  EXPECT_EQ(folder->find(handle_of(*folder, "SLOW"))->size, 9u);

  const Directory elsewhere;
  elsewhere.write("MOVED", {1, 2});
  std::filesystem::rename(elsewhere / "MOVED", directory_ / "MOVED");
  EXPECT_TRUE(appeared(*folder, "MOVED"));
  std::filesystem::create_hard_link(directory_ / "MOVED", directory_ / "LINK");
  EXPECT_TRUE(appeared(*folder, "LINK"));
}

TEST_F(FolderTest, changed_files_keep_their_handles) {
  directory_.write("A", {1});
  const auto folder = store();
  const u32 handle = handle_of(*folder, "A");
  directory_.write("A", {1, 2, 3});
  EXPECT_THAT(poll(*folder), ElementsAre(std::pair{Kind::changed, handle}));
  EXPECT_EQ(read(*folder->find(handle)), (Bytes{1, 2, 3}));
}

TEST_F(FolderTest, folders_come_and_go_with_what_is_in_them) {
  const auto folder = store();
  directory_.write("A/B/C", {1});
  const auto added = poll(*folder);
  ASSERT_EQ(added.size(), 3u);
  EXPECT_THAT(names(*folder, folder->list(0)), ElementsAre("A", "B", "C"));
  directory_.write("A/B/D", {1});
  EXPECT_TRUE(appeared(*folder, "D"));
  std::filesystem::rename(directory_ / "A", directory_ / "Z");
  const auto moved = poll(*folder);
  EXPECT_EQ(moved.size(), 8u);  // four went, four came
  EXPECT_THAT(names(*folder, folder->list(0)), ElementsAre("Z", "B", "C", "D"));
  directory_.write("Z/B/E", {1});
  EXPECT_TRUE(appeared(*folder, "E"));
  std::filesystem::remove_all(directory_ / "Z");
  const auto gone = poll(*folder);
  EXPECT_EQ(gone.size(), 5u);
  EXPECT_EQ(folder->size(), 0u);
}

TEST_F(FolderTest, a_flood_of_changes_is_not_lost) {
  const auto folder = store();
  // More than the system queues: 16384 events by default, and each file makes two.
  for (int index = 0; index < 12'000; ++index) directory_.write(std::to_string(index), {});
  std::size_t told = 0;
  for (int round = 0; round < 20; ++round) told += folder->poll().size();
  EXPECT_EQ(told, 12'000u);
  EXPECT_EQ(folder->size(), 12'000u);
}

TEST(Watch, without_a_watch_everything_is_looked_at_now_and_then) {
  rlimit usual{};
  ASSERT_EQ(0, ::getrlimit(RLIMIT_NOFILE, &usual));
  rlimit none = usual;
  none.rlim_cur = 0;
  ASSERT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &none));
  Watch blind;
  ASSERT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &usual));
  EXPECT_EQ(blind.trouble(), std::errc::too_many_files_open);
  Directory directory;
  blind.add(directory.string());
  std::vector<Watch::Noticed> noticed;
  int missed = 0;
  for (int round = 0; round < 80; ++round) missed += blind.take(noticed) ? 0 : 1;
  EXPECT_EQ(missed, 10);
  Watch seeing;
  seeing.add(directory.string());
  seeing.add(directory.string() + "/missing");
  EXPECT_FALSE(seeing.trouble());
  for (int round = 0; round < 80; ++round) EXPECT_TRUE(seeing.take(noticed));
}

TEST_F(FolderTest, capacity_is_the_disks_or_the_profiles) {
  directory_.write("A", Bytes(1000));
  const auto disk = store()->info();
  EXPECT_GT(disk.max_capacity, disk.free_space_in_bytes);
  EXPECT_GT(disk.free_space_in_bytes, 1'000'000u);
  const auto card = store(false, 50'000)->info();
  EXPECT_EQ(card.max_capacity, 50'000u);
  EXPECT_EQ(card.free_space_in_bytes, 49'000u);
  EXPECT_EQ(store(false, 500)->info().max_capacity, disk.max_capacity);  // a card that could not hold this
}

// A camera whose handles say what they stand for has them for a folder on disk, too.
TEST_F(FolderTest, handles_that_the_profile_gives) {
  directory_.write("DCIM/100ABCDE/DSC_0007.JPG", Bytes{1});
  directory_.write("NOTES.TXT", Bytes{2});
  StoreOptions options;
  options.storage.id = 0x00010001;
  options.media = directory_.string();
  options.storage.handles = profiles::HandlePattern{.folder_step = 0x40000, .file_step = 16, .file_offset = 1};
  options.storage.objects = {{.format = association_format, .name = "DCIM", .handle = 0x50000000}};
  const auto store = make_folder(std::move(options), handles_);
  EXPECT_EQ(handle_of(*store, "DCIM"), 0x50000000u);
  EXPECT_EQ(handle_of(*store, "100ABCDE"), 0x51900000u);
  EXPECT_EQ(handle_of(*store, "DSC_0007.JPG"), 0x51900071u);
  EXPECT_EQ(handle_of(*store, "NOTES.TXT"), 0x10u);
}

}  // namespace
}  // namespace stuntcam::emulator
