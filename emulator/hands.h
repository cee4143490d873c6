// What people and time do to a camera: the faults of the camera (docs/faults.md), from the body's side.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "transport/fault/plan.h"

namespace stuntcam::emulator {

class Camera;

class Hands {
 public:
  explicit Hands(Camera& camera) : camera_(camera) {}
  // Why this cannot be done to this camera; "": it can.
  std::string problem(const transport::Fault&) const;
  // At once; what is undone after a while is undone by the camera's clock. Ignored when there is a problem.
  void act(const transport::Fault&);

 private:
  void drain(const transport::Fault&);
  void drain_to(u16 property, i64 level);
  void fill_cards(bool full);
  std::vector<u32> pull_cards();  // which
  void put_back(const std::vector<u32>& pulled);
  void change(u16 property, const std::string& to);
  void forget(u16 property, bool forgotten);
  void undo_after(const transport::Fault&, std::function<void()>);
  Camera& camera_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // callbacks on the clock hold it weakly
};

}  // namespace stuntcam::emulator
