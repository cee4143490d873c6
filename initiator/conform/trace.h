// What went over the wire in one case, for the report of a failure.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "transport/observer.h"

namespace stuntcam::initiator::conform {

class Trace {
 public:
  // "-> command OperationRequest, 18 bytes: 12 00 …", the oldest first.
  std::vector<std::string> lines() const;
  // Who watches a connection; `name` says which.
  static std::shared_ptr<transport::Observer> watch(std::shared_ptr<Trace>, std::string name);

 private:
  class Watcher;
  struct Entry {
    std::string head;
    Bytes bytes;   // the first ones
    u64 size = 0;  // of all
  };
  Entry& add(std::string head);
  std::deque<Entry> entries_;
  u64 dropped_ = 0;
};

}  // namespace stuntcam::initiator::conform
