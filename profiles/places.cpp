#include "profiles/places.h"

#include <algorithm>

namespace stuntcam::profiles {

Places::Places(const Written& written)
    : tree_(written.tree), codes_(written.profile.device.vendor, &written.profile.properties) {}

template <class Fits>
const Node* Places::entry(std::string_view key, Fits fits) const {
  const Node* found = nullptr;
  for (const Node* table : {&tree_, tree_.find("add")}) {
    const Node* items = table ? table->find(key) : nullptr;
    if (!items || !items->array()) continue;
    for (const auto& item : *items->array())
      if (fits(item)) found = &item;
  }
  return found;
}

Position Places::key(std::string_view table, std::string_view key) const {
  const Node* section = tree_.find(table);
  const Node* value = section ? section->find(key) : nullptr;
  return value ? value->at : section ? section->at : top();
}

Position Places::listed(std::string_view list, u16 code, Codes::Reader reader) const {
  for (const auto* table : {"add", "device"}) {
    const Node* section = tree_.find(table);
    const Node* items = section ? section->find(list) : nullptr;
    if (!items || !items->array()) continue;
    for (const auto& item : *items->array())
      if ((codes_.*reader)(item) == code) return item.at;
  }
  return key("device", list);
}

Position Places::property(u16 code, std::string_view key) const {
  if (const Node* overrides = tree_.find("override"); overrides && overrides->table())
    for (const auto& each : *overrides->table())
      if (codes_.property(each.key) == code)
        if (const Node* value = each.value.find(key)) return value->at;
  const Node* node = entry("property", [&](const Node& item) {
    const Node* number = item.find("code");
    return number && codes_.property(*number) == code;
  });
  const Node* value = node ? node->find(key) : nullptr;
  return value ? value->at : node ? node->at : top();
}

const Node* Places::operation_node(u16 code) const {
  return entry("operation", [&](const Node& item) {
    const Node* number = item.find("code");
    return number && codes_.operation(*number) == code;
  });
}

Position Places::operation(u16 code) const {
  const Node* node = operation_node(code);
  return node ? node->find("code")->at : top();
}

const Node* Places::storage_node(u32 id) const {
  return entry("storage", [&](const Node& item) {
    const Node* number = item.find("id");
    return number && number->integer() && *number->integer() == id;
  });
}

}  // namespace stuntcam::profiles
