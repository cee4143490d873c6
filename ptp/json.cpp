#include "ptp/json.h"

#include <fmt/format.h>

#include "ptp/describe.h"
#include "ptp/text.h"

namespace stuntcam::ptp {

namespace {

// The text a property's type has: also of a type that has no name.
std::string type_text(DataType type) {
  const auto known = name(type);
  return known.empty() ? fmt::format("0x{:04X}", static_cast<u16>(type)) : std::string{known};
}

Json integer_json(DataType element, i128 integer) {
  const auto bits = static_cast<u128>(integer);
  if (is_signed(element) && integer == static_cast<i64>(integer)) return static_cast<i64>(integer);
  if (bits >> 64 == 0) return static_cast<u64>(bits);
  return Value{element, integer}.to_string();
}

class JsonPrinter {
 public:
  explicit JsonPrinter(Json& out) : out_(out) { out_ = Json::object(); }

  template <std::integral T>
  void number(const char* name, T value) {
    out_[name] = value;
  }
  template <std::integral T>
  void code(const char* name, T value) {
    out_[name] = value;
  }
  void codes(const char* name, const std::vector<u16>& values) { out_[name] = values; }
  void string(const char* name, const std::string& text) { out_[name] = valid_utf8(text); }
  void type(const char* name, DataType type) { out_[name] = type_text(type); }
  void value(const char* name, const Value& value, DataType) { out_[name] = json(value); }

  template <class Variant, std::size_t n>
  void form(const Variant& form, const std::array<u8, n>& flags, DataType type) {
    out_["FormFlag"] = flags[form.index()];
    if (form.index() == 0) return;
    JsonPrinter inner{out_["Form"]};
    std::visit([&](const auto& alternative) { describe(inner, alternative, type); }, form);
  }
  void values(const char* name, const std::vector<Value>& values, DataType) {
    auto& array = out_[name] = Json::array();
    for (const auto& value : values) array.push_back(json(value));
  }
  template <class T>
  void elements(const char* name, const std::vector<T>& elements, std::size_t) {
    auto& array = out_[name] = Json::array();
    for (const auto& element : elements) {
      JsonPrinter inner{array.emplace_back()};
      describe(inner, element);
    }
  }

 private:
  Json& out_;
};

class TextPrinter {
 public:
  explicit TextPrinter(std::string& out) : out_(out) {}

  template <std::integral T>
  void number(const char* name, T value) {
    line(name, fmt::format("{}", value));
  }
  template <std::integral T>
  void code(const char* name, T value) {
    line(name, fmt::format("0x{:0{}X}", value, sizeof(T) * 2));
  }
  void codes(const char* name, const std::vector<u16>& values) {
    std::string list;
    for (const auto value : values) list += fmt::format("{}0x{:04X}", list.empty() ? "" : " ", value);
    line(name, list);
  }
  void string(const char* name, const std::string& text) { line(name, Value{text}.to_string()); }
  void type(const char* name, DataType type) { line(name, type_text(type)); }
  void value(const char* name, const Value& value, DataType) { line(name, value.to_string()); }

  template <class Variant, std::size_t n>
  void form(const Variant& form, const std::array<u8, n>& flags, DataType type) {
    line("FormFlag", fmt::format("{}", flags[form.index()]));
    std::visit([&](const auto& alternative) { describe(*this, alternative, type); }, form);
  }
  void values(const char* name, const std::vector<Value>& values, DataType) {
    std::string list;
    for (const auto& value : values) list += (list.empty() ? "" : " ") + value.to_string();
    line(name, list);
  }
  template <class T>
  void elements(const char* name, const std::vector<T>& elements, std::size_t) {
    line(name, fmt::format("{}", elements.size()));
    for (const auto& element : elements) describe(*this, element);
  }

 private:
  void line(const char* name, const std::string& text) {
    out_ += name;
    out_ += text.empty() ? ":" : ": ";
    out_ += text;
    out_ += '\n';
  }
  std::string& out_;
};

}  // namespace

Json json(const Value& value) {
  if (value.type() == DataType::undefined) return nullptr;
  if (value.type() == DataType::string) return valid_utf8(value.text());
  if (!is_array(value.type())) return integer_json(value.type(), value.integer());
  auto array = Json::array();
  for (const auto integer : value.array()) array.push_back(integer_json(element_of(value.type()), integer));
  return array;
}

template <class T>
Json json(const T& data_set) {
  Json out;
  JsonPrinter printer{out};
  describe(printer, data_set);
  return out;
}

template <class T>
std::string text(const T& data_set) {
  std::string out;
  TextPrinter printer{out};
  describe(printer, data_set);
  return out;
}

#define STUNTCAM_INSTANTIATE(T)    \
  template Json json<T>(const T&); \
  template std::string text<T>(const T&);
STUNTCAM_INSTANTIATE(DeviceInfo)
STUNTCAM_INSTANTIATE(StorageInfo)
STUNTCAM_INSTANTIATE(ObjectInfo)
STUNTCAM_INSTANTIATE(DevicePropDesc)
STUNTCAM_INSTANTIATE(ObjectPropDesc)
STUNTCAM_INSTANTIATE(ObjectPropList)
STUNTCAM_INSTANTIATE(StreamInfo)
#undef STUNTCAM_INSTANTIATE

}  // namespace stuntcam::ptp
