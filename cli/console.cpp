#include "cli/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace stuntcam::cli {
namespace {

constexpr std::string_view red = "\x1b[31m", yellow = "\x1b[33m", dim = "\x1b[2m", plain = "\x1b[0m";

bool wants_color(Color color) {
  if (color != Color::automatic) return color == Color::always;
  const char* no_color = std::getenv("NO_COLOR");  // any value but "": https://no-color.org
  return ::isatty(STDERR_FILENO) && !(no_color && *no_color);
}

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace

Console::Console(Verbosity verbosity, Color color) : verbosity_(verbosity), color_(wants_color(color)) {}

void Console::error(std::string_view message, std::string_view hint) const {
  const auto head = color_ ? fmt::format("{}stuntcam:{}", red, plain) : "stuntcam:";
  const auto tail = hint.empty() ? std::string() : fmt::format("  {}\n", hint);
  print(fmt::format("{} {}\n{}", head, message, tail));
}

void Console::warn(std::string_view message) const {
  if (verbosity_ == Verbosity::quiet) return;
  print(color_ ? fmt::format("{}{}{}\n", yellow, message, plain) : fmt::format("{}\n", message));
}

void Console::say(std::string_view text) const {
  if (verbosity_ != Verbosity::quiet) print(fmt::format("{}\n", text));
}

void Console::detail(std::string_view text) const {
  if (verbosity_ < Verbosity::verbose) return;
  print(color_ ? fmt::format("{}{}{}\n", dim, text, plain) : fmt::format("{}\n", text));
}

}  // namespace stuntcam::cli
