// The program against the least that any program can do, row by row: docs/performance.md.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/machine.h"
#include "bench/pairs.h"
#include "bench/rows.h"

namespace stuntcam::bench {
namespace {

struct Entry {
  std::string_view name;
  Row (*measure)(const Options&);
};
constexpr std::array entries = std::to_array<Entry>({{"get", get_row},
                                                     {"partial", partial_row},
                                                     {"send", send_row},
                                                     {"pass-through", pass_through_row},
                                                     {"usb", usb_row},
                                                     {"operation", operation_row},
                                                     {"neighbour", neighbour_row},
                                                     {"sessions", sessions_row},
                                                     {"cameras", cameras_row},
                                                     {"live-view", live_view_row},
                                                     {"idle", idle_row},
                                                     {"memory", memory_row},
                                                     {"start", start_row},
                                                     {"listing", listing_row},
                                                     {"properties", properties_row},
                                                     {"initiator-get", initiator_get_row},
                                                     {"initiator-put", initiator_put_row},
                                                     {"initiator-list", initiator_list_row},
                                                     {"record", record_row},
                                                     {"decode", decode_row},
                                                     {"faults", faults_row},
                                                     {"fuzz", fuzz_row}});

bool wanted(const Options& options, std::string_view name) {
  return options.rows.empty() || std::ranges::find(options.rows, name) != options.rows.end();
}

// A row that cannot be measured says so, and the others go on.
Row measured(const Entry& entry, const Options& options) {
  try {
    return entry.measure(options);
  } catch (const std::exception& error) {
    Row row(std::string(entry.name), "", "");
    row.fail(error.what());
    return row;
  }
}

void write(const std::string& path, const Options& options, const Json& rows) {
  Json about = machine();
  if (!options.commit.empty()) about["commit"] = options.commit;
  const Json all = {{"machine", about},
                    {"brief", options.brief},
                    {"whole", options.rows.empty()},
                    {"pairs", options.pairs},
                    {"rows", rows}};
  std::ofstream file(path);
  file << all.dump(1) << "\n";
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace

int run(const std::vector<std::string>& arguments) {
  const auto options = parse(arguments);
  for (const auto& name : options.rows)
    if (std::ranges::find(entries, name, &Entry::name) == entries.end())
      throw std::invalid_argument("there is no row " + name + "; --list shows them");
  std::signal(SIGPIPE, SIG_IGN);
  pin_to(client_processor);
  Json rows = Json::array();
  bool failed = false;
  for (const auto& entry : entries) {
    if (!wanted(options, entry.name)) continue;
    if (options.list) {
      fmt::print("{}\n", entry.name);
      continue;
    }
    double took = 0;
    const Row row = [&] {
      const auto begin = std::chrono::steady_clock::now();
      Row result = measured(entry, options);
      took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      return result;
    }();
    failed = failed || row.failed();
    fmt::print("{}  ({:.1f} s)\n\n", row.text(), took);
    std::fflush(stdout);
    auto json = row.json();
    json["seconds"] = took;
    rows.push_back(std::move(json));
  }
  if (!options.json.empty() && !options.list) write(options.json, options, rows);
  return failed ? 1 : 0;
}

}  // namespace stuntcam::bench

int main(int argc, char** argv) {
  try {
    return stuntcam::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "end_to_end_bench: {}\n", error.what());
    return 1;
  }
}
