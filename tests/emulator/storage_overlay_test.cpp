// What clients change in a folder: in an overlay, or really.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "emulator/imaging/picture.h"
#include "tests/emulator/storage_testing.h"

namespace stuntcam::emulator {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(FolderTest, an_overlay_leaves_the_disk_alone) {
  directory_.write("DCIM/100ABCDE/DSC_0007.JPG", {1, 2, 3});
  directory_.write("A", {4});
  const auto before = directory_.everything();
  {
    const auto folder = store();
    const u32 old = handle_of(*folder, "DSC_0007.JPG"), a = handle_of(*folder, "A");
    upload(*folder, file("NEW"), {5, 6});
    auto picture = file("DSC_0008.JPG", *folder->capture_folder());
    picture.content = jpeg_content({});
    EXPECT_TRUE(folder->add(picture));
    EXPECT_TRUE(folder->add(emulator::folder("BOX")));
    auto edit = folder->edit(a);
    ASSERT_TRUE(edit && (*edit)->write(0, Bytes{9}) && (*edit)->commit());
    EXPECT_EQ(read(*folder->find(a)), Bytes{9});
    EXPECT_TRUE(folder->rename(old, "OTHER.JPG"));
    EXPECT_TRUE(folder->move(old, handle_of(*folder, "BOX")));
    EXPECT_EQ(read(*folder->find(old)), (Bytes{1, 2, 3}));
    EXPECT_TRUE(folder->remove(old));
    EXPECT_THAT(names(*folder, folder->list(0)), ElementsAre("A", "DCIM", "100ABCDE", "DSC_0008.JPG", "NEW", "BOX"));
    EXPECT_EQ(read(*folder->find(handle_of(*folder, "NEW"))), (Bytes{5, 6}));
    EXPECT_THAT(folder->poll(), IsEmpty());
    EXPECT_TRUE(folder->format());
    EXPECT_EQ(folder->size(), 0u);
  }
  EXPECT_EQ(directory_.everything(), before);
  EXPECT_EQ(directory_.read("A"), Bytes{4});
  EXPECT_EQ(store()->size(), 4u);
}

TEST_F(FolderTest, what_is_deleted_in_the_overlay_stays_deleted) {
  directory_.write("A", {1});
  const auto folder = store();
  ASSERT_TRUE(folder->remove(handle_of(*folder, "A")));
  directory_.write("A", {1, 2});
  EXPECT_THAT(folder->poll(), IsEmpty());
  std::filesystem::remove(directory_ / "A");
  EXPECT_THAT(folder->poll(), IsEmpty());
  directory_.write("A", {3});  // another file under the same name
  EXPECT_EQ(folder->poll().size(), 1u);
  EXPECT_EQ(read(*folder->find(handle_of(*folder, "A"))), Bytes{3});
}

TEST_F(FolderTest, uploads_reach_a_writable_folder_whole) {
  directory_.write("BOX/X", {});
  const auto folder = store(true);
  const u32 box = handle_of(*folder, "BOX");
  auto object = file("NEW.TXT", box);
  object.modified = {2020, 2, 3, 4, 5, 6, {}, {}};
  auto pending = folder->begin_upload(object, 4);
  ASSERT_TRUE(pending);
  ASSERT_TRUE(pending->upload->write(Bytes{0, 0, 0}));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "BOX/NEW.TXT"));
  EXPECT_THAT(folder->poll(), IsEmpty());  // the unfinished file is nobody's business
  pending->upload->rewind();
  ASSERT_TRUE(pending->upload->write(Bytes{1, 2, 3, 4}));
  ASSERT_TRUE(pending->upload->commit());
  EXPECT_EQ(directory_.read("BOX/NEW.TXT"), (Bytes{1, 2, 3, 4}));
  EXPECT_THAT(directory_.everything(), ElementsAre("BOX", "BOX/NEW.TXT", "BOX/X"));
  EXPECT_EQ(read(*folder->find(pending->handle)), (Bytes{1, 2, 3, 4}));
  EXPECT_THAT(folder->poll(), IsEmpty());  // our own doing is no news
  EXPECT_EQ(handle_of(*folder, "NEW.TXT"), pending->handle);
  const auto again = store(true);
  EXPECT_EQ(again->find(handle_of(*again, "NEW.TXT"))->modified, object.modified);
}

