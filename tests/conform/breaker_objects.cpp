// What can be wrong with objects, thumbnails, parts of objects and MTP's object properties.
#include <algorithm>

#include "tests/conform/breaker.h"

namespace stuntcam::tests {
namespace {

using ptp::ObjectInfo;
using Property = ptp::ObjectPropertyCode;

constexpr u32 everything = 0xFFFFFFFF, no_handle = 0xEEEEEEEE, no_store = 0x7FFE0001, folder_format = 0x3001;

// The list that GetObjectHandles returns.
Deviation list(std::string id, When when, std::function<void(std::vector<u32>&)> change) {
  return answers(std::move(id), when, [change](const Asked&, Reply& reply) {
    auto handles = ptp::decode_u32_array(bytes_of(reply.body), "ObjectHandle").value_or(std::vector<u32>());
    change(handles);
    reply.code = static_cast<u16>(Code::OK);
    reply.body = ptp::encode_array(handles);
  });
}

When handles(std::initializer_list<u32> params, u32 session = 0) {
  return [params = std::vector<u32>(params), session](const Asked& asked) {
    if (!asked.is(Op::GetObjectHandles) || (session != 0 && asked.session != session)) return false;
    for (std::size_t i = 0; i < params.size(); ++i)
      if (asked.param(i) != params[i]) return false;
    return true;
  };
}

void add_listing(std::vector<Deviation>& all) {
  all.push_back(answers("objects.count", of(Op::GetNumObjects), [](const Asked& asked, Reply& reply) {
    if (asked.param(2) == 0) ++reply.params[0];
  }));
  all.push_back(one_byte_more("objects.handles", handles({everything, 0, 0})));
  all.push_back(list("objects.reserved", handles({everything, 0, 0}, 0x601), [](auto& list) { list.push_back(0); }));
  all.push_back(
      list("objects.unique", handles({everything, 0, 0}, 0x602), [](auto& list) { list.push_back(list[0]); }));
  all.push_back(list("objects.stable", handles({everything, 0, 0}, 0x603), [n = 0](auto& list) mutable {
    if (++n == 2) list.pop_back();
  }));
  all.push_back(list("objects.by-store", handles({0x00010001, 0, 0}), [](auto& list) { list.pop_back(); }));
  all.push_back(list("objects.in-root", handles({everything, 0, everything}), [](auto& list) { list.pop_back(); }));
  all.push_back(list(
      "objects.in-folder",
      [](const Asked& asked) { return handles({everything, 0}, 0x604)(asked) && asked.param(2) != 0; },
      [](auto& list) { list.clear(); }));
  all.push_back(says_after("objects.parent-unknown", handles({everything, 0, no_handle}), Code::InvalidParentObject));
  const auto no_folder = [](Op operation) {
    return [operation](const Asked& asked) { return asked.is(operation) && asked.param(2) != 0; };
  };
  all.push_back(answers("objects.parent-no-folder", no_folder(Op::GetObjectHandles), [](const Asked&, Reply& reply) {
    if (reply.code == static_cast<u16>(Code::InvalidParentObject)) reply = Reply(Code::InvalidObjectHandle);
  }));
  all.push_back(answers("objects.count-parent-no-folder", no_folder(Op::GetNumObjects), [](const Asked&, Reply& reply) {
    if (reply.code == static_cast<u16>(Code::InvalidParentObject)) reply = Reply(Code::OK);
  }));
  all.push_back(says_after("objects.store-unknown", handles({no_store}), Code::StoreNotAvailable));
  all.push_back(says_after(
      "objects.count-store-unknown",
      [](const Asked& asked) { return asked.is(Op::GetNumObjects) && asked.param(0) == no_store; },
      Code::StoreNotAvailable));
  const auto format = [](const Asked& asked) { return asked.is(Op::GetObjectHandles) && (asked.param(1) >> 12) == 3; };
  all.push_back(list("objects.by-format", format, [](auto& list) { list.clear(); }));
  all.push_back(list("objects.images", handles({everything, everything}), [](auto& list) {
    for (u32 handle = 1; handle < 20; ++handle) list.push_back(handle);
  }));
  all.push_back(list("objects.bad-format", handles({everything, 0x1234}), [](auto&) {}));
}

Deviation object(std::string id, std::function<void(ObjectInfo&)> change, u32 session = 0) {
  return answers(std::move(id), of(Op::GetObjectInfo, session),
                 [change](const Asked&, Reply& reply) { with_data_set<ObjectInfo>(reply, change); });
}

When with_handle(Op operation, u32 handle) {
  return [operation, handle](const Asked& asked) {
    return asked.is(operation) && asked.message.count != 0 && asked.param(0) == handle;
  };
}

void add_infos(std::vector<Deviation>& all) {
  all.push_back(one_byte_more("objects.info", of(Op::GetObjectInfo)));
  all.push_back(says_after("objects.info-unknown", with_handle(Op::GetObjectInfo, no_handle), Code::GeneralError));
  all.push_back(says_after("objects.info-zero", with_handle(Op::GetObjectInfo, 0), Code::GeneralError));
  all.push_back(object("objects.info-store", [](auto& info) { info.storage_id = 0x00090001; }));
  all.push_back(object("objects.info-parent", [](auto& info) { info.parent_object = 0xEEEE; }, 0x605));
  all.push_back(object("objects.info-association", [](auto& info) {
    if (info.object_format != folder_format) info.association_type = 1;
  }));
  all.push_back(object("objects.info-protection", [](auto& info) { info.protection_status = 5; }));
  all.back().also = {"protection.set"};
  all.push_back(object("objects.info-format", [](auto& info) { info.object_format = 0x5801; }, 0x606));
  all.push_back(object("objects.info-dates", [](auto& info) { info.capture_date = "yesterday"; }));
  all.push_back(object("objects.size", [](auto& info) { ++info.object_compressed_size; }, 0x607));
  all.push_back(says_after("objects.get-unknown", with_handle(Op::GetObject, no_handle), Code::GeneralError));
  all.push_back(answers("objects.get-folder", of(Op::GetObject), [](const Asked& asked, Reply& reply) {
    if (reply.code == static_cast<u16>(Code::InvalidObjectHandle) && asked.param(0) != no_handle)
      reply = Reply(transport::Body(Bytes(4)));
  }));
  all.push_back(changes_bytes("objects.jpeg", of(Op::GetObject, 0x608), [](Bytes& bytes) { bytes[2] = 0; }));
}

void add_thumbnails(std::vector<Deviation>& all) {
  all.push_back(changes_bytes("thumbnails.jpeg", of(Op::GetThumb, 0x611), [](Bytes& bytes) { bytes.back() = 0; }));
  all.push_back(changes_bytes("thumbnails.size", of(Op::GetThumb, 0x612), [](Bytes& bytes) { bytes.push_back(0); }));
  all.push_back(object("thumbnails.pixels", [](auto& info) { ++info.thumb_pix_width; }, 0x613));
  all.push_back(says_after("thumbnails.unknown", with_handle(Op::GetThumb, no_handle), Code::GeneralError));
  all.push_back(answers("thumbnails.none", of(Op::GetThumb, 0x614),
                        [](const Asked&, Reply& reply) { reply = Reply(transport::Body(Bytes{})); }));
  all.push_back(answers("thumbnails.folder", of(Op::GetThumb, 0x615),
                        [](const Asked&, Reply& reply) { reply = Reply(transport::Body(Bytes{})); }));
}

void add_parts(std::vector<Deviation>& all, Op operation, std::size_t length, const std::string& suffix) {
  const auto part = [operation, length](u32 most) {
    return [operation, length, most](const Asked& asked) {
      return asked.is(operation) && asked.param(length) == most && asked.param(0) != no_handle;
    };
  };
  all.push_back(changes_bytes("partial.middle" + suffix, part(7),
                              [](Bytes& bytes) { std::ranges::rotate(bytes, bytes.begin() + 1); }));
  all.push_back(answers("partial.count" + suffix, part(50), [](const Asked&, Reply& reply) { reply.params[0] = 50; }));
  all.push_back(says_after("partial.unknown" + suffix, with_handle(operation, no_handle), Code::GeneralError));
}

void add_partial(std::vector<Deviation>& all) {
  add_parts(all, Op::GetPartialObject, 2, "");
  add_parts(all, Op::GetPartialObject64, 3, "-64");
  const auto from = [](u32 offset, u32 most) {
    return [offset, most](const Asked& asked) {
      return asked.is(Op::GetPartialObject) && asked.param(1) == offset && (most == 0 || asked.param(2) == most) &&
             asked.param(0) != no_handle;
    };
  };
  all.push_back(changes_bytes("partial.whole", from(0, 0), [](Bytes& bytes) { bytes.back() ^= 1; }));
  all.push_back(changes_bytes("partial.to-the-end", from(3, everything), [](Bytes& bytes) { bytes.pop_back(); }));
  all.push_back(answers("partial.clipped", of(Op::GetPartialObject), [](const Asked& asked, Reply& reply) {
    if (asked.param(2) == 100) reply = Reply(Code::InvalidParameter);
  }));
  const auto eight = [](const Asked& asked) {
    return asked.is(Op::GetPartialObject) && asked.param(2) == 8 && asked.param(0) != no_handle;
  };
  all.push_back(answers("partial.at-the-end", eight, [](const Asked&, Reply& reply) {
    if (reply.code == static_cast<u16>(Code::OK)) reply = Reply(Code::GeneralError);
  }));
  all.push_back(answers("partial.beyond", eight, [](const Asked&, Reply& reply) {
    if (reply.code == static_cast<u16>(Code::InvalidParameter)) reply = Reply(Code::OK);
  }));
  all.push_back(answers("partial.beyond-64", of(Op::GetPartialObject64), [](const Asked& asked, Reply& reply) {
    if (asked.param(2) == 1) reply = Reply(transport::Body(Bytes(8)));
  }));
}

Deviation value(std::string id, Property property, u32 session) {
  return changes_bytes(
      std::move(id),
      [property, session](const Asked& asked) {
        return asked.is(Op::GetObjectPropValue) && asked.session == session &&
               asked.param(1) == static_cast<u32>(property);
      },
      [](Bytes& bytes) { bytes[bytes.size() > 2 ? 1 : 0] ^= 1; });
}

void add_object_properties(std::vector<Deviation>& all) {
  all.push_back(answers("mtp.props-supported", of(Op::GetObjectPropsSupported, 0x641),
                        [](const Asked&, Reply& reply) { reply.body = ptp::encode_array(std::vector<u16>{0x5001}); }));
  all.push_back(answers("mtp.props-bad-format", with_handle(Op::GetObjectPropsSupported, 0x1234),
                        [](const Asked&, Reply& reply) { reply = Reply(transport::Body(Bytes(4))); }));
  all.push_back(one_byte_more("mtp.prop-desc", of(Op::GetObjectPropDesc)));
  all.push_back(answers("mtp.prop-desc-code", of(Op::GetObjectPropDesc, 0x643), [](const Asked&, Reply& reply) {
    with_data_set<ptp::ObjectPropDesc>(reply, [](auto& desc) { ++desc.code; });
  }));
  all.push_back(says_after("mtp.prop-desc-unknown", with_handle(Op::GetObjectPropDesc, 0xDCFE), Code::GeneralError));
  all.push_back(value("mtp.value-size", Property::ObjectSize, 0x645));
  all.push_back(value("mtp.value-name", Property::ObjectFileName, 0x646));
  all.push_back(value("mtp.value-parent", Property::ParentObject, 0x647));
  all.push_back(says_after(
      "mtp.value-unknown-object",
      [](const Asked& asked) {
        return with_handle(Op::GetObjectPropValue, no_handle)(asked) && asked.message.count == 2;
      },
      Code::GeneralError));
  all.push_back(says_after(
      "mtp.value-unknown-property",
      [](const Asked& asked) { return asked.is(Op::GetObjectPropValue) && asked.param(1) == 0xDCFE; },
      Code::GeneralError));
  all.push_back(answers("mtp.unique-ids", of(Op::GetObjectPropValue, 0x64A),
                        [](const Asked&, Reply& reply) { reply.body = Bytes(16, 7); }));
}

void add_property_lists(std::vector<Deviation>& all) {
  const auto asks = [](u32 property, u32 group, u32 depth) {
    return [property, group, depth](const Asked& asked) {
      return asked.is(Op::GetObjectPropList) && asked.message.count == 5 && asked.param(0) != no_handle &&
             asked.param(2) == property && asked.param(3) == group && asked.param(4) == depth;
    };
  };
  all.push_back(one_byte_more("mtp.list", asks(everything, 0, 0)));
  all.push_back(answers("mtp.list-values", of(Op::GetObjectPropList, 0x64C), [](const Asked&, Reply& reply) {
    with_data_set<ptp::ObjectPropList>(
        reply, [](auto& list) { list.elements[0].value = ptp::Value(ptp::DataType::uint32, 77); });
  }));
  all.push_back(answers("mtp.list-children", of(Op::GetObjectPropList, 0x64D),
                        [](const Asked&, Reply& reply) { reply.body = Bytes(4); }));
  all.push_back(answers("mtp.list-nothing-asked", asks(0, 0, 0),
                        [](const Asked&, Reply& reply) { reply = Reply(transport::Body(Bytes(4))); }));
  all.push_back(answers("mtp.list-depth", asks(everything, 0, 7),
                        [](const Asked&, Reply& reply) { reply = Reply(transport::Body(Bytes(4))); }));
  all.push_back(answers("mtp.list-group", asks(0, 0x7777, 0),
                        [](const Asked&, Reply& reply) { reply = Reply(transport::Body(Bytes(4))); }));
  all.push_back(says_after(
      "mtp.list-unknown",
      [](const Asked& asked) {
        return with_handle(Op::GetObjectPropList, no_handle)(asked) && asked.message.count == 5;
      },
      Code::GeneralError));
  all.push_back(one_byte_more("mtp.references", of(Op::GetObjectReferences)));
  all.back().also = {"edit.references"};
  all.push_back(
      says_after("mtp.references-unknown", with_handle(Op::GetObjectReferences, no_handle), Code::GeneralError));
  all.push_back(says_after("mtp.references-invalid", of(Op::SetObjectReferences), Code::OK));
  all.push_back(says_after(
      "mtp.set-read-only",
      [](const Asked& asked) {
        return asked.is(Op::SetObjectPropValue) && asked.param(1) == static_cast<u32>(Property::ObjectSize);
      },
      Code::OK));
}

}  // namespace

void add_object_deviations(std::vector<Deviation>& all) {
  add_listing(all);
  add_infos(all);
  add_thumbnails(all);
  add_partial(all);
  add_object_properties(all);
  add_property_lists(all);
}

}  // namespace stuntcam::tests
