// Objects: docs/protocol.md §2.7, §4.1.
#include <algorithm>
#include <set>

#include "initiator/conform/case.h"
#include "initiator/conform/data_sets.h"
#include "initiator/conform/trial.h"
#include "ptp/datetime.h"

namespace stuntcam::initiator::conform {
namespace {

using ptp::FormatCode;
using ptp::ObjectInfo;

constexpr u32 root = 0xFFFFFFFF, any_images = 0xFFFFFFFF, no_store = 0x7FFE0001, no_handle = 0xEEEEEEEE;

std::set<u32> as_set(const std::vector<u32>& list) { return {list.begin(), list.end()}; }

bool image(u16 format) { return (format & 0xFF00) == 0x3800 || (format & 0xFF00) == 0xB100; }

Task<> count(Trial& t) {
  co_await t.enter();
  const auto list = co_await t.handles();
  const Answer answer = co_await t.ask(Op::GetNumObjects, all, 0u, 0u);
  expect_ok(answer);
  expect(answer.response.count >= 1 && answer.param(0) == list.size(),
         fmt::format("{} objects, as GetObjectHandles lists", list.size()),
         answer.response.count == 0 ? "no parameter" : fmt::format("{}", answer.param(0)));
}

Task<> form(Trial& t) {
  co_await t.enter();
  const Bytes bytes = co_await t.fetch(Op::GetObjectHandles, all, 0u, 0u);
  const auto list = ptp::decode_u32_array(bytes, "ObjectHandle");
  expect(list && bytes.size() == 4 + 4 * list->size(), "an array of u32: a count, and so many times 4 bytes",
         hex(bytes));
}

Task<> reserved(Trial& t) {
  co_await t.enter(0x601);
  const auto each_of = co_await t.handles();
  for (const u32 handle : each_of)
    expect(handle != 0 && handle != 0xFFFFFFFF, "no handle 0 and no handle 0xFFFFFFFF", text("handle", handle));
}

Task<> unique(Trial& t) {
  co_await t.enter(0x602);
  const auto list = co_await t.handles();
  expect_equal("the number of different handles", list.size(), as_set(list).size());
}

Task<> stable(Trial& t) {
  co_await t.enter(0x603);
  const auto before = co_await t.handles();
  const auto after = co_await t.handles();
  expect(as_set(before) == as_set(after), fmt::format("the same {} handles when asked again", before.size()),
         fmt::format("{} handles, some of them others", after.size()));
}

Task<> by_store(Trial& t) {
  co_await t.enter();
  const auto everything = co_await t.handles();
  const auto stores = co_await t.array(Op::GetStorageIDs);
  std::set<u32> together;
  for (const u32 store : stores) {
    if ((store & 0xFFFF) == 0) continue;  // no card
    const Answer answer = co_await t.ask(Op::GetObjectHandles, store, 0u, 0u);
    if (answer.code() == Code::StoreNotAvailable) continue;
    expect_ok(answer);
    const auto list = ptp::decode_u32_array(answer.bytes, "ObjectHandle");
    if (list) together.insert(list->begin(), list->end());
  }
  expect(together == as_set(everything), fmt::format("the {} handles of all stores, taken together", everything.size()),
         fmt::format("{} handles of single stores", together.size()));
}

// Those that GetObjectHandles lists for a parent, against what ObjectInfo says.
Task<> children_of(Trial& t, u32 asked, u32 parent) {
  const auto children = co_await t.handles(all, 0, asked);
  const auto listed = as_set(children);
  const auto known = co_await t.objects();
  for (const Found& each : known) {
    const bool belongs = each.info.parent_object == parent;
    expect(listed.contains(each.handle) == belongs,
           fmt::format("object 0x{:08X}, whose ParentObject is 0x{:08X}, {}in the list", each.handle,
                       each.info.parent_object, belongs ? "" : "not "),
           belongs ? "it is missing" : "it is there");
  }
}

Task<> in_root(Trial& t) {
  co_await t.enter();
  co_await children_of(t, root, 0);
}

Task<> in_folder(Trial& t) {
  co_await t.enter(0x604);
  const Found folder = co_await t.folder();
  co_await children_of(t, folder.handle, folder.handle);
}

Task<> parent_unknown(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetObjectHandles, all, 0u, no_handle);
  expect_code(answer, Code::InvalidObjectHandle);
}

Task<> parent_no_folder(Trial& t) {
  co_await t.enter();
  const Found file = co_await t.file();
  const Answer answer = co_await t.ask(Op::GetObjectHandles, all, 0u, file.handle);
  expect_code(answer, Code::InvalidParentObject);
}

Task<> count_parent_no_folder(Trial& t) {
  co_await t.enter();
  const Found file = co_await t.file();
  const Answer answer = co_await t.ask(Op::GetNumObjects, all, 0u, file.handle);
  expect_code(answer, Code::InvalidParentObject);
}

Task<> store_unknown(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetObjectHandles, no_store, 0u, 0u);
  expect_code(answer, Code::InvalidStorageId);
}

