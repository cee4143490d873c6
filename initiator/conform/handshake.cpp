// How the two connections come to be, and how they end: docs/protocol.md §1.3, §1.8, §1.9.
#include <algorithm>

#include "initiator/conform/case.h"
#include "initiator/conform/trial.h"
#include "ptp/text.h"

namespace stuntcam::initiator::conform {
namespace {

using ptp::Guid;
using ptp::Kind;

constexpr std::size_t longest_name = 39;

Task<Packet> introduced(Trial& t) {
  co_await t.dial_command();
  Packet packet = co_await t.introduce();
  if (packet.message.kind != Kind::init_command_ack) throw Mismatch("InitCommandAck", packet.name());
  co_return packet;
}

ptp::ReceivedIdentity identity_of(const Packet& ack) {
  const auto identity = ptp::decode_identity(View(ack.wire).subspan(12));
  if (!identity)
    throw Mismatch("a GUID and a name in InitCommandAck",
                   fmt::format("{}; {}", identity.error().to_string(), hex(ack.wire)));
  return *identity;
}

Task<> ack(Trial& t) { co_await introduced(t); }

Task<> ack_form(Trial& t) {
  const Packet packet = co_await introduced(t);
  const auto form = identity_of(packet).form;
  expect(form.standard(), "a terminated UTF-16 name and four bytes of version behind the GUID",
         form.ascii_name          ? "an ASCII name"
         : form.counted_name      ? "a name with a count byte"
         : form.unterminated_name ? "a name without its terminator"
         : form.no_version        ? "no version"
         : form.short_version     ? "two bytes of version"
                                  : "bytes left over");
}

Task<> ack_name(Trial& t) {
  const Packet packet = co_await introduced(t);
  const auto units = ptp::utf16_from_utf8(identity_of(packet).identity.name).size();
  expect(units <= longest_name, "a name of at most 39 characters", fmt::format("one of {}", units));
}

Task<> ack_version(Trial& t) {
  const Packet packet = co_await introduced(t);
  const u32 version = identity_of(packet).identity.version;
  expect((version >> 16) == 1, "version 1.x (0x0001xxxx)", text("version", version));
}

Task<> ack_guid(Trial& t) {
  const Packet packet = co_await introduced(t);
  expect(identity_of(packet).identity.guid != Guid{}, "a GUID of the camera's own", "sixteen zeros");
}

Task<> guid_constant(Trial& t) {
  const Packet first = co_await introduced(t);
  t.drop();
  const Packet second = co_await introduced(t);
  const auto one = ptp::to_string(identity_of(first).identity.guid),
             other = ptp::to_string(identity_of(second).identity.guid);
  expect_equal("the same GUID on each connection,", one, other);
}

Task<> unique_number(Trial& t) {
  co_await t.connect();
  Initiator& second = t.another();
  co_await second.connect();
  expect(t.number() != second.number(), "two connection numbers", text("twice", t.number()));
}

Task<> event_ack(Trial& t) {
  const Packet hello = co_await introduced(t);
  co_await t.dial_events();
  const auto request = plain(Kind::init_event_request, hello.message.params[0]);
  co_await t.events().send(request);
  const Packet packet = co_await t.events().next("InitEventAck");
  expect(packet.message.kind == Kind::init_event_ack, "InitEventAck", packet.name());
}

// A connection number that nobody has, or that is taken, on a fresh connection.
Task<> bind_events(Trial& t, u32 number) {
  co_await t.dial_events();
  const auto request = plain(Kind::init_event_request, number);
  co_await t.events().send(request);
}

Task<> refused_events(Trial& t) {
  const Packet packet = co_await t.events().next("InitFail");
  expect(packet.message.kind == Kind::init_fail, "InitFail", packet.name());
}

Task<> unknown_number(Trial& t) {
  co_await t.connect_command();
  co_await bind_events(t, t.number() + 0x5A5A);
  co_await refused_events(t);
}

Task<> unknown_number_closes(Trial& t) {
  co_await t.connect_command();
  co_await bind_events(t, t.number() + 0x5A5A);
  co_await t.events().closes("after an InitEventRequest with a number that nobody has");
}

Task<> taken_number(Trial& t) {
  co_await t.connect();
  Initiator& intruder = t.another();
  co_await intruder.dial_events();
  const auto request = plain(Kind::init_event_request, t.number());
  co_await intruder.events().send(request);
  const Packet packet = co_await intruder.events().next("InitFail");
  expect(packet.message.kind == Kind::init_fail, "InitFail", packet.name());
}

Task<> taken_number_harmless(Trial& t) {
  co_await t.enter();
  Initiator& intruder = t.another();
  co_await intruder.dial_events();
  const auto request = plain(Kind::init_event_request, t.number());
  co_await intruder.events().send(request);
  co_await intruder.events().closes("after an InitEventRequest with a number that is taken");
  co_await t.probe();
  co_await t.in_step();
}

Task<> closes_on_first(Trial& t, Bytes bytes, std::string why) {
  co_await t.dial_command();
  co_await t.command().send(std::move(bytes));
  co_await t.command().closes(std::move(why));
}

Task<> first_is_operation(Trial& t) {
  const auto asked = t.request(Op::GetDeviceInfo, {});
  return closes_on_first(t, encoded(asked), "on an OperationRequest as the first packet");
}
Task<> first_is_probe(Trial& t) {
  return closes_on_first(t, encoded(plain(Kind::probe_request)), "on a ProbeRequest as the first packet");
}
Task<> first_is_unknown(Trial& t) {
  return closes_on_first(t, raw_packet(12, 99, Bytes(4)), "on a packet of type 99 as the first");
}

Task<> short_init(Trial& t) {
  co_await t.dial_command();
  co_await t.command().send(raw_packet(16, 1, Bytes(8)));
  try {
    const Packet packet = co_await t.command().next("InitFail");
    expect(packet.message.kind == Kind::init_fail, "InitFail or the end of the connection", packet.name());
  } catch (const Mismatch& mismatch) {
    if (!mismatch.got.starts_with("the camera closed") && !mismatch.got.starts_with("the connection broke")) throw;
  }
}

Task<> command_takes_events(Trial& t) {
  co_await t.connect();
  t.command().close();
  co_await t.events().closes("when the command connection ends");
}

Task<> events_take_command(Trial& t) {
  co_await t.enter();
  t.events().close();
  co_await t.command().closes("when the event connection ends");
}

Task<> long_name(Trial& t) {
  co_await t.dial_command();
  ptp::Identity who{{9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 6}, std::string(longest_name, 'n')};
  const Packet packet = co_await t.introduce(std::move(who));
  expect(packet.message.kind == Kind::init_command_ack, "InitCommandAck", packet.name());
}

Task<> empty_name(Trial& t) {
  co_await t.dial_command();
  ptp::Identity who{{9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 6}, ""};
  const Packet packet = co_await t.introduce(std::move(who));
  expect(packet.message.kind == Kind::init_command_ack, "InitCommandAck", packet.name());
}

Task<> other_version(Trial& t) {
  co_await t.dial_command();
  ptp::Identity who{{9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 6}, "future", 0x00020000};
  const Packet packet = co_await t.introduce(std::move(who));
  expect(packet.message.kind == Kind::init_command_ack || packet.message.kind == Kind::init_fail,
         "InitCommandAck or InitFail", packet.name());
}

Task<> silent_connection(Trial& t) {
  Initiator& silent = t.another();
  co_await silent.dial_command();
  co_await t.connect();
}

constexpr std::array cases{
    Case{"handshake.ack", "1.3", "InitCommandRequest is answered by InitCommandAck.", ack},
    Case{"handshake.ack-form", "1.2",
         "InitCommandAck has a GUID, a terminated UTF-16 name and a version of four bytes, and nothing else.",
         ack_form},
    Case{"handshake.ack-name", "1.2", "The name in InitCommandAck has at most 39 characters.", ack_name},
    Case{"handshake.ack-version", "1.2", "The version in InitCommandAck is 1.0: its upper half is 1.", ack_version},
    Case{"handshake.ack-guid", "7", "InitCommandAck has a GUID: it is required.", ack_guid},
    Case{.id = "handshake.guid-constant",
         .section = "1.2",
         .rule = "The GUID in InitCommandAck says who the camera is: it is the same on each connection.",
         .run = guid_constant,
         .weight = Weight::should},
    Case{"handshake.number-unique", "1.2", "A connection number is unique among live connections.", unique_number},
    Case{"handshake.event-ack", "1.3", "InitEventRequest with the number of the Ack is answered by InitEventAck.",
         event_ack},
    Case{"handshake.event-number-unknown", "1.10",
         "InitEventRequest with a number that nobody has is answered by InitFail.", unknown_number},
    Case{"handshake.event-number-unknown-closes", "1.10",
         "After an InitEventRequest with a number that nobody has, the connection is closed.", unknown_number_closes},
    Case{"handshake.event-number-taken", "1.10",
         "InitEventRequest with a number that is bound already is answered by InitFail.", taken_number},
    Case{"handshake.event-number-taken-harmless", "1.10",
         "An InitEventRequest with somebody else's number is refused and closed, and does not disturb its owner.",
         taken_number_harmless},
    Case{"handshake.first-packet-operation", "1.3", "A connection whose first packet is an OperationRequest is closed.",
         first_is_operation},
    Case{"handshake.first-packet-probe", "1.3", "A connection whose first packet is a ProbeRequest is closed.",
         first_is_probe},
    Case{"handshake.first-packet-unknown", "1.3", "A connection whose first packet is of an unknown type is closed.",
         first_is_unknown},
    Case{"handshake.init-too-short", "1.10",
         "An InitCommandRequest too short for its GUID is refused, or its connection closed.", short_init},
    Case{"handshake.command-closes-events", "1.3",
         "When the command connection ends, the camera ends the event connection.", command_takes_events},
    Case{"handshake.events-close-command", "1.3",
         "When the event connection ends, the camera ends the command connection.", events_take_command},
    Case{"handshake.long-name", "1.2", "An initiator's name may have 39 characters.", long_name},
    Case{"handshake.empty-name", "1.2", "An initiator's name may be empty: a terminator alone.", empty_name},
    Case{"handshake.other-version", "1.10", "Another major version is put up with, or refused by InitFail.",
         other_version},
    Case{.id = "handshake.silent-connection",
         .section = "1.8",
         .rule = "A connection on which nothing comes keeps nobody else from the camera.",
         .run = silent_connection,
         .weight = Weight::should},
};

}  // namespace

std::span<const Case> handshake_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
