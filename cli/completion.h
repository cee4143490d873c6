// What may come next on a line of the shell.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/objects.h"

namespace stuntcam::cli {

class Completion {
 public:
  explicit Completion(Contact& contact) : contact_(contact) {}
  // The words that the last, unfinished one of `before` may become: commands, options, properties and their values,
  // operations, paths on the camera and here. Never throws: who types wants no message.
  std::vector<std::string> candidates(const std::string& before);
  void forget() { paths_.reset(); }  // a command may have changed what is on the card

 private:
  std::vector<std::string> all(const std::vector<std::string>& words);
  std::vector<std::string> properties(Visit&);
  std::vector<std::string> values(Visit&, const std::string& property);
  const std::vector<std::string>& paths(Visit&);

  Contact& contact_;
  std::optional<std::vector<std::string>> paths_;  // asked for once: a card may hold thousands
};

// What all of them begin with.
std::string common_beginning(const std::vector<std::string>&);

}  // namespace stuntcam::cli
