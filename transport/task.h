// The coroutine type of everything that waits.
//
// g++ 12 miscompiles some forms of co_await silently. The rule, checked by tests/lint: co_await stands alone to the
// right of
// `=`, after co_return, or alone; never inside a condition; a temporary with owning members is named first, then moved.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

namespace stuntcam::transport {

template <class T = void>
using Task = asio::awaitable<T, asio::io_context::executor_type>;

}  // namespace stuntcam::transport
