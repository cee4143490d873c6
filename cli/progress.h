// One line on a terminal's stderr while payload moves: how much, how fast, how long still. Nothing elsewhere.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "cli/console.h"
#include "initiator/transaction.h"

namespace stuntcam::cli {

// Several transfers on one line, side by side or one after the other. Gone when the last copy is.
class Meter {
 public:
  // `total` bytes in all, unknown_size when that is not known.
  Meter(const Console&, u64 total);
  // For one transfer; `skipped` bytes of it are there already. Empty where there is no terminal.
  initiator::Progress follow(const std::string& name, u64 skipped = 0) const;
  void clear() const;  // before something else is written

 private:
  struct Line;
  std::shared_ptr<Line> line_;  // null: no terminal
};

// "DSC_0001.JPG  12.3 of 45.6 MB  4.5 MB/s  0:07 left", as wide as `columns`.
std::string progress_text(const std::string& name, u64 done, u64 total, double seconds, std::size_t columns);

}  // namespace stuntcam::cli
