#include "fuzz/engine/minimise.h"

#include <algorithm>

namespace stuntcam::fuzz {
namespace {

class Minimiser {
 public:
  Minimiser(transport::FaultPlan plan, const std::function<bool(const transport::FaultPlan&)>& does)
      : plan_(std::move(plan)), does_(does) {}

  transport::FaultPlan result() {
    fewer_faults();
    for (std::size_t i = 0; i < plan_.faults.size(); ++i) {
      fewer_bytes(i);
      plainer_bytes(i);
    }
    if (plan_.seed != 1) {
      auto first_seed = plan_;
      first_seed.seed = 1;
      take(std::move(first_seed));
    }
    return std::move(plan_);
  }

 private:
  bool take(transport::FaultPlan candidate) {
    if (!does_(candidate)) return false;
    plan_ = std::move(candidate);
    return true;
  }
  // Without one after the other, from the last on.
  void fewer_faults() {
    for (std::size_t i = plan_.faults.size(); i-- > 0 && plan_.faults.size() > 1;) {
      auto smaller = plan_;
      smaller.faults.erase(smaller.faults.begin() + static_cast<std::ptrdiff_t>(i));
      take(std::move(smaller));
    }
  }
  // Bytes off the end, half of what is there, then half of that, …; where they stand for others, one for one, their
  // number is what they do.
  void fewer_bytes(std::size_t i) {
    if (plan_.faults[i].kind != transport::FaultKind::data) return;
    for (std::size_t off = bytes_of(plan_.faults[i]).size() / 2; off > 0; off /= 2) {
      auto bytes = bytes_of(plan_.faults[i]);
      if (off >= bytes.size()) continue;
      bytes.resize(bytes.size() - off);
      auto shorter = plan_;
      shorter.faults[i].with.hex = std::move(bytes);
      take(std::move(shorter));
    }
  }
  // Bytes that do not matter are zero.
  void plainer_bytes(std::size_t i) {
    auto zeros = plan_;
    auto& hex = zeros.faults[i].with.hex;
    if (!hex || std::ranges::all_of(*hex, [](u8 byte) { return byte == 0; })) return;
    std::ranges::fill(*hex, u8{0});
    take(std::move(zeros));
  }
  static Bytes bytes_of(const transport::Fault& fault) { return fault.with.hex.value_or(Bytes{}); }

  transport::FaultPlan plan_;
  const std::function<bool(const transport::FaultPlan&)>& does_;
};

}  // namespace

transport::FaultPlan minimise(transport::FaultPlan plan, const std::function<bool(const transport::FaultPlan&)>& does) {
  return Minimiser(std::move(plan), does).result();
}

}  // namespace stuntcam::fuzz