TEST_F(FolderTest, a_dead_upload_leaves_nothing) {
  const auto folder = store(true);
  {
    auto pending = folder->begin_upload(file("A"), 10);
    ASSERT_TRUE(pending && pending->upload->write(Bytes(5)));
    EXPECT_EQ(directory_.everything().size(), 1u);
  }
  EXPECT_THAT(directory_.everything(), IsEmpty());
  EXPECT_EQ(folder->size(), 0u);
}

TEST_F(FolderTest, uploads_never_overwrite) {
  const auto folder = store(true);
  auto pending = folder->begin_upload(file("A"), 1);
  ASSERT_TRUE(pending && pending->upload->write(Bytes{1}));
  directory_.write("A", {7});  // somebody else was faster
  EXPECT_EQ(pending->upload->commit().error(), StoreError::exists);
  pending->upload.reset();
  EXPECT_EQ(directory_.read("A"), Bytes{7});
  EXPECT_THAT(directory_.everything(), ElementsAre("A"));
  static_cast<void>(folder->poll());
  EXPECT_EQ(folder->begin_upload(file("A"), 1).error(), StoreError::exists);
}

TEST_F(FolderTest, names_cannot_lead_out) {
  const auto folder = store(true);
  upload(*folder, file("../../evil"), {1});
  upload(*folder, file(".."), {2});
  upload(*folder, file("a\nb"), {3});
  upload(*folder, file(""), {4});
  upload(*folder, file(std::string(300, 'x')), {5});
  EXPECT_THAT(directory_.everything(),
              testing::UnorderedElementsAre("_._.._evil", "_.", "a_b", "_", std::string(255, 'x')));
  EXPECT_THAT(names(*folder, folder->list(0)), testing::Contains("a_b"));
}

