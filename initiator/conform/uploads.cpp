#include "initiator/conform/uploads.h"

#include <algorithm>

namespace stuntcam::initiator::conform {

using ptp::FormatCode;
using ptp::ObjectInfo;

namespace {

Task<> remove(Trial& t, u32 handle) {
  if (t.subject().lists(Op::SetObjectProtection)) co_await t.ask(Op::SetObjectProtection, handle, 0u);
  co_await t.ask(Op::DeleteObject, handle);
}

}  // namespace

u16 upload_format(const Subject& subject) {
  const auto& known = subject.device.image_formats;
  for (const auto format : {FormatCode::Text, FormatCode::Undefined, FormatCode::EXIF_JPEG})
    if (std::ranges::find(known, static_cast<u16>(format)) != known.end()) return static_cast<u16>(format);
  return static_cast<u16>(FormatCode::Undefined);
}

Upload sample(const Subject& subject, const std::string& name, std::size_t size) {
  Upload upload;
  upload.format = upload_format(subject);
  const bool picture = upload.format == static_cast<u16>(FormatCode::EXIF_JPEG);
  upload.name = name + (picture ? ".JPG" : ".TXT");
  for (std::size_t i = 0; i < size; ++i)
    upload.bytes.push_back(static_cast<u8>('a' + (i + static_cast<std::size_t>(name.back())) % 26));
  if (picture && size >= 4) {
    upload.bytes[0] = upload.bytes[2] = upload.bytes[size - 2] = 0xFF;
    upload.bytes[1] = 0xD8;
    upload.bytes[size - 1] = 0xD9;
  }
  return upload;
}

ObjectInfo info_of(const Upload& upload) {
  ObjectInfo info;
  info.object_format = upload.format;
  info.object_compressed_size = static_cast<u32>(upload.bytes.size());
  info.filename = upload.name;
  info.capture_date = info.modification_date = "20240506T070809";
  if (upload.format == static_cast<u16>(FormatCode::Association)) info.association_type = 1;
  return info;
}

Task<u32> upload_store(Trial& t) {
  const auto ids = co_await t.array(Op::GetStorageIDs);
  u32 other = 0;
  for (const u32 id : ids) {
    const Answer answer = co_await t.ask(Op::GetStorageInfo, id);
    const auto info = ptp::decode<ptp::StorageInfo>(answer.bytes);
    if (!answer.ok() || !info) continue;
    if (info->access_capability == 0) co_return id;
    if (info->access_capability == 2 && other == 0) other = id;  // some cameras say so and take uploads all the same
  }
  if (other == 0) skip("the camera has no writable store");
  co_return other;
}

Task<Upload> announce(Trial& t, Initiator& by, Upload upload, u32 parent) {
  upload.storage = co_await upload_store(t);
  const Bytes info = ptp::encode(info_of(upload));
  const Answer answer = co_await by.send(Op::SendObjectInfo, info, upload.storage, parent);
  if (answer.code() == Code::StoreReadOnly) skip("the camera's store is read-only");
  expect_ok(answer);
  expect(answer.response.count >= 3, "three parameters of SendObjectInfo: storage, parent, handle",
         fmt::format("{}", answer.response.count));
  upload.storage = answer.param(0);
  upload.parent = answer.param(1);
  upload.handle = answer.param(2);
  co_return upload;
}

Task<Upload> put(Trial& t, std::string name, u32 parent) {
  Upload upload = co_await announce(t, t, sample(t.subject(), name), parent);
  delete_afterwards(t, upload.handle);
  const Answer answer = co_await t.send(Op::SendObject, upload.bytes);
  expect_ok(answer);
  co_return upload;
}

Task<Upload> put_folder(Trial& t, std::string name, u32 parent) {
  Upload folder;
  folder.name = std::move(name);
  folder.format = static_cast<u16>(FormatCode::Association);
  Upload made = co_await announce(t, t, std::move(folder), parent);
  delete_afterwards(t, made.handle);
  co_return made;
}

void delete_afterwards(Trial& t, u32 handle) {
  t.afterwards([&t, handle] { return remove(t, handle); });
}

}  // namespace stuntcam::initiator::conform
