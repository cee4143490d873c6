#include "profiles/values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "profiles/template.h"

namespace stuntcam::profiles {
namespace {

using ptp::DataType;
using ptp::Value;

template <class... T>
std::unexpected<std::string> error(fmt::format_string<T...> form, T&&... args) {
  return std::unexpected(fmt::format(form, std::forward<T>(args)...));
}

u128 largest(DataType type) {
  const auto bits = ptp::size_of(type) * 8 - (ptp::is_signed(type) ? 1 : 0);
  return bits == 128 ? ~u128{0} : (u128{1} << bits) - 1;
}

// Sign and magnitude of "-0x1F" or "37"; nullopt when it is no number or has more than 128 bits.
std::optional<std::pair<bool, u128>> magnitude(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  unsigned base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  if (text.empty()) return std::nullopt;
  u128 number = 0;
  for (const char c : text) {
    unsigned digit = 0;
    const auto [end, failed] = std::from_chars(&c, &c + 1, digit, static_cast<int>(base));
    if (failed != std::errc{} || number > (~u128{0} - digit) / base) return std::nullopt;
    number = number * base + digit;
  }
  return std::pair(negative, number);
}

std::expected<Value, std::string> array_from_node(const Node::Array& items, DataType type) {
  std::vector<i128> values;
  for (const auto& item : items) {
    const auto value = value_from_node(item, ptp::element_of(type));
    if (!value) return std::unexpected(value.error());
    values.push_back(value->integer());
  }
  return Value(type, std::move(values));
}

// As the data of an operation is written, without placeholders.
std::expected<Value, std::string> bytes_from_hex(std::string_view text) {
  const auto data = parse_template(text, Codes(ptp::Vendor::none));
  if (!data) return std::unexpected(data.error());
  std::vector<i128> values;
  for (const auto& piece : *data) {
    const auto* bytes = std::get_if<Bytes>(&piece);
    if (!bytes) return error("placeholders are for operations");
    values.insert(values.end(), bytes->begin(), bytes->end());
  }
  return Value(DataType::array_of_uint8, std::move(values));
}

template <class Code>
std::expected<u16, std::string> code_from_text(std::string_view text, std::string_view kind, ptp::Vendor vendor) {
  if (const auto code = ptp::parse_code<Code>(text, vendor)) return static_cast<u16>(*code);
  return error("unknown {} '{}'{}", kind, text, did_you_mean(ptp::nearest_name<Code>(text, vendor)));
}

std::optional<std::expected<u16, std::string>> number_code(const Node& node, std::string_view kind) {
  if (const auto* number = node.integer()) {
    if (*number >= 0 && *number <= 0xFFFF) return static_cast<u16>(*number);
    return error("{} is no {} code: they go from 0 to 0xFFFF", *number, kind);
  }
  if (node.string()) return std::nullopt;
  return error("the {} must be a name or a code such as 0x1001, not {}", kind, node.describe());
}

template <class Code>
std::expected<u16, std::string> code_from_node(const Node& node, std::string_view kind, ptp::Vendor vendor) {
  if (auto number = number_code(node, kind)) return *number;
  return code_from_text<Code>(*node.string(), kind, vendor);
}

bool same_text(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, {}, [](unsigned char c) { return std::tolower(c); }, [](unsigned char c) { return std::tolower(c); });
}

}  // namespace

std::expected<Value, std::string> integer_from_text(std::string_view text, DataType type) {
  if (type == DataType::undefined) return error("this property has no value: it is only refused");
  const auto number = magnitude(text);
  if (!number) return error("'{}' is no number", text);
  const auto [negative, size] = *number;
  const u128 most = largest(type);
  const u128 least = ptp::is_signed(type) ? most + 1 : 0;  // its magnitude
  if (size > (negative ? least : most))
    return error("{} does not fit {} ({}{} to {})", text, ptp::name(type), least == 0 ? "" : "-", least, most);
  return Value(type, static_cast<i128>(negative ? ~size + 1 : size));
}

std::expected<Value, std::string> value_from_node(const Node& node, DataType type) {
  if (type == DataType::undefined) return integer_from_text({}, type);
  if (type == DataType::string) {
    if (const auto* text = node.string()) return Value(*text);
    return error("a string is wanted, not {}", node.describe());
  }
  if (ptp::is_array(type)) {
    if (const auto* items = node.array()) return array_from_node(*items, type);
    if (node.string() && type == DataType::array_of_uint8) return bytes_from_hex(*node.string());
    return error("an array of {} is wanted, not {}", ptp::name(ptp::element_of(type)), node.describe());
  }
  if (const auto* integer = node.integer()) return integer_from_text(fmt::format("{}", *integer), type);
  if (const auto* text = node.string()) return integer_from_text(*text, type);
  return error("an integer ({}) is wanted, not {}", ptp::name(type), node.describe());
}