Task<> count_store_unknown(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetNumObjects, no_store, 0u, 0u);
  expect_code(answer, Code::InvalidStorageId);
}

Task<> by_format(Trial& t) {
  co_await t.enter();
  const Found file = co_await t.file();
  const u32 format = file.info.object_format;
  const Answer answer = co_await t.ask(Op::GetObjectHandles, all, format, 0u);
  if (answer.code() == Code::SpecificationByFormatUnsupported) skip("the camera does not list by format");
  expect_ok(answer);
  const auto list = ptp::decode_u32_array(answer.bytes, "ObjectHandle");
  const auto listed = list ? as_set(*list) : std::set<u32>();
  const auto each_of = co_await t.objects();
  for (const Found& each : each_of)
    expect(listed.contains(each.handle) == (each.info.object_format == format),
           fmt::format("the objects of format 0x{:04X} and no others", format),
           fmt::format("object 0x{:08X} of format 0x{:04X} {}", each.handle, each.info.object_format,
                       listed.contains(each.handle) ? "is there" : "is missing"));
}

Task<> images(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetObjectHandles, all, any_images, 0u);
  if (answer.code() == Code::SpecificationByFormatUnsupported) skip("the camera does not list by format");
  expect_ok(answer);
  const auto list = ptp::decode_u32_array(answer.bytes, "ObjectHandle");
  const auto listed = list ? as_set(*list) : std::set<u32>();
  const auto each_of = co_await t.objects();
  for (const Found& each : each_of)
    expect(!listed.contains(each.handle) || image(each.info.object_format), "images alone",
           fmt::format("object 0x{:08X} of format 0x{:04X}", each.handle, each.info.object_format));
}

Task<> bad_format(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetObjectHandles, all, 0x1234u, 0u);
  expect_code(answer, Code::InvalidCodeFormat, Code::InvalidObjectFormatCode, Code::SpecificationByFormatUnsupported);
}

Task<> info(Trial& t) {
  co_await t.enter();
  auto list = co_await t.handles();
  if (list.empty()) skip("there is no object on the camera");
  if (list.size() > 20) list.resize(20);
  for (const u32 handle : list) {
    const Bytes bytes = co_await t.fetch(Op::GetObjectInfo, handle);
    expect_exact<ObjectInfo>("ObjectInfo", bytes);
  }
}

Task<> info_unknown(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetObjectInfo, no_handle);
  expect_code(answer, Code::InvalidObjectHandle);
}

Task<> info_zero(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetObjectInfo, 0u);
  expect_code(answer, Code::InvalidObjectHandle);
}

Task<std::vector<Found>> some_objects(Trial& t, u32 session = 1) {
  co_await t.enter(session);
  auto found = co_await t.objects();
  if (found.empty()) skip("there is no object on the camera");
  co_return found;
}

Task<> info_store(Trial& t) {
  const auto found = co_await some_objects(t);
  const auto ids = co_await t.array(Op::GetStorageIDs);
  const auto stores = as_set(ids);
  for (const Found& each : found)
    expect(stores.contains(each.info.storage_id), "the StorageID of a store in ObjectInfo",
           text("StorageID", each.info.storage_id));
}

