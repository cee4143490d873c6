// What can be wrong with device properties, the events about them, and cancels.
#include <memory>

#include "tests/conform/breaker.h"

namespace stuntcam::tests {
namespace {

using ptp::DevicePropDesc;
using ptp::PropertyCode;
using ptp::Value;

When property(Op operation, PropertyCode code, u32 session = 0) {
  return [operation, code, session](const Asked& asked) {
    return asked.is(operation) && asked.param(0) == static_cast<u32>(code) &&
           (session == 0 || asked.session == session);
  };
}
When unknown(Op operation) {
  return [operation](const Asked& asked) { return asked.is(operation) && asked.param(0) == 0x5FFE; };
}

Deviation descriptor(std::string id, u32 session, std::function<void(DevicePropDesc&)> change) {
  return answers(std::move(id), of(Op::GetDevicePropDesc, session),
                 [change](const Asked&, Reply& reply) { with_data_set<DevicePropDesc>(reply, change); });
}

void add_descriptors(std::vector<Deviation>& all) {
  all.push_back(says_after("properties.described", property(Op::GetDevicePropDesc, PropertyCode::BatteryLevel),
                           Code::DevicePropNotSupported));
  all.push_back(says_after("properties.valued", property(Op::GetDevicePropValue, PropertyCode::BatteryLevel),
                           Code::DevicePropNotSupported));
  all.push_back(one_byte_more("properties.exact", of(Op::GetDevicePropDesc)));
  all.push_back(descriptor("properties.own-code", 0x621, [](auto& desc) { ++desc.code; }));
  all.push_back(descriptor("properties.get-set", 0x622, [](auto& desc) { desc.get_set = 2; }));
  all.push_back(descriptor("properties.current-allowed", 0x623, [](auto& desc) {
    if (desc.code == static_cast<u16>(PropertyCode::WhiteBalance)) desc.current = Value(desc.type, 0x7777);
  }));
  all.push_back(descriptor("properties.default-allowed", 0x624, [](auto& desc) {
    if (desc.code == static_cast<u16>(PropertyCode::WhiteBalance)) desc.factory_default = Value(desc.type, 0x7777);
  }));
  all.push_back(descriptor("properties.ranges", 0x625, [](auto& desc) {
    if (auto* const range = std::get_if<ptp::RangeForm>(&desc.form)) std::swap(range->minimum, range->maximum);
  }));
  all.push_back(descriptor("properties.types", 0x626, [](auto& desc) {
    if (desc.code != static_cast<u16>(PropertyCode::WhiteBalance)) return;
    desc.type = ptp::DataType::uint32;
    desc.current = desc.factory_default = Value(desc.type, 2);
    desc.form = {};
  }));
  all.push_back(changes_bytes("properties.value-as-described",
                              property(Op::GetDevicePropValue, PropertyCode::WhiteBalance, 0x627),
                              [](Bytes& bytes) { bytes[0] ^= 1; }));
  all.push_back(descriptor("properties.date-time", 0x628, [](auto& desc) {
    if (desc.code == static_cast<u16>(PropertyCode::DateTime)) desc.current = Value("yesterday");
  }));
  all.push_back(says_after("properties.unknown-desc", unknown(Op::GetDevicePropDesc), Code::GeneralError));
  all.push_back(says_after("properties.unknown-value", unknown(Op::GetDevicePropValue), Code::GeneralError));
  all.push_back(says_after(
      "properties.unknown-set",
      [](const Asked& asked) { return unknown(Op::SetDevicePropValue)(asked) && asked.session == 0x629; },
      Code::GeneralError));
  all.push_back(says_after("properties.unknown-reset", unknown(Op::ResetDevicePropValue), Code::GeneralError));
}

void add_settings(std::vector<Deviation>& all) {
  const auto set = [](u32 session) { return of(Op::SetDevicePropValue, session); };
  const auto flips = [](Bytes& bytes) { bytes[0] ^= 1; };
  all.push_back(says_after("settings.own-value", property(Op::SetDevicePropValue, PropertyCode::WhiteBalance, 0x631),
                           Code::InvalidDevicePropValue));
  all.push_back(says("settings.take-effect", set(0x632), Code::OK));
  all.push_back(says("settings.in-descriptor", set(0x633), Code::OK));
  all.push_back(changes_bytes("settings.shared", of(Op::GetDevicePropValue, 0x635), flips));
  Deviation deaf{"settings.others-hear"};
  deaf.event = [](transport::EventOut&, u32 to) { return to == 0x637 ? Do::drop : Do::pass; };
  all.push_back(deaf);
  all.push_back(says_after("settings.outside-enumeration", set(0x638), Code::OK));
  all.push_back(says_after("settings.outside-range", set(0x639), Code::OK));
  all.push_back(says_after("settings.too-short", set(0x63A), Code::InvalidDevicePropValue));
  all.push_back(says_after("settings.too-long", set(0x63B), Code::InvalidDevicePropValue));
  all.push_back(says_after("settings.read-only", set(0x63C), Code::OK));
  all.push_back(changes_bytes("settings.refused-changes-nothing", of(Op::GetDevicePropValue, 0x63D), flips));
  all.push_back(says("settings.reset", of(Op::ResetDevicePropValue, 0x63E), Code::OK));
  all.push_back(says("settings.reset-all", of(Op::ResetDevicePropValue, 0x63F), Code::OK));
}

Bytes event_packet(u16 code, u32 id, const Bytes& params) {
  Bytes body;
  ptp::Writer writer(body);
  writer.integer(code);
  writer.integer(id);
  writer.bytes(params);
  return packet(8, body);
}

void add_events(std::vector<Deviation>& all) {
  const auto on_event = [](std::string id, std::function<Do(BrokenLink&, Message&)> how) {
    Deviation d{std::move(id)};
    d.sending = [how](BrokenLink& link, Message& m) {
      return m.kind == Kind::event && m.code == static_cast<u16>(Happening::DevicePropChanged) ? how(link, m)
                                                                                               : Do::pass;
    };
    return d;
  };
  all.push_back(on_event("events.length", [](BrokenLink& link, Message& m) {
    Bytes params;
    ptp::Writer(params).integer(m.params[0]);
    params.push_back(0);
    link.put_raw(event_packet(m.code, m.transaction_id, params));
    return Do::drop;
  }));
  all.push_back(on_event("events.codes", [](BrokenLink& link, Message&) {
    link.put_raw(event_packet(0x1234, ptp::no_transaction, {}));
    return Do::pass;
  }));
  all.push_back(on_event("events.listed", [](BrokenLink& link, Message&) {
    link.put_raw(event_packet(0x40F0, ptp::no_transaction, {}));
    return Do::pass;
  }));
  all.push_back(on_event("events.no-transaction", [](BrokenLink&, Message& m) {
    m.transaction_id = 5;
    return Do::pass;
  }));
  all.push_back(on_event("events.connection", [](BrokenLink& link, Message& m) {
    for (auto* const other : link.world().links)
      if (!other->events()) other->put_raw(event_packet(m.code, m.transaction_id, {}));
    return Do::pass;
  }));
}

// What is under way on the one command connection, and in which session.
struct Cancelling {
  Message request;
  u32 session = 0;
  void take(const Message& m) {
    if (m.kind != Kind::operation_request) return;
    request = m;
    if (is(m, Op::OpenSession)) session = m.params[0];
  }
};

Deviation cancelling(std::string id, std::function<void(BrokenLink&, const Cancelling&, Message& response)> how) {
  Deviation d{std::move(id)};
  const auto state = std::make_shared<Cancelling>();
  d.receiving = [state](BrokenLink&, Arrival arrival) {
    state->take(arrival.message);
    return Do::pass;
  };
  d.sending = [state, how](BrokenLink& link, Message& m) {
    if (m.kind == Kind::operation_response && m.code == static_cast<u16>(Code::TransactionCanceled))
      how(link, *state, m);
    return Do::pass;
  };
  return d;
}

// An answer to a Cancel that should have none.
Deviation answers_cancel(std::string id, u32 transaction_id) {
  Deviation d{std::move(id)};
  d.receiving = [transaction_id](BrokenLink& link, Arrival arrival) {
    if (arrival.message.kind == Kind::cancel && !link.events() && arrival.message.transaction_id == transaction_id)
      link.put_raw(response(Code::TransactionCanceled, transaction_id));
    return Do::pass;
  };
  return d;
}

void add_cancels(std::vector<Deviation>& all) {
  all.push_back(answers_cancel("cancel.idle", 1001));
  all.push_back(answers_cancel("cancel.late", 2));
  all.push_back(answers_cancel("cancel.without-data", 1));
  const auto wrong_code = [](std::string id, u32 session) {
    return cancelling(std::move(id), [session](BrokenLink&, const Cancelling& state, Message& m) {
      if (state.session == session) m.code = static_cast<u16>(Code::GeneralError);
    });
  };
  all.push_back(wrong_code("cancel.object-events-first", 0x653));
  all.push_back(wrong_code("cancel.object-command-first", 0x654));
  all.push_back(wrong_code("cancel.out-events-first", 0x655));
  all.push_back(wrong_code("cancel.out-command-first", 0x656));
  const auto twice = [](std::string id, Op operation) {
    return cancelling(std::move(id), [operation](BrokenLink& link, const Cancelling& state, Message& m) {
      if (is(state.request, operation)) link.put_raw(response(Code::TransactionCanceled, m.transaction_id));
    });
  };
  all.push_back(twice("cancel.object-one-response", Op::GetObject));
  all.push_back(twice("cancel.out-one-response", Op::SetDevicePropValue));
  all.push_back(cancelling("cancel.no-end-data", [](BrokenLink& link, const Cancelling& state, Message& m) {
    Bytes body;
    ptp::Writer(body).integer(m.transaction_id);
    if (is(state.request, Op::GetObject)) link.put_raw(packet(12, body));
  }));
  all.push_back(says("cancel.session-stays", of(Op::GetStorageIDs, 0x650), Code::SessionNotOpen));
  all.push_back(answers("cancel.object-again", of(Op::GetObject, 0x651), [n = 0](const Asked&, Reply& reply) mutable {
    if (++n == 2) reply = Reply(Code::IncompleteTransfer);
  }));
  all.push_back(changes_bytes("cancel.out-changes-nothing", of(Op::GetDevicePropValue, 0x652),
                              [](Bytes& bytes) { bytes[0] ^= 1; }));
}

}  // namespace

void add_property_deviations(std::vector<Deviation>& all) {
  add_descriptors(all);
  add_settings(all);
  add_events(all);
  add_cancels(all);
}

}  // namespace stuntcam::tests
