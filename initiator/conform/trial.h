// One case under way: its own initiator, and others where it needs them.
#pragma once

#include <list>

#include "initiator/conform/initiator.h"

namespace stuntcam::initiator::conform {

class Trial : public Initiator {
 public:
  Trial(Subject& subject, std::shared_ptr<Trace> trace)
      : Initiator(subject, trace, "", true), trace_(std::move(trace)) {}
  // A second initiator; skips the case where the camera takes only one.
  Initiator& another() { return others_.emplace_back(subject(), trace_, "second ", false); }
  // Things to put right, last first, whatever became of the case.
  void afterwards(std::function<Task<>()> undo) { undo_.push_back(std::move(undo)); }
  Task<> finish(bool well);

 private:
  std::shared_ptr<Trace> trace_;
  std::list<Initiator> others_;
  std::vector<std::function<Task<>()>> undo_;
};

}  // namespace stuntcam::initiator::conform