std::expected<Value, std::string> value_from_text(const Property& property, std::string_view text) {
  for (const auto& [value, label] : property.labels) {
    if (!same_text(label, text)) continue;
    return property.type == DataType::string ? Value(value) : integer_from_text(value, property.type);
  }
  if (property.type == DataType::string) return Value(text);
  if (!ptp::is_array(property.type)) return integer_from_text(text, property.type);
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  std::vector<i128> values;
  while (text.find_first_not_of(" ,") != text.npos) {
    text.remove_prefix(text.find_first_not_of(" ,"));
    const auto end = std::min(text.find_first_of(" ,"), text.size());
    const auto value = integer_from_text(text.substr(0, end), ptp::element_of(property.type));
    if (!value) return std::unexpected(value.error());
    values.push_back(value->integer());
    text.remove_prefix(end);
  }
  return Value(property.type, std::move(values));
}

std::string value_text(const Property& property, const Value& value) {
  const auto text = property.type == DataType::string ? value.text() : value.to_string();
  const auto label = property.labels.find(text);
  return label == property.labels.end() ? text : fmt::format("{} ({})", text, label->second);
}

std::string allowed_text(const Property& property) {
  if (const auto* range = std::get_if<ptp::RangeForm>(&property.form))
    return fmt::format("{} to {} in steps of {}", range->minimum.to_string(), range->maximum.to_string(),
                       range->step.to_string());
  if (const auto* list = std::get_if<ptp::EnumerationForm>(&property.form)) {
    std::vector<std::string> texts;
    for (const auto& value : list->values) texts.push_back(value_text(property, value));
    return fmt::format("{}", fmt::join(texts, ", "));
  }
  return fmt::format("any {}", ptp::name(property.type));
}

const Property* Codes::own(u16 code) const {
  if (!own_) return nullptr;
  const auto found = std::ranges::find(*own_, code, &Property::code);
  return found == own_->end() ? nullptr : &*found;
}

std::expected<u16, std::string> Codes::operation(const Node& node) const {
  return code_from_node<ptp::OperationCode>(node, "operation", vendor_);
}
std::expected<u16, std::string> Codes::response(const Node& node) const {
  return code_from_node<ptp::ResponseCode>(node, "response", vendor_);
}
std::expected<u16, std::string> Codes::event(const Node& node) const {
  return code_from_node<ptp::EventCode>(node, "event", vendor_);
}
std::expected<u16, std::string> Codes::format(const Node& node) const {
  return code_from_node<ptp::FormatCode>(node, "format", vendor_);
}
std::expected<u16, std::string> Codes::object_property(const Node& node) const {
  return code_from_node<ptp::ObjectPropertyCode>(node, "object property", vendor_);
}
std::expected<u16, std::string> Codes::property(const Node& node) const {
  if (auto number = number_code(node, "property")) return *number;
  return property(*node.string());
}

std::expected<u16, std::string> Codes::property(std::string_view text) const {
  // The profile's own names first: vendors reuse codes, and names, of MTP.
  if (own_)
    for (const auto& known : *own_)
      if (same_text(known.name, text)) return known.code;
  auto code = code_from_text<ptp::PropertyCode>(text, "property", vendor_);
  if (code || !own_) return code;
  std::vector<std::string_view> names;
  for (const auto& known : *own_) names.push_back(known.name);
  const auto own = nearest(text, names);
  return own.empty() ? code : error("unknown property '{}'{}", text, did_you_mean(own));
}

std::expected<u16, std::string> Codes::operation_or_property(const Node& node) const {
  auto code = operation(node);
  if (code || !node.string()) return code;
  auto other = property(node);
  return other ? other : error("neither an operation nor a property: '{}'", *node.string());
}

bool Codes::read(Section& section, std::string_view key, u16& out, Reader reader) const {
  const Node* found = section.get(key);
  if (!found) return false;
  const auto code = (this->*reader)(*found);
  if (!code) return section.problems().add(found->at, code.error()), false;
  out = *code;
  return true;
}

bool Codes::read(Section& section, std::string_view key, std::vector<u16>& out, Reader reader) const {
  const auto* items = section.array(key);
  if (!items) return false;
  for (const auto& item : *items) {
    const auto code = (this->*reader)(item);
    if (!code) {
      section.problems().add(item.at, code.error());
    } else if (std::ranges::find(out, *code) != out.end()) {
      section.problems().add(item.at, fmt::format("0x{:04X} is twice in '{}' of {}", *code, key, section.title()));
    } else {
      out.push_back(*code);
    }
  }
  return true;
}

}  // namespace stuntcam::profiles
