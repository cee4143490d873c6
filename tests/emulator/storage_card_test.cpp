#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "emulator/imaging/jpeg.h"
#include "emulator/imaging/picture.h"
#include "emulator/storage/store.h"
#include "tests/emulator/storage_testing.h"

namespace stuntcam::emulator {
namespace {

StoreOptions options(std::vector<profiles::SyntheticObjects> objects, u64 capacity = u64{1} << 30) {
  StoreOptions options;
  options.storage.id = 0x00010001;
  options.storage.capacity = capacity;
  options.storage.objects = std::move(objects);
  options.seed = 1;
  options.date = {2024, 1, 2, 3, 4, 5, {}, {}};
  options.camera = "EXAMPLE 1";
  options.model = "Example D53";
  return options;
}
profiles::SyntheticObjects pictures(u32 count, u64 size = 100'000) {
  return {.count = count,
          .size = size,
          .format = 0x3801,
          .width = 640,
          .height = 480,
          .folder = "DCIM/100ABCDE",
          .name = "DSC_%04u.JPG",
          .first = 1};
}
class CardTest : public testing::Test {
 protected:
  std::unique_ptr<Store> card(std::vector<profiles::SyntheticObjects> objects, u64 capacity = u64{1} << 30) {
    return make_card(options(std::move(objects), capacity), handles_);
  }
  Handles handles_{0x10};
};

TEST_F(CardTest, lists_as_a_directory_walk) {
  auto movies = pictures(1);
  movies.folder = "/DCIM//101ABCDE/";
  movies.name = "CLIP.MOV";
  movies.format = 0x300D;
  const auto store = card({pictures(2), movies});
  EXPECT_THAT(names(*store, store->list(0)),
              testing::ElementsAre("DCIM", "100ABCDE", "DSC_0001.JPG", "DSC_0002.JPG", "101ABCDE", "CLIP.MOV"));
  EXPECT_THAT(names(*store, store->list(root_only)), testing::ElementsAre("DCIM"));
  const u32 dcim = store->list(root_only)[0];
  EXPECT_THAT(names(*store, store->list(dcim)), testing::ElementsAre("100ABCDE", "101ABCDE"));
  EXPECT_EQ(store->size(), 6u);
  EXPECT_EQ(store->find(dcim)->format, association_format);
  EXPECT_EQ(store->find(dcim)->association_type, 1);
  EXPECT_EQ(store->find(dcim)->parent, 0u);
  EXPECT_TRUE(store->list(0x9999).empty());
  EXPECT_EQ(store->find(0x9999), nullptr);
}

TEST_F(CardTest, pictures_are_what_their_info_says) {
  const auto store = card({pictures(2)});
  const Object& first = *store->find(store->list(0)[2]);
  const Object& second = *store->find(store->list(0)[3]);
  EXPECT_EQ(first.size, 100'000u);
  EXPECT_EQ(first.content->size(), 100'000u);
  EXPECT_EQ(first.storage, 0x00010001u);
  EXPECT_EQ(first.captured, (ptp::DateTime{2024, 1, 2, 3, 4, 5, {}, {}}));
  EXPECT_EQ(second.captured, (ptp::DateTime{2024, 1, 2, 3, 5, 5, {}, {}}));
  const auto seen = decode_scaled(read(first), 640, 480);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->width(), static_cast<int>(first.pixel_width));
  const auto thumbnail = first.content->thumbnail();
  ASSERT_TRUE(thumbnail);
  EXPECT_EQ(thumbnail->bytes.size(), first.thumb_size);
  EXPECT_EQ(thumbnail->width, first.thumb_width);
  EXPECT_NE(read(first), read(second));
}

TEST_F(CardTest, the_same_seed_gives_the_same_bytes) {
  Handles others(0x5000);
  const auto a = card({pictures(3)}), b = make_card(options({pictures(3)}), others);
  auto reseeded = options({pictures(3)});
  reseeded.seed = 2;
  const auto c = make_card(std::move(reseeded), others);
  const auto last = [](const Store& store) { return read(*store.find(store.list(0).back())); };
  EXPECT_EQ(last(*a), last(*b));
  EXPECT_NE(last(*a), last(*c));
}

TEST_F(CardTest, objects_of_any_size) {
  for (const u64 size : {u64{0}, u64{1}, (u64{4} << 30) - 1, u64{4} << 30, (u64{4} << 30) + 1, u64{8} << 30}) {
    auto run = pictures(1, size);
    run.format = 0x300D;
    const auto store = card({run}, u64{16} << 30);
    const Object& object = *store->find(store->list(0).back());
    EXPECT_EQ(object.size, size);
    EXPECT_EQ(store->info().free_space_in_bytes, (u64{16} << 30) - size);
    EXPECT_EQ(read(object, size - std::min<u64>(size, 1), std::min<u64>(size, 1)).size(), std::min<u64>(size, 1));
  }
  const auto store = card({pictures(1, 0)});
  const Object& object = *store->find(store->list(0).back());
  EXPECT_GT(object.size, 60'000u);
  EXPECT_TRUE(decode_scaled(read(object), 1, 1));
}

TEST_F(CardTest, a_hundred_thousand_objects) {
  const auto store = card({pictures(100'000)}, u64{1} << 40);
  EXPECT_EQ(store->list(0).size(), 100'002u);
  const u32 last = store->list(0).back();
  EXPECT_EQ(store->find(last)->name, "DSC_100000.JPG");
  // Anything quadratic in here runs into the test's time limit.
  for (const u32 handle : store->list(store->find(last)->parent)) ASSERT_TRUE(store->remove(handle));
  EXPECT_EQ(store->size(), 2u);
}

TEST_F(CardTest, handles_that_the_profile_gives) {
  profiles::SyntheticObjects top{.format = association_format, .name = "DCIM", .handle = 0x50000000};
  auto files = pictures(2);
  files.first = 3378;
  files.handle = 0x5190D321;
  files.handle_step = 16;
  auto other = pictures(1);
  other.folder = "";
  other.name = "NOTES.TXT";
  other.format = 0x3004;
  auto described = options({files, top, other});
  described.storage.handles = profiles::HandlePattern{.folder_step = 0x40000, .file_step = 16, .file_offset = 1};
  const auto store = make_card(std::move(described), handles_);
  EXPECT_EQ(store->list(0), (std::vector<u32>{0x50000000, 0x51900000, 0x5190D321, 0x5190D331, 0x10}));
  EXPECT_EQ(store->find(0x5190D331)->name, "DSC_3379.JPG");
  EXPECT_EQ(store->find(0x50000000)->association_type, 1);
  EXPECT_EQ(store->find(0x50000000)->content, nullptr);

  const auto add = [&](const std::string& name) {
    auto object = file(name, 0x51900000);
    object.content = noise_content(1, 10);
    return store->add(object).value();
  };
  EXPECT_EQ(add("DSC_3380.JPG"), 0x5190D341u);
  EXPECT_EQ(add("DSC_3380.CR3"), 0x5190D342u) << "two files of one number";
  EXPECT_EQ(add("NOTES.TXT"), 0x11u) << "no number";
  EXPECT_EQ(store->begin_upload(file("DSC_3381.JPG", 0x51900000), 3)->handle, 0x5190D351u);
}

TEST_F(CardTest, free_bytes_and_dates_that_the_profile_gives) {
  auto run = pictures(2);
  run.date = ptp::DateTime{2020, 5, 6, 7, 8, 9, {}, {}};
  auto described = options({pictures(1), run}, 1'000'000);
  described.storage.free = 500'000;
  described.storage.objects[1].first = 7;
  const auto store = make_card(std::move(described), handles_);
  EXPECT_EQ(store->info().free_space_in_bytes, 500'000u);
  const auto last = store->list(0).back();
  EXPECT_EQ(store->find(last)->captured, (ptp::DateTime{2020, 5, 6, 7, 9, 9, {}, {}}));
  ASSERT_TRUE(store->remove(last));
  EXPECT_EQ(store->info().free_space_in_bytes, 600'000u);
}

TEST_F(CardTest, an_empty_slot_has_nothing) {
  auto slot = options({pictures(3)});
  slot.storage.present = false;
  const auto store = make_card(std::move(slot), handles_);
  EXPECT_FALSE(store->present());
  EXPECT_EQ(store->size(), 0u);
  EXPECT_EQ(store->info().max_capacity, 0u);
  EXPECT_EQ(store->info().free_space_in_bytes, 0u);
}

TEST_F(CardTest, uploads_appear_whole) {
  const auto store = card({});
  Object object = file("A.TXT");
  object.format = 0x3004;
  auto pending = store->begin_upload(object, 6);
  ASSERT_TRUE(pending);
  EXPECT_EQ(store->size(), 0u);
  EXPECT_EQ(store->find(pending->handle), nullptr);
  ASSERT_TRUE(pending->upload->write(Bytes{1, 2, 3}));
  ASSERT_TRUE(pending->upload->write(Bytes{4, 5, 6}));
  ASSERT_TRUE(pending->upload->commit());
  const Object* kept = store->find(pending->handle);
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->size, 6u);
  EXPECT_EQ(kept->format, 0x3004);
  EXPECT_EQ(read(*kept), (Bytes{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(read(*kept, 2, 2), (Bytes{3, 4}));
  EXPECT_EQ(store->info().free_space_in_bytes, (u64{1} << 30) - 6);
  pending->upload.reset();
  EXPECT_EQ(store->info().free_space_in_bytes, (u64{1} << 30) - 6);
}

TEST_F(CardTest, uploads_do_not_run_into_each_other) {
  const auto store = card({});
  auto a = store->begin_upload(file("A"), 5000), b = store->begin_upload(file("B"), 5000);
  auto unknown = store->begin_upload(file("C"), unknown_size);
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(a->upload->write(Bytes(1000, 'a')));
    ASSERT_TRUE(b->upload->write(Bytes(1000, 'b')));
    ASSERT_TRUE(unknown->upload->write(Bytes(1000, 'c')));
  }
  EXPECT_EQ(a->upload->write(Bytes(1)).error(), StoreError::full);  // more than announced
  ASSERT_TRUE(a->upload->commit() && b->upload->commit() && unknown->upload->commit());
  EXPECT_EQ(read(*store->find(a->handle)), Bytes(5000, 'a'));
  EXPECT_EQ(read(*store->find(b->handle)), Bytes(5000, 'b'));
  EXPECT_EQ(read(*store->find(unknown->handle)), Bytes(5000, 'c'));
  // A transfer outlives the object's deletion.
  const auto content = store->find(b->handle)->content;
  ASSERT_TRUE(store->remove(b->handle));
  Read still;
  std::visit(still, content->slice(0, 5000));
  EXPECT_EQ(still.bytes, Bytes(5000, 'b'));
}

TEST_F(CardTest, an_upload_that_starts_over_or_dies_leaves_nothing) {
  const auto store = card({}, 10'000);
  auto pending = store->begin_upload(file("A"), 3);
  ASSERT_TRUE(pending->upload->write(Bytes{9, 9}));
  pending->upload->rewind();
  ASSERT_TRUE(pending->upload->write(Bytes{1, 2, 3}));
  EXPECT_EQ(store->info().free_space_in_bytes, 9'997u);
  pending->upload.reset();
  EXPECT_EQ(store->info().free_space_in_bytes, 10'000u);
  EXPECT_EQ(store->size(), 0u);
  auto unknown = store->begin_upload(file("A"), unknown_size);
  ASSERT_TRUE(unknown->upload->write(Bytes(5'000)));
  EXPECT_EQ(store->info().free_space_in_bytes, 5'000u);
  unknown->upload->rewind();
  EXPECT_EQ(store->info().free_space_in_bytes, 10'000u);
}

TEST_F(CardTest, a_full_card_says_so) {
  const auto store = card({}, 10'000);
  EXPECT_EQ(store->begin_upload(file("A"), 10'001).error(), StoreError::full);
  auto pending = store->begin_upload(file("A"), 6'000);
  ASSERT_TRUE(pending);
  EXPECT_EQ(store->begin_upload(file("B"), 4'001).error(), StoreError::full);
  auto picture = file("P.JPG");
  picture.content = noise_content(1, 4'001);
  EXPECT_EQ(store->add(picture).error(), StoreError::full);
  picture.content = noise_content(1, 4'000);
  EXPECT_TRUE(store->add(picture));
  auto unknown = store->begin_upload(file("C"), unknown_size);
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->upload->write(Bytes(1)).error(), StoreError::full);
}

TEST_F(CardTest, names_and_parents_are_checked) {
  const auto store = card({pictures(1)});
  const u32 picture = store->list(0).back();
  EXPECT_EQ(store->begin_upload(file("A", picture), 1).error(), StoreError::invalid_parent);
  EXPECT_EQ(store->begin_upload(file("A", 0x9999), 1).error(), StoreError::invalid_parent);
  EXPECT_EQ(store->add(file("DCIM")).error(), StoreError::exists);
  EXPECT_EQ(store->rename(0x9999, "x").error(), StoreError::not_found);
  EXPECT_EQ(store->remove(store->list(0)[0]).error(), StoreError::exists);  // not empty
  EXPECT_EQ(store->move(store->list(0)[0], store->list(0)[1]).error(), StoreError::invalid_parent);
  auto a = store->begin_upload(file("SAME"), 1), b = store->begin_upload(file("SAME"), 1);
  ASSERT_TRUE(a->upload->commit());
  EXPECT_EQ(b->upload->commit().error(), StoreError::exists);
}

TEST_F(CardTest, moves_renames_protects_and_removes) {
  const auto store = card({pictures(2)});
  const u32 dcim = store->list(0)[0], first = store->list(0)[2];
  const auto box = store->add(folder("BOX"));
  ASSERT_TRUE(box);
  ASSERT_TRUE(store->move(first, *box));
  EXPECT_EQ(store->find(first)->parent, *box);
  ASSERT_TRUE(store->rename(first, "NEW.JPG"));
  EXPECT_THAT(names(*store, store->list(0)),
              testing::ElementsAre("DCIM", "100ABCDE", "DSC_0002.JPG", "BOX", "NEW.JPG"));
  ASSERT_TRUE(store->move(*box, dcim));
  EXPECT_THAT(names(*store, store->list(0)),
              testing::ElementsAre("DCIM", "100ABCDE", "DSC_0002.JPG", "BOX", "NEW.JPG"));
  ASSERT_TRUE(store->protect(first, 1));
  EXPECT_EQ(store->find(first)->protection, 1);
  ASSERT_TRUE(store->remove(first));
  EXPECT_EQ(store->find(first), nullptr);
  ASSERT_TRUE(store->format());
  EXPECT_EQ(store->size(), 0u);
  EXPECT_EQ(store->info().free_space_in_bytes, u64{1} << 30);
}

TEST_F(CardTest, an_object_from_elsewhere_keeps_its_handle) {
  const auto store = card({});
  Object object = file("A");
  object.handle = 0x777;
  object.content = noise_content(1, 10);
  EXPECT_EQ(store->add(object), 0x777u);
  EXPECT_EQ(store->find(0x777)->storage, store->id());
}

TEST_F(CardTest, edits_are_seen_when_they_are_done) {
  const auto store = card({pictures(1, 10'000)}, 20'500);
  const u32 picture = store->list(0).back();
  const Bytes before = read(*store->find(picture));
  auto edit = store->edit(picture);
  ASSERT_TRUE(edit);
  EXPECT_EQ((*edit)->size(), 10'000u);
  ASSERT_TRUE((*edit)->write(9'999, Bytes{1, 2, 3}));
  EXPECT_EQ((*edit)->size(), 10'002u);
  EXPECT_EQ(read(*store->find(picture)), before);
  ASSERT_TRUE((*edit)->commit());
  EXPECT_EQ(store->find(picture)->size, 10'002u);
  EXPECT_EQ(read(*store->find(picture), 9'998, 4), (Bytes{before[9'998], 1, 2, 3}));
  edit->reset();
  EXPECT_EQ(store->info().free_space_in_bytes, 10'498u);
  {
    auto dropped = store->edit(picture);
    ASSERT_TRUE((*dropped)->truncate(5));
    EXPECT_EQ((*dropped)->write(20'000, Bytes{1}).error(), StoreError::full);
  }
  EXPECT_EQ(store->find(picture)->size, 10'002u);
  EXPECT_EQ(store->info().free_space_in_bytes, 10'498u);
  auto shorter = store->edit(picture);
  ASSERT_TRUE((*shorter)->truncate(5) && (*shorter)->truncate(8) && (*shorter)->commit());
  EXPECT_EQ(read(*store->find(picture)), (Bytes{before[0], before[1], before[2], before[3], before[4], 0, 0, 0}));
  EXPECT_EQ(store->edit(store->list(0)[0]).error(), StoreError::not_found);  // a folder
}

TEST_F(CardTest, captures_go_where_DCF_says) {
  const auto empty = card({});
  const auto first = empty->capture_folder();
  ASSERT_TRUE(first);
  EXPECT_THAT(names(*empty, empty->list(0)), testing::ElementsAre("DCIM", "100LED53"));
  EXPECT_EQ(empty->capture_folder(), *first);
  EXPECT_EQ(empty->next_file_number("DSC_"), 1u);

  auto second = pictures(7);
  second.folder = "DCIM/102ABCDE";
  second.first = 40;
  const auto used = card({second, pictures(3)});
  EXPECT_EQ(used->find(*used->capture_folder())->name, "102ABCDE");
  EXPECT_EQ(used->next_file_number("DSC_"), 47u);
  EXPECT_EQ(used->next_file_number("IMG_"), 1u);
}

TEST_F(CardTest, a_full_folder_is_followed_by_the_next) {
  const auto store = card({pictures(999)}, u64{1} << 40);
  const auto next = store->capture_folder();
  ASSERT_TRUE(next);
  EXPECT_EQ(store->find(*next)->name, "101ABCDE");
  EXPECT_EQ(store->next_file_number("DSC_"), 1000u);

  auto last = pictures(1);
  last.first = 9999;
  const auto counted = card({last});
  EXPECT_EQ(counted->find(*counted->capture_folder())->name, "101ABCDE");
  EXPECT_EQ(counted->next_file_number("DSC_"), 1u);

  last.folder = "DCIM/999ABCDE";
  EXPECT_EQ(card({last})->capture_folder().error(), StoreError::full);
}

}  // namespace
}  // namespace stuntcam::emulator
