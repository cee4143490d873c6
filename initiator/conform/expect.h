// What a case expects, and how it ends when that does not come.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "initiator/conform/answer.h"

namespace stuntcam::initiator::conform {

// The camera did something else.
struct Mismatch : std::runtime_error {
  Mismatch(std::string wanted, std::string came)
      : std::runtime_error(fmt::format("expected {}, got {}", wanted, came)),
        expected(std::move(wanted)),
        got(std::move(came)) {}
  std::string expected, got;
};

// The camera has not what the case is about.
struct NotApplicable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void skip(const std::string& reason) { throw NotApplicable(reason); }

inline void expect(bool holds, std::string_view expected, std::string_view got) {
  if (!holds) throw Mismatch(std::string(expected), std::string(got));
}

// "the size of the object 5" for equal("the size of the object", 5, …).
template <class T>
void expect_equal(std::string_view what, const T& expected, const T& got) {
  if (expected != got) throw Mismatch(fmt::format("{} {}", what, expected), fmt::format("{}", got));
}

std::string text(ptp::ResponseCode);  // "InvalidParameter (0x201D)"
std::string text(std::string_view what, u32 value);
std::string hex(View bytes, std::size_t most = 64);  // "01 02 … (100 bytes)"

template <class... Codes>
void expect_code(const Answer& answer, Codes... wanted) {
  if (((answer.code() == wanted) || ...)) return;
  std::string list;
  ((list += (list.empty() ? "" : " or ") + text(wanted)), ...);
  throw Mismatch(fmt::format("{} in answer to {}", list, answer.operation), text(answer.code()));
}
inline void expect_ok(const Answer& answer) { expect_code(answer, ptp::ResponseCode::OK); }
// Any refusal.
inline void expect_refused(const Answer& answer) {
  if (answer.code() == ptp::ResponseCode::OK)
    throw Mismatch(fmt::format("{} to be refused", answer.operation), text(answer.code()));
}

}  // namespace stuntcam::initiator::conform