TEST_F(FolderTest, captures_are_written_as_files) {
  directory_.write("DCIM/100ABCDE/DSC_0041.JPG", {1});
  const auto folder = store(true);
  EXPECT_EQ(folder->next_file_number("DSC_"), 42u);
  auto picture = file("DSC_0042.JPG", *folder->capture_folder());
  Shot shot;
  shot.title = "EXAMPLE";
  picture.content = jpeg_content(shot, 100'000);
  const auto handle = folder->add(picture);
  ASSERT_TRUE(handle);
  const Bytes written = directory_.read("DCIM/100ABCDE/DSC_0042.JPG");
  EXPECT_EQ(written.size(), 100'000u);
  EXPECT_EQ(read(*folder->find(*handle)), written);
  EXPECT_EQ(folder->find(*handle)->size, 100'000u);
  EXPECT_THAT(folder->poll(), IsEmpty());
}

TEST_F(FolderTest, changes_really_happen_when_writable) {
  directory_.write("A", {1});
  directory_.write("B", {2});
  const auto folder = store(true);
  const u32 a = handle_of(*folder, "A"), b = handle_of(*folder, "B");
  const auto box = folder->add(emulator::folder("BOX"));
  ASSERT_TRUE(box);
  ASSERT_TRUE(folder->move(a, *box));
  ASSERT_TRUE(folder->rename(a, "AA"));
  ASSERT_TRUE(folder->rename(*box, "CASE"));
  EXPECT_THAT(directory_.everything(), ElementsAre("B", "CASE", "CASE/AA"));
  EXPECT_EQ(read(*folder->find(a)), Bytes{1});
  EXPECT_THAT(folder->poll(), IsEmpty());
  directory_.write("CASE/LATER", {1});  // still watched under its new name
  EXPECT_EQ(folder->poll().size(), 1u);
  const auto content = folder->find(b)->content;
  ASSERT_TRUE(folder->remove(b));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "B"));
  Read read;
  std::visit(read, content->slice(0, 1));  // whoever has the bytes keeps them
  EXPECT_EQ(read.bytes, Bytes{2});
  ASSERT_TRUE(folder->format());
  EXPECT_THAT(directory_.everything(), IsEmpty());
  EXPECT_THAT(folder->poll(), IsEmpty());
}

TEST_F(FolderTest, a_folder_with_hidden_files_stays) {
  directory_.write("BOX/.secret", {1});
  const auto folder = store(true);
  EXPECT_EQ(folder->remove(handle_of(*folder, "BOX")).error(), StoreError::exists);
  EXPECT_NE(handle_of(*folder, "BOX"), 0u);
}

TEST_F(FolderTest, edits_replace_the_file) {
  directory_.write("A", {1, 2, 3});
  const auto folder = store(true);
  const u32 handle = handle_of(*folder, "A");
  {
    auto dropped = folder->edit(handle);
    ASSERT_TRUE(dropped && (*dropped)->write(0, Bytes{9}));
  }
  EXPECT_EQ(directory_.read("A"), (Bytes{1, 2, 3}));
  auto edit = folder->edit(handle);
  ASSERT_TRUE(edit && (*edit)->write(1, Bytes{8, 8, 8}));
  EXPECT_EQ(directory_.read("A"), (Bytes{1, 2, 3}));
  ASSERT_TRUE((*edit)->commit());
  EXPECT_EQ(directory_.read("A"), (Bytes{1, 8, 8, 8}));
  EXPECT_EQ(read(*folder->find(handle)), (Bytes{1, 8, 8, 8}));
  edit->reset();
  EXPECT_THAT(directory_.everything(), ElementsAre("A"));
  EXPECT_THAT(folder->poll(), IsEmpty());
}

TEST_F(FolderTest, a_disk_that_takes_no_more_is_a_full_store) {
  const auto folder = store(true);
  auto pending = folder->begin_upload(file("A"), 100'000);
  ASSERT_TRUE(pending);
  rlimit old{};
  ASSERT_EQ(0, ::getrlimit(RLIMIT_FSIZE, &old));
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = old;
  small.rlim_cur = 10'000;
  ASSERT_EQ(0, ::setrlimit(RLIMIT_FSIZE, &small));
  const auto written = pending->upload->write(Bytes(100'000));
  ASSERT_EQ(0, ::setrlimit(RLIMIT_FSIZE, &old));
  std::signal(SIGXFSZ, ignored);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error(), StoreError::full);
  pending->upload.reset();
  EXPECT_THAT(directory_.everything(), IsEmpty());
}

TEST_F(FolderTest, capacity_limits_uploads) {
  const auto folder = store(true, 1000);
  EXPECT_EQ(folder->begin_upload(file("A"), 1001).error(), StoreError::full);
  EXPECT_TRUE(folder->begin_upload(file("A"), 1000));
}

TEST_F(FolderTest, a_directory_that_may_not_be_written_is_read_only) {
  const auto folder = store(true);
  constexpr uid_t nobody = 65534;
  const bool root = ::geteuid() == 0;  // root may write everywhere: be somebody else for a moment
  using std::filesystem::perms;
  std::filesystem::permissions(directory_.string(), perms::owner_read | perms::owner_exec);
  ASSERT_EQ(0, root ? ::seteuid(nobody) : 0);
  const auto refused = folder->begin_upload(file("A"), 1);
  ASSERT_EQ(0, root ? ::seteuid(0) : 0);
  std::filesystem::permissions(directory_.string(), perms::owner_all);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), StoreError::read_only);
}

}  // namespace
}  // namespace stuntcam::emulator
