#include "fuzz/engine/structure.h"

#include <algorithm>
#include <utility>

#include "ptp/describe.h"
#include "ptp/reader.h"

namespace stuntcam::fuzz {
namespace {

using ptp::DataType;
using ptp::Value;

// Reads a data set by its description and notes where its fields are.
class Locator {
 public:
  explicit Locator(View data) : reader_(data) {}
  std::vector<Field> take() { return std::move(fields_); }

  template <std::integral T>
  void number(std::string_view name, T& value) {
    value = integer<T>(name, Field::Kind::number);
  }
  template <std::integral T>
  void code(std::string_view name, T& value) {
    value = integer<T>(name, Field::Kind::code);
  }
  void codes(std::string_view name, std::vector<u16>&) { array<u16>(name, Field::Kind::code); }
  void string(std::string_view name, std::string& text) {
    const auto begin = reader_.offset();
    text = reader_.string(name);
    note(name, Field::Kind::string, begin);
  }
  void type(std::string_view name, DataType& type) {
    type = static_cast<DataType>(integer<u16>(name, Field::Kind::type));
    if (reader_.ok() && !ptp::known(type)) reader_.fail(name, "unknown data type");
  }
  void value(std::string_view name, Value& value, DataType type) {
    const auto begin = reader_.offset();
    if (ptp::is_array(type)) {
      auto ahead = reader_;
      ahead.integer<u32>(name);
      if (ahead.ok()) fields_.push_back({name, Field::Kind::count, begin, 4});
    }
    value = ptp::read_value(reader_, type, name);
    if (!ptp::is_array(type)) note(name, type == DataType::string ? Field::Kind::string : Field::Kind::number, begin);
  }
  template <class Variant, std::size_t n>
  void form(Variant& form, const std::array<u8, n>& flags, DataType type) {
    const auto found = std::ranges::find(flags, integer<u8>("FormFlag", Field::Kind::form));
    if (!reader_.ok() || found == flags.end()) return;
    emplace(form, static_cast<std::size_t>(found - flags.begin()), std::make_index_sequence<n>{});
    std::visit([&](auto& alternative) { describe(*this, alternative, type); }, form);
  }
  void values(std::string_view name, std::vector<Value>&, DataType type) {
    const auto count = integer<u16>(name, Field::Kind::count);
    Value each;
    for (std::size_t i = 0; i < count && i < most_elements && reader_.ok(); ++i) value(name, each, type);
  }
  template <class T>
  void elements(std::string_view name, std::vector<T>&, std::size_t) {
    const auto count = integer<u32>(name, Field::Kind::count);
    T each;
    for (std::size_t i = 0; i < count && i < most_elements && reader_.ok(); ++i) describe(*this, each);
  }
  template <class T>
  void array(std::string_view name, Field::Kind kind) {
    const auto count = integer<u32>(name, Field::Kind::count);
    for (std::size_t i = 0; i < count && reader_.ok(); ++i) {
      if (i < most_elements)
        integer<T>(name, kind);
      else
        reader_.integer<T>(name);
    }
  }

 private:
  template <class T>
  T integer(std::string_view name, Field::Kind kind) {
    const auto begin = reader_.offset();
    const T value = reader_.integer<T>(name);
    note(name, kind, begin);
    return value;
  }
  void note(std::string_view name, Field::Kind kind, std::size_t begin) {
    if (reader_.ok()) fields_.push_back({name, kind, begin, reader_.offset() - begin});
  }
  template <class Variant, std::size_t... i>
  static void emplace(Variant& form, std::size_t index, std::index_sequence<i...>) {
    (void)((i == index && (form.template emplace<i>(), true)) || ...);
  }
  ptp::Reader reader_;
  std::vector<Field> fields_;
};

template <class T>
std::vector<Field> locate(View data) {
  Locator locator(data);
  T data_set;
  describe(locator, data_set);
  return locator.take();
}

std::vector<Field> locate_array(View data, std::string_view name) {
  Locator locator(data);
  locator.array<u32>(name, Field::Kind::number);
  return locator.take();
}

}  // namespace

std::vector<Field> fields_of(ptp::OperationCode operation, View data) {
  switch (operation) {
    case ptp::OperationCode::GetDeviceInfo:
      return locate<ptp::DeviceInfo>(data);
    case ptp::OperationCode::GetStorageInfo:
      return locate<ptp::StorageInfo>(data);
    case ptp::OperationCode::GetObjectInfo:
      return locate<ptp::ObjectInfo>(data);
    case ptp::OperationCode::GetDevicePropDesc:
      return locate<ptp::DevicePropDesc>(data);
    case ptp::OperationCode::GetObjectPropDesc:
      return locate<ptp::ObjectPropDesc>(data);
    case ptp::OperationCode::GetObjectPropList:
      return locate<ptp::ObjectPropList>(data);
    case ptp::OperationCode::GetStorageIDs:
      return locate_array(data, "StorageIDs");
    case ptp::OperationCode::GetObjectHandles:
      return locate_array(data, "ObjectHandles");
    default:
      return {};
  }
}

}  // namespace stuntcam::fuzz