Task<> info_parent(Trial& t) {
  const auto found = co_await some_objects(t, 0x605);
  const auto handles = co_await t.handles();
  const auto list = as_set(handles);
  for (const Found& each : found) {
    const u32 parent = each.info.parent_object;
    if (parent == 0) continue;
    const auto known = std::ranges::find(found, parent, &Found::handle);
    const bool folder = known == found.end() ? list.contains(parent) : known->folder();
    expect(folder, "0 or the handle of a folder as ParentObject", text("ParentObject", parent));
  }
}

Task<> info_association(Trial& t) {
  const auto each_of = co_await some_objects(t);
  for (const Found& each : each_of) {
    constexpr u16 vendor_values = 0x8000;
    const u16 type = each.info.association_type;
    expect(type <= 7 || type >= vendor_values, "an AssociationType of 0 to 7", fmt::format("{}", type));
    expect(each.folder() || type == 0, "AssociationType 0 of what is no folder",
           fmt::format("{} of {}", type, each.info.filename));
  }
}

Task<> info_protection(Trial& t) {
  const auto each_of = co_await some_objects(t);
  for (const Found& each : each_of) {
    const u16 status = each.info.protection_status;
    expect(status <= 1 || status == 0x8002 || status == 0x8003,
           "a ProtectionStatus of 0 or 1, or MTP's 0x8002 or 0x8003", fmt::format("0x{:04X}", status));
  }
}

Task<> info_format(Trial& t) {
  const auto each_of = co_await some_objects(t, 0x606);
  for (const Found& each : each_of) {
    const u16 format = each.info.object_format;
    expect((format >> 12) == 0x3 || (format >> 12) == 0xB, "an ObjectFormat of 0x3xxx or 0xBxxx",
           fmt::format("0x{:04X}", format));
  }
}

Task<> info_dates(Trial& t) {
  const auto each_of = co_await some_objects(t);
  for (const Found& each : each_of)
    for (const auto& date : {each.info.capture_date, each.info.modification_date})
      expect(date.empty() || ptp::parse_datetime(date), "dates as YYYYMMDDThhmmss, or none",
             fmt::format("\"{}\"", date));
}

Task<> size(Trial& t) {
  co_await t.enter(0x607);
  const Found file = co_await t.file();
  const Answer answer = co_await t.ask(Op::GetObject, file.handle);
  expect_ok(answer);
  expect_equal<u64>("the size in ObjectInfo,", file.info.object_compressed_size, answer.size);
}

Task<> get_unknown(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetObject, no_handle);
  expect_code(answer, Code::InvalidObjectHandle);
}

Task<> get_folder(Trial& t) {
  co_await t.enter();
  const Found folder = co_await t.folder();
  const Answer answer = co_await t.ask(Op::GetObject, folder.handle);
  expect_code(answer, Code::InvalidObjectHandle, Code::InvalidParameter, Code::InvalidObjectFormatCode,
              Code::AccessDenied);
}

Task<> jpeg(Trial& t) {
  co_await t.enter(0x608);
  const Found file = co_await t.object_where("picture in EXIF_JPEG or JFIF of up to 16 MiB", [](const Found& found) {
    const auto format = static_cast<FormatCode>(found.info.object_format);
    return (format == FormatCode::EXIF_JPEG || format == FormatCode::JFIF) && found.info.object_compressed_size > 3 &&
           found.info.object_compressed_size <= kept_data;
  });
  const Answer answer = co_await t.ask(Op::GetObject, file.handle);
  expect_ok(answer);
  const View bytes = answer.bytes;
  expect(bytes.size() > 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF, "a JPEG: ff d8 ff",
         hex(bytes, 8));
}

constexpr std::array<Op, 4> listing{Op::GetObjectHandles}, looking{Op::GetObjectHandles, Op::GetObjectInfo},
    getting{Op::GetObjectHandles, Op::GetObjectInfo, Op::GetObject},
    counting{Op::GetObjectHandles, Op::GetObjectInfo, Op::GetNumObjects};

