// What can be wrong with packets, connections, data phases, probes.
#include <cstring>
#include <memory>
#include <set>

#include "ptp/text.h"
#include "tests/conform/breaker.h"

namespace stuntcam::tests {
namespace {

u32 length_of(View bytes) {
  u32 length = 0;
  if (bytes.size() >= sizeof length) std::memcpy(&length, bytes.data(), sizeof length);
  return length;
}
u32 type_of(View bytes) { return bytes.size() >= 8 ? length_of(bytes.subspan(4)) : 0; }

// The camera does not understand a packet of this kind when it comes in pieces.
Deviation whole_only(std::string id, std::function<bool(const Message&)> wanted) {
  Deviation d{std::move(id)};
  d.receiving = [wanted](BrokenLink&, Arrival arrival) {
    return arrival.in_pieces && wanted(arrival.message) ? Do::close : Do::pass;
  };
  return d;
}

// A packet of a length that cannot be, which the camera leaves lying.
Deviation ignores(std::string id, u32 type, u32 length) {
  Deviation d{std::move(id)};
  d.ignores = [type, length](BrokenLink&, View bytes) { return type_of(bytes) == type && length_of(bytes) == length; };
  return d;
}

// A message that the camera should close on, or answer, and does not see.
Deviation overlooks(std::string id, std::function<bool(BrokenLink&, const Message&)> wanted) {
  Deviation d{std::move(id)};
  d.receiving = [wanted](BrokenLink& link, Arrival arrival) {
    return wanted(link, arrival.message) ? Do::drop : Do::pass;
  };
  return d;
}

void add_framing(std::vector<Deviation>& all) {
  all.push_back(whole_only("framing.request-in-pieces", [](const Message& m) { return is(m, Op::GetDeviceInfo); }));
  all.push_back(
      whole_only("framing.handshake-in-pieces", [](const Message& m) { return m.kind == Kind::init_command_request; }));
  all.push_back(whole_only("framing.probe-in-pieces", [](const Message& m) { return m.kind == Kind::probe_request; }));
  all.push_back(whole_only("framing.data-in-pieces", [](const Message& m) { return is(m, Op::SetDevicePropValue); }));

  Deviation one_segment{"framing.data-in-one-segment", {"data.out-*", "cancel.out-*", "upload.cancelled"}};
  one_segment.receiving = [](BrokenLink&, Arrival arrival) {
    return arrival.joined && arrival.message.data_phase == 2 ? Do::close : Do::pass;
  };
  all.push_back(one_segment);

  Deviation two{"framing.two-requests"};
  two.receiving = [drop = false](BrokenLink&, Arrival arrival) mutable {
    const bool dropped = std::exchange(
        drop, arrival.joined && arrival.message.data_phase == 1 && is(arrival.message, Op::GetDeviceInfo));
    return dropped ? Do::drop : Do::pass;
  };
  all.push_back(two);

  Deviation odd{"framing.response-length"};
  odd.sending = [](BrokenLink& link, Message& m) {
    if (m.kind != Kind::operation_response || m.transaction_id != 1 || m.code != 0x2001) return Do::pass;
    Bytes body{0x01, 0x20, 1, 0, 0, 0, 0xEE};
    link.put_raw(packet(7, body));
    return Do::drop;
  };
  all.push_back(odd);

  Deviation brief{"framing.start-data-length"};
  brief.sending = [](BrokenLink& link, Message& m) {
    if (m.kind != Kind::data || !m.first) return Do::pass;
    Bytes body;
    ptp::Writer writer(body);
    writer.integer(m.transaction_id);
    writer.integer(static_cast<u32>(m.total));
    link.put_raw(packet(9, body));
    return Do::drop;
  };
  all.push_back(brief);

  all.push_back(ignores("framing.length-too-small", 6, 7));
  all.push_back(ignores("framing.length-zero", 6, 0));
  all.push_back(ignores("framing.length-huge", 6, 0xFFFFFFFF));
  all.push_back(ignores("framing.request-too-short", 6, 17));
  all.push_back(ignores("framing.start-data-too-short", 9, 10));
  all.push_back(overlooks("framing.unknown-type-on-command", [](BrokenLink& link, const Message& m) {
    return m.kind == Kind::unknown && m.params[0] == 15 && !link.events();
  }));
  Deviation unknown{"framing.unknown-type-on-events"};
  unknown.receiving = [](BrokenLink& link, Arrival arrival) {
    return arrival.message.kind == Kind::unknown && link.events() ? Do::close : Do::pass;
  };
  all.push_back(unknown);
  Deviation absent{"framing.absent-parameters"};
  absent.reply = [](const Asked& asked, Reply& reply) {
    if (asked.is(Op::GetObjectHandles) && asked.message.count == 1) reply = Reply(Code::InvalidParameter);
  };
  all.push_back(absent);
}

Deviation other_identity(std::string id, std::function<void(ptp::Identity&)> change) {
  Deviation d{std::move(id)};
  d.identity = std::move(change);
  return d;
}

// The camera turns some initiators away.
Deviation turns_away(std::string id, std::function<bool(const ptp::Identity&)> whom) {
  Deviation d{std::move(id)};
  d.receiving = [whom](BrokenLink& link, Arrival arrival) {
    if (arrival.message.kind != Kind::init_command_request) return Do::pass;
    const auto identity = ptp::decode_identity(ptp::identity_body(arrival.message));
    if (!identity || !whom(identity->identity)) return Do::pass;
    link.put_raw(packet(5, {1, 0, 0, 0}));
    return Do::close;
  };
  return d;
}

void add_acks(std::vector<Deviation>& all) {
  Deviation none{"handshake.ack", {"*"}};
  none.receiving = [](BrokenLink& link, Arrival arrival) {
    if (arrival.message.kind != Kind::init_command_request) return Do::pass;
    link.put_raw(packet(5, {3, 0, 0, 0}));
    return Do::close;
  };
  all.push_back(none);
  Deviation ascii{"handshake.ack-form", {"handshake.ack-version"}};
  ascii.sending = [](BrokenLink& link, Message& m) {
    if (m.kind != Kind::init_command_ack) return Do::pass;
    Bytes body;
    ptp::Writer writer(body);
    writer.integer(m.params[0]);
    writer.bytes(m.wire.first(16));
    for (const char c : {'c', 'a', 'm', '\0'}) writer.integer(static_cast<u8>(c));
    link.put_raw(packet(2, body));
    return Do::drop;
  };
  all.push_back(ascii);
  all.push_back(other_identity("handshake.ack-name", [](ptp::Identity& who) { who.name = std::string(40, 'x'); }));
  all.push_back(other_identity("handshake.ack-version", [](ptp::Identity& who) { who.version = 0x00000001; }));
  all.push_back(other_identity("handshake.ack-guid", [](ptp::Identity& who) { who.guid = {}; }));
  all.push_back(other_identity("handshake.guid-constant",
                               [count = u8{0}](ptp::Identity& who) mutable { who.guid[0] = ++count; }));

  // Every connection is number 7; the last one is meant.
  Deviation same{"handshake.number-unique"};
  const auto last = std::make_shared<u32>();
  same.sending = [last](BrokenLink&, Message& m) {
    if (m.kind == Kind::init_command_ack) {
      *last = m.params[0];
      m.params[0] = 7;
    }
    return Do::pass;
  };
  same.receiving = [last](BrokenLink&, Arrival arrival) {
    Message& m = arrival.message;
    if (m.kind == Kind::init_event_request && m.params[0] == 7) m.params[0] = *last;
    return Do::pass;
  };
  all.push_back(same);
}

void add_event_connections(std::vector<Deviation>& all) {
  const auto bound = [](u32 number) { return number < 0x5A5A; };  // the suite asks for larger ones that nobody has
  all.push_back(overlooks("handshake.event-ack",
                          [](BrokenLink&, const Message& m) { return m.kind == Kind::init_event_request; }));
  all.back().also = {"*"};
  Deviation welcome{"handshake.event-number-unknown"};
  welcome.receiving = [bound](BrokenLink& link, Arrival arrival) {
    if (arrival.message.kind != Kind::init_event_request || bound(arrival.message.params[0])) return Do::pass;
    link.put_raw(packet(4, {}));
    return Do::close;
  };
  all.push_back(welcome);
  Deviation lingers{"handshake.event-number-unknown-closes"};
  const auto refused = std::make_shared<BrokenLink*>(nullptr);
  lingers.receiving = [bound, refused](BrokenLink& link, Arrival arrival) {
    if (arrival.message.kind == Kind::init_event_request && !bound(arrival.message.params[0])) *refused = &link;
    return Do::pass;
  };
  lingers.keeps_open = [refused](BrokenLink& link) { return link.events() && &link == *refused; };
  all.push_back(lingers);

  // The numbers that have their event connection.
  const auto taken = [](std::string id, std::function<Do(BrokenLink&)> then) {
    Deviation d{std::move(id)};
    d.receiving = [then, seen = std::map<u32, int>()](BrokenLink& link, Arrival arrival) mutable {
      if (arrival.message.kind != Kind::init_event_request || ++seen[arrival.message.params[0]] < 2) return Do::pass;
      return then(link);
    };
    return d;
  };
  all.push_back(taken("handshake.event-number-taken", [](BrokenLink& link) {
    link.put_raw(packet(4, {}));
    return Do::close;
  }));
  all.push_back(taken("handshake.event-number-taken-harmless", [](BrokenLink& link) {
    for (auto* each : link.world().links)
      if (each != &link) each->close(false);
    return Do::pass;
  }));
}

void add_first_packets(std::vector<Deviation>& all) {
  const auto first = [](std::string id, std::function<bool(const Message&)> wanted) {
    Deviation d{std::move(id)};
    d.receiving = [wanted](BrokenLink& link, Arrival arrival) {
      const bool is_first = !link.introduced();
      return is_first && wanted(arrival.message) ? Do::drop : Do::pass;
    };
    return d;
  };
  all.push_back(
      first("handshake.first-packet-operation", [](const Message& m) { return m.kind == Kind::operation_request; }));
  all.push_back(first("handshake.first-packet-probe", [](const Message& m) { return m.kind == Kind::probe_request; }));
  all.push_back(first("handshake.first-packet-unknown", [](const Message& m) { return m.kind == Kind::unknown; }));
  Deviation brief{"handshake.init-too-short"};
  brief.ignores = [](BrokenLink& link, View bytes) {
    if (type_of(bytes) != 1) return false;
    Bytes body(4 + 16 + 2 + 4);
    link.put_raw(packet(2, body));
    return true;
  };
  all.push_back(brief);
  Deviation events{"handshake.command-closes-events"};
  const auto bound = std::make_shared<std::set<BrokenLink*>>();
  events.sending = [bound](BrokenLink& link, Message& m) {
    if (m.kind == Kind::init_event_ack) bound->insert(&link);
    return Do::pass;
  };
  events.keeps_open = [bound](BrokenLink& link) { return bound->erase(&link) != 0; };
  all.push_back(events);
  Deviation command{"handshake.events-close-command"};
  command.keeps_open = [](BrokenLink& link) { return !link.events() && link.introduced(); };
  all.push_back(command);
  all.push_back(turns_away("handshake.long-name", [](const ptp::Identity& who) { return who.name.size() > 38; }));
  all.push_back(turns_away("handshake.empty-name", [](const ptp::Identity& who) { return who.name.empty(); }));
  Deviation old{"handshake.other-version"};
  old.receiving = [](BrokenLink&, Arrival arrival) {
    if (arrival.message.kind != Kind::init_command_request) return Do::pass;
    const auto identity = ptp::decode_identity(ptp::identity_body(arrival.message));
    return identity && identity->identity.version >> 16 == 2 ? Do::close : Do::pass;
  };
  all.push_back(old);
  Deviation one{"handshake.silent-connection"};
  one.receiving = [](BrokenLink& link, Arrival) {
    for (const auto* other : link.world().links)
      if (other != &link && other->silent()) return Do::drop;
    return Do::pass;
  };
  all.push_back(one);
}

// --- data phases
Deviation sends(std::string id, std::function<Do(BrokenLink&, Message&)> how) {
  Deviation d{std::move(id)};
  d.sending = std::move(how);
  return d;
}

void add_data(std::vector<Deviation>& all) {
  // A second StartData in front of the data of GetDeviceInfo, which has TransactionID 2 in the cases about it.
  const auto info_id = [](const Message& m) { return m.kind == Kind::data && m.transaction_id == 2; };
  all.push_back(sends("data.order", [info_id](BrokenLink& link, Message& m) {
    if (info_id(m) && m.first)
      link.put_raw(packet(9, [&] {
        Bytes body;
        ptp::Writer writer(body);
        writer.integer(m.transaction_id);
        writer.integer(m.total);
        return body;
      }()));
    return Do::pass;
  }));
  all.push_back(sends("data.one-end", [info_id](BrokenLink& link, Message& m) {
    if (info_id(m) && m.last) {
      Bytes body;
      ptp::Writer(body).integer(m.transaction_id);
      link.put_raw(packet(12, body));
    }
    return Do::pass;
  }));
  all.push_back(sends("data.total", [info_id](BrokenLink&, Message& m) {
    if (info_id(m) && m.first) ++m.total;
    return Do::pass;
  }));
  all.push_back(sends("data.object-total", [](BrokenLink&, Message& m) {
    if (m.kind == Kind::data && m.first && m.total == 1024) --m.total;  // the smallest object
    return Do::pass;
  }));
  all.push_back(sends("data.ids", [info_id](BrokenLink&, Message& m) {
    if (info_id(m) && m.last) m.transaction_id = 77;
    return Do::pass;
  }));
  Deviation more{"data.none"};
  more.reply = [](const Asked& asked, Reply& reply) {
    if (asked.is(Op::OpenSession) && asked.param(0) == 4) reply.body = Bytes{1, 2, 3};
  };
  all.push_back(more);
  Deviation nothing{"data.empty-array"};
  nothing.reply = [](const Asked& asked, Reply& reply) {
    if (asked.is(Op::GetObjectHandles) && bytes_of(reply.body) == Bytes(4)) reply.body = Bytes{};
  };
  all.push_back(nothing);
}

void add_data_out(std::vector<Deviation>& all) {
  // The heads of data that come for one SetDevicePropValue decide what goes wrong: the reply is changed afterwards.
  struct Seen {
    u64 total = 0, packets = 0, empty_ends = 0;
  };
  const auto wrong = [](std::string id, std::function<bool(const Seen&, const Asked&)> when, Code code) {
    Deviation d{std::move(id)};
    const auto seen = std::make_shared<Seen>();
    d.receiving = [seen](BrokenLink&, Arrival arrival) {
      const Message& m = arrival.message;
      if (m.kind == Kind::operation_request) *seen = {};
      if (m.kind != Kind::data) return Do::pass;
      if (m.first) seen->total = m.total;
      if (!m.first) ++seen->packets;
      if (m.last && m.size == 0) ++seen->empty_ends;
      return Do::pass;
    };
    d.reply = [seen, when, code](const Asked& asked, Reply& reply) {
      if (asked.is(Op::SetDevicePropValue) && when(*seen, asked)) reply = Reply(code);
    };
    return d;
  };
  all.push_back(wrong(
      "data.out-many-packets",
      [](const Seen& s, const Asked&) { return s.packets > 1 && s.empty_ends == 0 && s.total == s.packets; },
      Code::GeneralError));
  all.push_back(wrong(
      "data.out-empty-end", [](const Seen& s, const Asked&) { return s.packets > 1 && s.empty_ends == 1; },
      Code::GeneralError));
  all.push_back(wrong(
      "data.out-unknown-total", [](const Seen& s, const Asked&) { return s.total == unknown_size; },
      Code::GeneralError));
  all.push_back(wrong(
      "data.out-longer",
      [](const Seen& s, const Asked&) {
        return s.total != unknown_size && s.packets > 1 && s.empty_ends == 0 && s.total + 1 == s.packets;
      },
      Code::OK));
  all.push_back(wrong(
      "data.out-shorter",
      [](const Seen& s, const Asked&) {
        return s.total != unknown_size && s.packets > 1 && s.empty_ends == 0 && s.total == s.packets + 1;
      },
      Code::OK));

  // Answers at once, and again when the data has come.
  Deviation hasty{"data.out-drained"};
  hasty.receiving = [](BrokenLink& link, Arrival arrival) {
    const Message& m = arrival.message;
    if (!is(m, Op::SetDevicePropValue) || m.params[0] != 0x5FFE) return Do::pass;
    link.put_raw(response(Code::DevicePropNotSupported, m.transaction_id));
    return Do::pass;
  };
  all.push_back(hasty);
  Deviation twice{"data.out-empty"};
  twice.receiving = [](BrokenLink& link, Arrival arrival) {
    const Message& m = arrival.message;
    if (m.kind == Kind::data && m.last && m.size == 0 && m.wire.size() == 12 && link.world().last_total == 0)
      link.put_raw(response(Code::InvalidDevicePropFormat, m.transaction_id));
    return Do::pass;
  };
  all.push_back(twice);
  Deviation waits{"data.out-absent"};
  waits.receiving = [](BrokenLink&, Arrival arrival) {
    if (is(arrival.message, Op::SetDevicePropValue)) arrival.message.data_phase = 2;
    return Do::pass;
  };
  all.push_back(waits);
  all.push_back(overlooks("data.out-start-alone", [](BrokenLink&, const Message& m) {
    return m.kind == Kind::data && m.first && m.total == 0;
  }));
  all.back().also = {"upload.empty"};
  all.push_back(overlooks("data.phase-unknown", [](BrokenLink&, const Message& m) {
    return m.kind == Kind::operation_request && m.data_phase == 3;
  }));
}

// --- probes
const std::vector<std::string> all_probes{"probe.*",
                                          "framing.probe-in-pieces",
                                          "framing.unknown-type-on-events",
                                          "handshake.event-number-taken-harmless",
                                          "events.*",
                                          "settings.others-hear",
                                          "capture.*",
                                          "upload.others-hear",
                                          "control.reset-others-hear"};

void add_probes(std::vector<Deviation>& all) {
  const auto is_probe = [](BrokenLink& link, const Message& m) {
    return m.kind == Kind::probe_request && link.events();
  };
  all.push_back(overlooks("probe.answer", is_probe));
  all.back().also = all_probes;
  Deviation wide{"probe.length", all_probes};
  wide.sending = [](BrokenLink& link, Message& m) {
    if (m.kind != Kind::probe_response) return Do::pass;
    link.put_raw(packet(14, {0, 0, 0, 0}));
    return Do::drop;
  };
  all.push_back(wide);
  Deviation early{"probe.without-session"};
  early.receiving = [open = false](BrokenLink&, Arrival arrival) mutable {
    if (arrival.message.kind == Kind::init_command_request) open = false;
    if (is(arrival.message, Op::OpenSession)) open = true;
    return arrival.message.kind == Kind::probe_request && !open ? Do::drop : Do::pass;
  };
  all.push_back(early);
  Deviation one{"probe.several"};
  one.receiving = [](BrokenLink&, Arrival arrival) {
    return arrival.joined && arrival.message.kind == Kind::probe_request ? Do::drop : Do::pass;
  };
  all.push_back(one);
  Deviation busy{"probe.during-transfer"};
  const auto sending = std::make_shared<bool>();
  busy.receiving = [sending](BrokenLink&, Arrival arrival) {
    if (is(arrival.message, Op::GetObject)) *sending = true;
    return arrival.message.kind == Kind::probe_request && *sending ? Do::drop : Do::pass;
  };
  busy.sending = [sending](BrokenLink&, Message& m) {
    if (m.kind == Kind::operation_response) *sending = false;
    return Do::pass;
  };
  all.push_back(busy);
}

}  // namespace

void add_connection_deviations(std::vector<Deviation>& all) {
  add_framing(all);
  add_acks(all);
  add_event_connections(all);
  add_first_packets(all);
  add_data(all);
  add_data_out(all);
  add_probes(all);
}

}  // namespace stuntcam::tests
