// g++ 12 miscompiles some forms of co_await. These are the forms the tree allows itself (tests/lint/coroutines.py says
// which): each must run, and destroy what it owns exactly once, with the compiler in use.
#include <chrono>
#include <cstdio>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <asio/basic_waitable_timer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/use_awaitable.hpp>

#include "transport/task.h"

namespace {

using stuntcam::transport::Task;

int alive = 0;
int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("failed: %s\n", what);
  ++failures;
}

// Owns memory and counts its lives, so that a double destruction shows without a sanitizer.
class Owner {
 public:
  explicit Owner(std::string text) : text_(std::move(text)) { ++alive; }
  Owner(const Owner& other) : text_(other.text_) { ++alive; }
  Owner(Owner&& other) noexcept : text_(std::move(other.text_)) { ++alive; }
  Owner& operator=(const Owner&) = default;
  Owner& operator=(Owner&&) noexcept = default;
  ~Owner() { --alive; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

struct Plain {
  int number = 0;
  unsigned size = 0;
};

const std::string long_text(100, 'x');

asio::io_context* loop = nullptr;

Task<> pause() {
  asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                             asio::io_context::executor_type>
      timer(*loop, std::chrono::seconds(0));
  co_await timer.async_wait(asio::use_awaitable_t<asio::io_context::executor_type>());
}

Task<int> number(int n) {
  co_await pause();
  co_return n;
}
Task<Owner> owner(Owner given) {
  co_await pause();
  co_return given;
}
Task<std::size_t> length(const std::string& text) {
  co_await pause();
  co_return text.size();
}
Task<std::expected<Owner, std::string>> expected(bool good) {
  co_await pause();
  if (!good) co_return std::unexpected(long_text);
  co_return Owner(long_text);
}
Task<unsigned> plain(Plain given) {
  co_await pause();
  co_return given.size;
}
Task<std::size_t> call(std::function<std::size_t()> function) {
  co_await pause();
  co_return function();
}
Task<std::size_t> take(std::unique_ptr<Owner> given) {
  co_await pause();
  co_return given->text().size();
}
Task<std::size_t> take_variant(std::variant<std::monostate, Owner> given) {
  co_await pause();
  co_return std::get<Owner>(given).text().size();
}

class Base {
 public:
  virtual ~Base() = default;
  virtual Task<int> value() = 0;
};
class Inner final : public Base {
 public:
  Task<int> value() override { co_return co_await number(member_); }

 private:
  int member_ = 7;
};
class Outer final : public Base {
 public:
  Task<int> value() override { return inner_.value(); }

 private:
  Inner inner_;
};

Task<> conditions() {
  const int n = co_await number(3);
  if (n == 3) co_await pause();
  int rounds = 0;
  while (true) {
    const int m = co_await number(rounds);
    if (m == 3) break;
    ++rounds;
  }
  expect(rounds == 3, "awaited before a condition");
}

Task<> values() {
  Owner named(long_text);
  const Owner moved = co_await owner(std::move(named));
  expect(moved.text() == long_text, "a named value, moved");
  const Owner direct = co_await owner(Owner(long_text));
  expect(direct.text() == long_text, "a temporary with a constructor");
  const auto size = co_await length(long_text + long_text);
  expect(size == 200, "a temporary string");
  auto pointer = std::make_unique<Owner>(long_text);
  const auto taken = co_await take(std::move(pointer));
  expect(taken == 100, "a unique_ptr");
  std::variant<std::monostate, Owner> variant = Owner(long_text);
  const auto from_variant = co_await take_variant(std::move(variant));
  expect(from_variant == 100, "a variant");
  const auto from_plain = co_await plain(Plain{1, 2});
  expect(from_plain == 2, "a trivially copyable aggregate");
}

Task<> results() {
  auto good = co_await expected(true);
  expect(good && good->text() == long_text, "an expected with a value");
  auto bad = co_await expected(false);
  expect(!bad && bad.error() == long_text, "an expected with an error");
  std::optional<Owner> kept;
  kept = co_await owner(Owner(long_text));
  expect(kept && kept->text() == long_text, "assigned to an optional");
  Owner captured(long_text);
  std::function<std::size_t()> function = [captured] { return captured.text().size(); };
  const auto called = co_await call(std::move(function));
  expect(called == 100, "a named lambda, moved");
}

Task<> objects() {
  Outer outer;
  const int value = co_await outer.value();
  expect(value == 7, "a virtual function that returns another's task");
  try {
    co_await pause();
    throw Owner(long_text);
  } catch (const Owner& thrown) {
    expect(thrown.text() == long_text, "awaited inside try");
  }
}

Task<> spawned(std::shared_ptr<Owner> shared, std::vector<std::size_t>& sizes) {
  co_await pause();
  sizes.push_back(shared->text().size());
}

void run(const char* what, Task<> task) {
  bool ended = false;
  asio::co_spawn(loop->get_executor(), std::move(task), [&](const std::exception_ptr& error) { ended = !error; });
  loop->restart();
  loop->run();
  expect(ended, what);
  expect(alive == 0, what);
}

}  // namespace

int main() {
  asio::io_context io(1);
  loop = &io;
  run("conditions", conditions());
  run("values", values());
  run("results", results());
  run("objects", objects());
  std::vector<std::size_t> sizes;
  run("a coroutine function with parameters", spawned(std::make_shared<Owner>(long_text), sizes));
  expect(sizes == std::vector<std::size_t>{100}, "a shared owner");
  std::printf("%d failure(s)\n", failures);
  return failures == 0 ? 0 : 1;
}
