#include "bench/options.h"

#include <stdexcept>

namespace stuntcam::bench {
namespace {

constexpr const char* usage =
    "usage: end_to_end_bench [--list] [--row NAME]… [--brief] [--pairs N] [--stuntcam PROGRAM] [--json FILE] "
    "[--commit TEXT]";

}  // namespace

Options parse(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t n = 0; n < arguments.size(); ++n) {
    const auto& argument = arguments[n];
    const auto value = [&]() -> const std::string& {
      if (++n == arguments.size()) throw std::invalid_argument(usage);
      return arguments[n];
    };
    if (argument == "--brief") {
      options.brief = true;
      options.pairs = 1;
    } else if (argument == "--list") {
      options.list = true;
    } else if (argument == "--row") {
      options.rows.push_back(value());
    } else if (argument == "--pairs") {
      options.pairs = std::stoi(value());
      if (options.pairs < 1) throw std::invalid_argument("--pairs: at least one");
    } else if (argument == "--stuntcam") {
      options.stuntcam = value();
    } else if (argument == "--commit") {
      options.commit = value();
    } else if (argument == "--json") {
      options.json = value();
    } else {
      throw std::invalid_argument(usage);
    }
  }
  return options;
}

}  // namespace stuntcam::bench
