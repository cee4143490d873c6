// [[property]] and [override.NAME].
#include <fmt/format.h>

#include <algorithm>

#include "profiles/interpret.h"

namespace stuntcam::profiles {
namespace {

using ptp::DataType;
using ptp::Value;

constexpr std::string_view title = "[[property]]";

// A value in the property's type; undefined, with a problem, when it is none.
Value read_value(Section& section, const Node& node, std::string_view key, DataType type) {
  auto value = value_from_node(node, type);
  if (value) return std::move(*value);
  section.problems().add(node.at, fmt::format("'{}' of this property: {}", key, value.error()));
  return {};
}

std::optional<DataType> read_type(Section& section) {
  const Node* node = section.need("type");
  std::string name;
  if (!node || !section.read("type", name)) return std::nullopt;
  if (const auto type = ptp::data_type(name)) return type;
  std::vector<std::string_view> names;
  for (u16 i = 1; i <= 10; ++i) {
    names.push_back(ptp::name(static_cast<DataType>(i)));
    names.push_back(ptp::name(static_cast<DataType>(0x4000 | i)));
  }
  names.push_back(ptp::name(DataType::string));
  section.problems().add(
      node->at, fmt::format("unknown data type '{}'; types are int8 to uint128, array_of_int8 to array_of_uint128, and "
                            "string{}",
                            name, did_you_mean(nearest(name, names))));
  return std::nullopt;
}

void read_range(Section& section, const Node& node, Property& property, bool any_values) {
  const auto* items = node.array();
  if (!items || items->size() < 2 || items->size() > 3)
    return section.expected(node, "range", "[minimum, maximum, step]");
  if (property.type == DataType::string || ptp::is_array(property.type))
    return section.problems().add(node.at, fmt::format("a {} can't have a range", ptp::name(property.type)));
  ptp::RangeForm range{read_value(section, items->front(), "range", property.type),
                       read_value(section, (*items)[1], "range", property.type), Value(property.type, 1)};
  // The step of a signed type is as wide as the type, and never negative.
  if (items->size() == 3) range.step = read_value(section, items->back(), "range", property.type);
  for (const auto* part : {&range.minimum, &range.maximum, &range.step})
    if (part->type() == DataType::undefined) return;
  if (!any_values && ptp::compare(range.minimum, range.maximum) > 0)
    return section.problems().add(
        node.at,
        fmt::format("the range begins at {}, behind its end {} (the quirk accept_current_outside_form lifts this)",
                    range.minimum.to_string(), range.maximum.to_string()));
  if (ptp::compare(range.step, Value(property.type, 0)) < 0)
    return section.problems().add(node.at, "the step of a range can't be negative");
  property.form = std::move(range);
}

void read_enumeration(Section& section, const Node::Array& items, Property& property) {
  ptp::EnumerationForm list;
  for (const auto& item : items) {
    auto value = read_value(section, item, "enum", property.type);
    if (value.type() == DataType::undefined) continue;
    if (std::ranges::find(list.values, value) != list.values.end()) {
      section.problems().add(item.at, fmt::format("{} is twice in 'enum'", value.to_string()));
      continue;
    }
    list.values.push_back(std::move(value));
  }
  property.form = std::move(list);
}

void read_form(Section& section, Property& property, bool any_values) {
  const Node* range = section.get("range");
  const Node* list = section.get("enum");
  if (range && list)
    section.problems().add(list->at, "a property has 'range' or 'enum', not both");
  else if (range)
    read_range(section, *range, property, any_values);
  else if (list && section.array("enum"))
    read_enumeration(section, *list->array(), property);
}

void read_labels(Section& section, Property& property) {
  const Node* node = section.get("labels");
  if (!node) return;
  if (ptp::is_array(property.type))
    return section.problems().add(node->at, "only integers and strings can have labels");
  Section labels(*node, "labels", section.problems());
  for (const auto& entry : labels.entries()) {
    const auto value = property.type == DataType::string ? std::expected<Value, std::string>(Value(entry.key))
                                                         : integer_from_text(entry.key, property.type);
    if (!value) {
      section.problems().add(entry.at, fmt::format("in labels: {}", value.error()));
    } else if (const auto* text = entry.value.string()) {
      property.labels[property.type == DataType::string ? entry.key : value->to_string()] = *text;
    } else {
      labels.expected(entry.value, entry.key, "a string");
    }
  }
}

// What the form says about the present value. An empty enumeration, which real cameras have, says nothing.
bool outside(const Property& property) {
  const auto* list = std::get_if<ptp::EnumerationForm>(&property.form);
  if (list && list->values.empty()) return false;
  return !ptp::allows(property.form, property.current);
}

void read_values(Section& section, Property& property, bool accept_current_outside_form) {
  const Node* factory_default = section.need("default");
  const Node* current = section.get("current");
  if (const Node* dormant = section.get("dormant"))
    property.dormant = read_value(section, *dormant, "dormant", property.type);
  read_form(section, property, accept_current_outside_form);
  read_labels(section, property);
  if (!factory_default) return;
  property.factory_default = read_value(section, *factory_default, "default", property.type);
  property.current = current ? read_value(section, *current, "current", property.type) : property.factory_default;
  if (property.current.type() == DataType::undefined || accept_current_outside_form || !outside(property)) return;
  section.problems().add((current ? current : factory_default)->at,
                         fmt::format("the current value {} is outside the property's form; allowed: {} (the quirk "
                                     "accept_current_outside_form lifts this)",
                                     property.current.to_string(), allowed_text(property)));
}

void read_raw(Section& section, std::string_view key, Bytes& out) {
  std::string text;
  if (!section.read(key, text)) return;
  if (const auto bytes = hex_bytes(text))
    out = *bytes;
  else
    section.expected(*section.get(key), key, "bytes in hex");
}

// Without a type, nothing is known of a property but that the camera refuses it.
bool only_refused(Section& section, const Property& property) {
  if (property.refusal == 0 || section.get("type")) return false;
  for (const auto* key :
       {"access", "default", "current", "dormant", "range", "enum", "labels", "raw_value", "raw_description"})
    if (const Node* found = section.get(key))
      section.problems().add(found->at,
                             fmt::format("'{}' needs a 'type': without one, a property is only refused", key));
  return true;
}

Property read_property(const Node& node, ptp::Vendor vendor, bool accept_current_outside_form, Problems& problems) {
  Property property;
  Section section(node, std::string(title), problems);
  const Codes codes(vendor);
  if (section.need("code")) codes.read(section, "code", property.code, &Codes::property);
  property.name = ptp::name(static_cast<ptp::PropertyCode>(property.code), vendor);
  section.read("name", property.name);
  codes.read(section, "refuse", property.refusal, &Codes::response);
  if (property.refusal == static_cast<u16>(ptp::ResponseCode::OK))
    section.problems().add(section.get("refuse")->at, "OK refuses nothing");
  u16 listed = 0;
  section.read("listed", listed, {{"device-info", 0}, {"vendor", 1}});
  property.vendor_list = listed != 0;
  if (only_refused(section, property)) return property;
  if (section.need("access")) {
    u16 writable = 0;
    section.read("access", writable, {{"r", 0}, {"rw", 1}});
    property.writable = writable != 0;
  }
  read_raw(section, "raw_value", property.raw_value);
  read_raw(section, "raw_description", property.raw_description);
  if (const auto type = read_type(section)) {
    property.type = *type;
    read_values(section, property, accept_current_outside_form);
  } else {
    for (const auto* key : {"default", "current", "dormant", "range", "enum", "labels"}) section.get(key);
  }
  return property;
}

// Has this [[property]] that code or name?
bool describes(const Node& item, const std::string& name, ptp::Vendor vendor) {
  const Codes codes(vendor);
  const Node* own = item.find("name");
  if (own && own->string() && *own->string() == name) return true;
  const Node* code = item.find("code");
  const auto number = code ? codes.property(*code) : std::unexpected(std::string());
  const auto wanted = codes.property(name);
  return number && wanted && *number == *wanted;
}

void drop(Node& table, std::string_view key) {
  if (auto* entries = std::get_if<Node::Table>(&table.value))
    std::erase_if(*entries, [&](const Entry& e) { return e.key == key; });
}

// What [override.NAME] says of the property that `item` describes, put on top of it.
Node overridden(const Node& item, const Node* overrides, ptp::Vendor vendor) {
  Node result = item;
  if (!overrides || !overrides->table()) return result;
  for (const auto& entry : *overrides->table()) {
    if (!describes(item, entry.key, vendor)) continue;
    if (entry.value.find("enum")) drop(result, "range");
    if (entry.value.find("range")) drop(result, "enum");
    result = merge(std::move(result), entry.value);
  }
  return result;
}

// Every [override.NAME] must find its property.
void check_overrides(Section& root, Section& add, ptp::Vendor vendor) {
  const Node* node = root.get("override");
  if (!node) return;
  Section overrides(*node, "[override]", root.problems());
  for (const auto& entry : overrides.entries()) {
    bool found = false;
    for (Section* section : {&root, &add})
      if (const Node* items = section->node().find("property"); items && items->array())
        for (const auto& item : *items->array()) found = found || describes(item, entry.key, vendor);
    if (!found) root.problems().add(entry.at, fmt::format("there is no property '{}' to override", entry.key));
  }
}

}  // namespace

std::vector<Property> interpret_properties(Section& root, Section& add, ptp::Vendor vendor,
                                           bool accept_current_outside_form) {
  check_overrides(root, add, vendor);
  const Node* overrides = root.node().find("override");
  const auto read = [&](const Node& item) {
    return read_property(overridden(item, overrides, vendor), vendor, accept_current_outside_form, root.problems());
  };
  return read_entries(root, add, "property", &Property::code, read, "code", "property");
}

}  // namespace stuntcam::profiles
