// What can be wrong with DeviceInfo and stores.
#include "tests/conform/breaker.h"

namespace stuntcam::tests {
namespace {

// The first connection is the survey's, which must learn what the camera can do.
Deviation device(std::string id, std::function<void(const Asked&, Reply&)> change, std::vector<std::string> also = {}) {
  Deviation d{std::move(id), std::move(also)};
  d.reply = [change](const Asked& asked, Reply& reply) {
    if (asked.is(Op::GetDeviceInfo) && asked.connection > 1) change(asked, reply);
  };
  return d;
}

Deviation info(std::string id, std::function<void(ptp::DeviceInfo&)> change, std::vector<std::string> also = {}) {
  return device(
      std::move(id), [change](const Asked&, Reply& reply) { with_data_set<ptp::DeviceInfo>(reply, change); },
      std::move(also));
}

void without(ptp::DeviceInfo& info, std::initializer_list<Op> operations) {
  for (const Op operation : operations) std::erase(info.operations_supported, static_cast<u16>(operation));
}

void add_device(std::vector<Deviation>& all) {
  all.push_back(device("device.decodes",
                       [](const Asked& asked, Reply& reply) {
                         Bytes bytes = bytes_of(reply.body);
                         if (asked.session == 0) bytes.resize(bytes.size() - 20);
                         reply.body = std::move(bytes);
                       },
                       {"device.*"}));
  all.push_back(device("device.exact", [](const Asked&, Reply& reply) {
    Bytes bytes = bytes_of(reply.body);
    bytes.push_back(0);
    reply.body = std::move(bytes);
  }));
  all.push_back(info("device.standard-version", [](auto& d) { d.standard_version = 1; }));
  all.push_back(info("device.functional-mode", [](auto& d) { d.functional_mode = 7; }));
  all.push_back(info("device.minimum", [](auto& d) { without(d, {Op::GetStorageInfo}); }));
  all.push_back(info("device.pull", [](auto& d) { without(d, {Op::GetThumb}); }));
  all.push_back(info("device.push", [](auto& d) { without(d, {Op::SendObjectInfo, Op::SendObjectPropList}); }));
  all.push_back(info("device.operation-codes", [](auto& d) { d.operations_supported.push_back(0x2001); }));
  all.push_back(info("device.event-codes", [](auto& d) { d.events_supported.push_back(0x1001); }));
  all.push_back(info("device.property-codes", [](auto& d) { d.device_properties_supported.push_back(0x4001); }));
  all.push_back(info("device.format-codes", [](auto& d) { d.image_formats.push_back(0x5001); }));
  all.push_back(device("device.same-inside", [](const Asked& asked, Reply& reply) {
    if (asked.session != 0) with_data_set<ptp::DeviceInfo>(reply, [](auto& d) { d.serial_number = "another"; });
  }));
}

Deviation store(std::string id, std::function<void(ptp::StorageInfo&)> change) {
  Deviation d{std::move(id)};
  d.reply = [change](const Asked& asked, Reply& reply) {
    if (asked.is(Op::GetStorageInfo)) with_data_set<ptp::StorageInfo>(reply, change);
  };
  return d;
}

Deviation unknown_store(std::string id, u32 storage) {
  Deviation d{std::move(id)};
  d.reply = [storage](const Asked& asked, Reply& reply) {
    if (asked.is(Op::GetStorageInfo) && asked.param(0) == storage) reply = Reply(Code::StoreNotAvailable);
  };
  return d;
}

void add_storage(std::vector<Deviation>& all) {
  Deviation ragged{"storage.ids"};
  ragged.reply = [](const Asked& asked, Reply& reply) {
    if (!asked.is(Op::GetStorageIDs) || !asked.session) return;
    Bytes bytes = bytes_of(reply.body);
    bytes.push_back(0);
    reply.body = std::move(bytes);
  };
  all.push_back(ragged);
  Deviation zero{"storage.id-parts"};
  zero.reply = [](const Asked& asked, Reply& reply) {
    if (asked.is(Op::GetStorageIDs) && asked.session != 0)
      reply.body = ptp::encode_array(std::vector<u32>{0x00010001, 0x00020001, 0});
  };
  all.push_back(zero);
  Deviation brief{"storage.info"};
  brief.reply = [](const Asked& asked, Reply& reply) {
    if (!asked.is(Op::GetStorageInfo) || bytes_of(reply.body).empty()) return;
    Bytes bytes = bytes_of(reply.body);
    bytes.push_back(0);
    reply.body = std::move(bytes);
  };
  all.push_back(brief);
  all.push_back(store("storage.type", [](auto& s) { s.storage_type = 9; }));
  all.push_back(store("storage.filesystem", [](auto& s) { s.filesystem_type = 9; }));
  all.push_back(store("storage.access", [](auto& s) { s.access_capability = 3; }));
  all.push_back(store("storage.free-space", [](auto& s) { s.free_space_in_bytes = s.max_capacity + 1; }));
  all.push_back(unknown_store("storage.unknown", 0x7FFE0001));
  all.push_back(unknown_store("storage.all-ones", 0xFFFFFFFF));
  all.push_back(unknown_store("storage.zero", 0));
}

}  // namespace

void add_device_deviations(std::vector<Deviation>& all) {
  add_device(all);
  add_storage(all);
}

}  // namespace stuntcam::tests
