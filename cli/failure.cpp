#include "cli/failure.h"

#include <exception>

#include "cli/console.h"

namespace stuntcam::cli {

int end_of(const Console& console, const std::function<int()>& work) {
  try {
    return work();
  } catch (const Failure& failure) {
    console.error(failure.what(), failure.hint);
    return failure.exit;
  } catch (const std::exception& error) {
    console.error(error.what());
    return unavailable;
  }
}

}  // namespace stuntcam::cli
