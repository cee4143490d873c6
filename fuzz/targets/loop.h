// A loop and a clock that a target turns: nothing waits, and time passes only when it is told to.
#pragma once

#include <asio/io_context.hpp>

#include "tests/fake_clock.h"
#include "transport/link.h"

namespace stuntcam::fuzz {

// Turns of the loop without an end are a finding of their own: libFuzzer's -timeout.
struct Loop {
  asio::io_context io{1};
  tests::FakeClock clock;

  // Lets everything go as far as it can without time passing.
  void settle() {
    io.restart();
    while (io.poll() != 0) {
    }
  }
  void advance(transport::Duration time) {
    clock.advance(time);
    settle();
  }
};

}  // namespace stuntcam::fuzz