constexpr std::array cases{
    Case{"objects.count",
         "4",
         "GetNumObjects counts what GetObjectHandles lists.",
         count,
         {Op::GetObjectHandles, Op::GetNumObjects}},
    Case{"objects.handles", "2.2", "GetObjectHandles returns an array: a count, and so many u32.", form, listing},
    Case{"objects.reserved", "3", "Handles 0 and 0xFFFFFFFF are reserved.", reserved, listing},
    Case{"objects.unique", "3", "A handle is one object: GetObjectHandles lists it once.", unique, listing},
    Case{"objects.stable", "3", "Handles are stable within a session.", stable, listing},
    Case{"objects.by-store", "4.1", "StorageID 0xFFFFFFFF means all stores: what they hold singly, taken together.",
         by_store, listing},
    Case{"objects.in-root", "4.1", "Parent 0xFFFFFFFF lists the objects in the root, and no others.", in_root, looking},
    Case{"objects.in-folder", "4.1", "A folder as parent lists its direct children, and no others.", in_folder,
         looking},
    Case{"objects.parent-unknown", "4.1", "A parent that is no handle is answered by InvalidObjectHandle.",
         parent_unknown, listing},
    Case{"objects.parent-no-folder", "4.1",
         "GetObjectHandles with a file as parent is answered by InvalidParentObject.", parent_no_folder, looking},
    Case{"objects.count-parent-no-folder", "4.1",
         "GetNumObjects with a file as parent is answered by InvalidParentObject.", count_parent_no_folder, counting},
    Case{"objects.store-unknown", "4.1",
         "GetObjectHandles of a store that is not there is answered by InvalidStorageId.", store_unknown, listing},
    Case{"objects.count-store-unknown",
         "4.1",
         "GetNumObjects of a store that is not there is answered by InvalidStorageId.",
         count_store_unknown,
         {Op::GetNumObjects}},
    Case{"objects.by-format", "4.1",
         "A format lists the objects of exactly that format, or is answered by SpecificationByFormatUnsupported.",
         by_format, looking},
    Case{"objects.images", "4.1", "Format 0xFFFFFFFF lists images alone.", images, looking},
    Case{"objects.bad-format", "4", "A format that is no format code is refused: InvalidCodeFormat.", bad_format,
         listing},
    Case{"objects.info", "2.7", "GetObjectInfo returns an ObjectInfo data set, encoded as the standard says.", info,
         looking},
    Case{"objects.info-unknown",
         "4",
         "GetObjectInfo of a handle that is not there is answered by InvalidObjectHandle.",
         info_unknown,
         {Op::GetObjectInfo}},
    Case{"objects.info-zero",
         "3",
         "Handle 0 is no object: GetObjectInfo of it is answered by InvalidObjectHandle.",
         info_zero,
         {Op::GetObjectInfo}},
    Case{"objects.info-store", "2.7", "StorageID in ObjectInfo is that of a store.", info_store, looking},
    Case{"objects.info-parent", "2.7", "ParentObject in ObjectInfo is 0 or the handle of a folder.", info_parent,
         looking},
    Case{"objects.info-association", "2.7", "AssociationType is 0 to 7, and 0 of what is no association.",
         info_association, looking},
    Case{"objects.info-protection", "2.7", "ProtectionStatus is 0 or 1; MTP adds 0x8002 and 0x8003.", info_protection,
         looking},
    Case{"objects.info-format", "2.1", "ObjectFormat is 0x3xxx, those of vendors 0xBxxx.", info_format, looking},
    Case{"objects.info-dates", "2.4",
         "CaptureDate and ModificationDate are YYYYMMDDThhmmss, with tenths and zone if any, or empty.", info_dates,
         looking},
    Case{"objects.size", "2.7", "GetObject returns as many bytes as ObjectCompressedSize says.", size, getting},
    Case{"objects.get-unknown",
         "4",
         "GetObject of a handle that is not there is answered by InvalidObjectHandle.",
         get_unknown,
         {Op::GetObject}},
    Case{.id = "objects.get-folder",
         .section = "4.1",
         .rule = "GetObject of a folder is refused: InvalidObjectHandle or InvalidParameter.",
         .run = get_folder,
         .needs = getting,
         .weight = Weight::should},
    Case{"objects.jpeg", "5.4", "An object of format EXIF_JPEG or JFIF is a JPEG.", jpeg, getting},
};

}  // namespace

std::span<const Case> object_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
