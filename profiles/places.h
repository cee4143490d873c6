// Where in its files a profile says something.
#pragma once

#include <vector>

#include "profiles/values.h"
#include "profiles/written.h"

namespace stuntcam::profiles {

class Places {
 public:
  explicit Places(const Written&);

  Position top() const { return tree_.at; }
  Position key(std::string_view table, std::string_view key) const;  // of a top-level table; or of the table
  // The code in `operations`, `events`, … of [device] or [add].
  Position listed(std::string_view list, u16 code, Codes::Reader) const;
  // A key of the property, the latest word on it first; or the property.
  Position property(u16 code, std::string_view key) const;
  Position operation(u16 code) const;
  const Node* operation_node(u16 code) const;
  const Node* storage_node(u32 id) const;

 private:
  // The entry of [[key]] and [[add.key]] that counts: the last one that fits.
  template <class Fits>
  const Node* entry(std::string_view key, Fits fits) const;
  const Node& tree_;
  Codes codes_;
};

}  // namespace stuntcam::profiles
