// stderr: what the program says to people. stdout is for data only.
#pragma once

#include <string_view>

namespace stuntcam::cli {

enum class Verbosity { quiet, normal, verbose, bytes };
enum class Color { automatic, always, never };

// Each call is one write, so lines of several threads don't mix.
class Console {
 public:
  Console(Verbosity, Color);
  Verbosity verbosity() const { return verbosity_; }
  void error(std::string_view message, std::string_view hint = {}) const;  // "stuntcam: …", always
  void warn(std::string_view message) const;                               // unless quiet
  void say(std::string_view text) const;                                   // unless quiet
  void detail(std::string_view text) const;                                // only when verbose

 private:
  Verbosity verbosity_;
  bool color_;
};

}  // namespace stuntcam::cli
