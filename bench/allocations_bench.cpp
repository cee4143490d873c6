// What one operation costs in allocations, once the session has settled: counted in the thread of a real server, with a
// client in another. Fails when one of them costs any; asserts no time.
#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <nlohmann/json.hpp>

#include "bench/client.h"
#include "emulator/camera.h"
#include "profiles/load.h"
#include "transport/real_clock.h"
#include "transport/server.h"

namespace stuntcam::bench {
namespace {

thread_local bool counted = false;
std::atomic<u64> allocations{0};

void* allocate(std::size_t size) {
  if (counted) allocations.fetch_add(1, std::memory_order_relaxed);
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace
}  // namespace stuntcam::bench

void* operator new(std::size_t size) { return stuntcam::bench::allocate(size); }
void* operator new[](std::size_t size) { return stuntcam::bench::allocate(size); }
// NOLINTBEGIN(clang-analyzer-cplusplus.NewDelete): the analyzer takes the memory for deleted before delete has begun
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
// NOLINTEND(clang-analyzer-cplusplus.NewDelete)

namespace stuntcam::bench {
namespace {

using ptp::OperationCode;

// The whole camera as the program runs it, on a thread of its own.
class Stand {
 public:
  Stand() : camera_(profiles::load("generic").value(), {}, clock_), server_(io_, camera_, clock_, {}) {
    port_ = server_.listen("127.0.0.1", 0).command;
    thread_ = std::thread([this] {
      counted = true;
      io_.run();
    });
  }
  ~Stand() {
    asio::post(io_, [this] { server_.stop([this] { io_.stop(); }); });
    thread_.join();
  }
  Stand(const Stand&) = delete;
  Stand& operator=(const Stand&) = delete;
  u16 port() const { return port_; }

 private:
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> busy_{io_.get_executor()};
  transport::RealClock clock_{io_};
  emulator::Camera camera_;
  transport::Server server_;
  u16 port_ = 0;
  std::thread thread_;
};

struct Operation {
  const char* name;
  OperationCode code;
  u32 parameter;
};

constexpr int settling = 100, count = 1000;
constexpr u32 battery = 0x5001, white_balance = 0x5005;
// The server's own timer, once a second, may fall into a measurement.
constexpr double tolerated = 0.02;

struct Cost {
  double each = 0;
  bool holds = true;
};

Cost measure(Client& client, const Operation& operation) {
  const auto ask = [&] { client.drain(operation.code, {operation.parameter}); };
  for (int n = 0; n < settling; ++n) ask();
  const u64 before = allocations.load();
  for (int n = 0; n < count; ++n) ask();
  const double each = static_cast<double>(allocations.load() - before) / count;
  const bool holds = each <= tolerated;
  fmt::print("{:<24}{:>8.2f}{}\n", operation.name, each, holds ? "  none" : "  should be none");
  return {each, holds};
}

}  // namespace

int run(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && (arguments.size() != 2 || arguments[0] != "--json"))
    throw std::invalid_argument("usage: allocations_bench [--json FILE]");
  const Stand stand;
  Client client(stand.port());
  const u32 object = client.only_object();
  fmt::print("allocations for each operation\n");
  nlohmann::ordered_json json = {{"holds", true}, {"operations", nlohmann::ordered_json::array()}};
  for (const Operation& operation : std::vector<Operation>{
           {"GetDevicePropValue", OperationCode::GetDevicePropValue, battery},
           {"GetNumObjects", OperationCode::GetNumObjects, 0xFFFFFFFF},
           {"GetStorageIDs", OperationCode::GetStorageIDs, 0},
           {"GetObjectInfo", OperationCode::GetObjectInfo, object},
           {"GetDevicePropDesc", OperationCode::GetDevicePropDesc, battery},
           {"GetDevicePropDesc, enum", OperationCode::GetDevicePropDesc, white_balance},
           {"GetDeviceInfo", OperationCode::GetDeviceInfo, 0},
       }) {
    const auto cost = measure(client, operation);
    json["operations"].push_back({{"name", operation.name}, {"each", cost.each}});
    if (!cost.holds) json["holds"] = false;
  }
  if (!arguments.empty()) std::ofstream(arguments[1]) << json.dump(1) << "\n";
  return json["holds"].get<bool>() ? 0 : 1;
}

}  // namespace stuntcam::bench

int main(int argc, char** argv) {
  try {
    return stuntcam::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "allocations_bench: {}\n", error.what());
    return 1;
  }
}
