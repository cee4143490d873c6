// What can be wrong with sessions and transactions.
#include <memory>
#include <set>

#include "tests/conform/breaker.h"

namespace stuntcam::tests {
namespace {

When opens(u32 id) {
  return [id](const Asked& asked) { return asked.is(Op::OpenSession) && asked.param(0) == id && asked.session == 0; };
}
When asks(Op operation, u32 session) {
  return [operation, session](const Asked& asked) { return asked.is(operation) && asked.session == session; };
}

void add_opening(std::vector<Deviation>& all) {
  all.push_back(says("sessions.open", opens(3), Code::GeneralError));
  all.push_back(says("sessions.any-id", opens(0xFFFFFFFE), Code::InvalidParameter));
  all.push_back(says("sessions.open-zero", opens(0), Code::OK));
  const auto again = [](u32 session) {
    return [session](const Asked& asked) { return asked.is(Op::OpenSession) && asked.session == session; };
  };
  all.push_back(says("sessions.open-twice", again(0x410), Code::OK));
  Deviation nameless{"sessions.open-twice-names-it"};
  nameless.reply = [again](const Asked& asked, Reply& reply) {
    if (again(0x411)(asked)) reply.count = 0;
  };
  all.push_back(nameless);
  all.push_back(says("sessions.open-twice-harmless", asks(Op::GetStorageIDs, 0x412), Code::SessionNotOpen));
}

void add_closing(std::vector<Deviation>& all) {
  all.push_back(says("sessions.close", asks(Op::CloseSession, 0x413), Code::GeneralError));
  const auto closed = std::make_shared<std::set<u32>>();  // connections
  const auto after_close = [closed](u32 session, Op operation) {
    return [closed, session, operation](const Asked& asked) {
      if (asked.is(Op::CloseSession) && asked.session == session) closed->insert(asked.connection);
      return asked.session == 0 && asked.is(operation) && closed->contains(asked.connection);
    };
  };
  all.push_back(says("sessions.closed", after_close(0x414, Op::GetStorageIDs), Code::OK));
  all.push_back(says("sessions.reopen", after_close(0x415, Op::OpenSession), Code::SessionAlreadyOpened));
  const auto never_opened = [](const Asked& asked) {
    return asked.is(Op::GetStorageIDs) && asked.session == 0 && asked.message.transaction_id == 0 &&
           asked.message.count == 0;
  };
  all.push_back(says("sessions.not-open", never_opened, Code::OK, {"sessions.closed"}));
  all.push_back(says("sessions.close-not-open", asks(Op::CloseSession, 0), Code::OK));
  // The first connection is the survey's.
  all.push_back(
      says("sessions.device-info-outside",
           [](const Asked& asked) { return asked.is(Op::GetDeviceInfo) && asked.session == 0 && asked.connection > 1; },
           Code::SessionNotOpen, {"device.*"}));
  all.push_back(says("sessions.device-info-inside", asks(Op::GetDeviceInfo, 0x416), Code::GeneralError));
  all.push_back(says(
      "sessions.lost", [count = 0](const Asked& asked) mutable { return opens(0x417)(asked) && ++count == 2; },
      Code::SessionAlreadyOpened));
  all.push_back(says("sessions.own-ids", asks(Op::GetStorageIDs, 0x419), Code::InvalidTransactionID));
  const auto left = std::make_shared<bool>();
  all.push_back(says(
      "sessions.own-close",
      [left](const Asked& asked) {
        if (asked.is(Op::CloseSession) && asked.session == 0x41B) *left = true;
        return *left && asked.session == 0x41A && asked.is(Op::GetStorageIDs);
      },
      Code::SessionNotOpen));
  all.push_back(says("sessions.other-leaves", asks(Op::GetStorageIDs, 0x41C), Code::SessionNotOpen));
}

// What the last request on the connection was, and a change to its response.
Deviation responds(std::string id, std::function<Do(BrokenLink&, Message& response, const Message& asked)> how,
                   std::vector<std::string> also = {}) {
  Deviation d{std::move(id), std::move(also)};
  const auto last = std::make_shared<Message>();
  d.receiving = [last](BrokenLink&, Arrival arrival) {
    if (arrival.message.kind == Kind::operation_request) *last = arrival.message;
    return Do::pass;
  };
  d.sending = [last, how](BrokenLink& link, Message& m) {
    return m.kind == Kind::operation_response ? how(link, m, *last) : Do::pass;
  };
  return d;
}

void add_transactions(std::vector<Deviation>& all) {
  all.push_back(responds("transactions.response-id",
                         [](BrokenLink&, Message& m, const Message&) {
                           if (m.transaction_id == 2) m.transaction_id = 0x99;
                           return Do::pass;
                         },
                         {"framing.two-requests"}));
  all.push_back(responds("transactions.open-id", [id = 0xAA00u](BrokenLink&, Message& m, const Message& asked) mutable {
    if (is(asked, Op::OpenSession)) m.transaction_id = ++id;
    return Do::pass;
  }));
  all.push_back(responds("transactions.close-id", [](BrokenLink&, Message& m, const Message& asked) {
    if (is(asked, Op::CloseSession)) m.transaction_id = 0;
    return Do::pass;
  }));
  const auto code = [](u16 operation, u32 phase) {
    return [operation, phase](const Asked& asked) {
      return asked.message.code == operation && asked.message.data_phase == phase;
    };
  };
  all.push_back(says("transactions.unsupported", code(0x1FFE, 1), Code::GeneralError));
  all.push_back(says("transactions.unsupported-vendor", code(0x97FE, 1), Code::GeneralError));
  Deviation hasty{"transactions.unsupported-with-data"};
  hasty.receiving = [](BrokenLink& link, Arrival arrival) {
    const Message& m = arrival.message;
    if (m.kind == Kind::operation_request && m.code == 0x1FFE && m.data_phase == 2)
      link.put_raw(response(Code::OperationNotSupported, m.transaction_id));
    return Do::pass;
  };
  all.push_back(hasty);
  all.push_back(says(
      "transactions.listed",
      [](const Asked& asked) {
        return asked.is(Op::GetThumb) && asked.param(0) == 0xEEEEEEEE && asked.session == 0x511;
      },
      Code::OperationNotSupported));
  all.push_back(says("transactions.unlisted", code(static_cast<u16>(Op::GetStreamInfo), 1), Code::GeneralError));
  const auto five = [](u32 last) {
    return [last](const Asked& asked) {
      return asked.is(Op::GetStorageIDs) && asked.message.count == 5 && asked.param(4) == last;
    };
  };
  all.push_back(says("transactions.surplus-zeros", five(0), Code::ParameterNotSupported));
  all.push_back(says("transactions.surplus-parameter", five(7), Code::OK));
  const auto id = [](u32 wanted) {
    return
        [wanted](const Asked& asked) { return asked.is(Op::GetStorageIDs) && asked.message.transaction_id == wanted; };
  };
  all.push_back(says("transactions.reserved-id", id(0xFFFFFFFF), Code::OK));
  all.push_back(says("transactions.many", id(150), Code::InvalidTransactionID));
  const auto refused = std::make_shared<std::set<u32>>();
  all.push_back(says(
      "transactions.refusal-harmless",
      [refused](const Asked& asked) {
        if (asked.message.code == 0x1FFE) refused->insert(asked.connection);
        return refused->contains(asked.connection) && asked.is(Op::GetStorageIDs);
      },
      Code::SessionNotOpen));
  all.push_back(responds("transactions.one-response", [](BrokenLink& link, Message& m, const Message& asked) {
    if (is(asked, Op::GetStorageIDs) && asked.transaction_id == 1 && asked.count == 1)
      link.put_raw(response(Code::OK, m.transaction_id));
    return Do::pass;
  }));
  Deviation odd{"transactions.response-codes"};
  odd.reply = [](const Asked& asked, Reply& reply) {
    if (asked.is(Op::GetStorageInfo) && asked.param(0) == 0xEEEE0001) reply.code = 0x3001;
  };
  all.push_back(odd);
}

}  // namespace

void add_session_deviations(std::vector<Deviation>& all) {
  add_opening(all);
  add_closing(all);
  add_transactions(all);
}

}  // namespace stuntcam::tests
