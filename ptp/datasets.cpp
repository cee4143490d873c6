#include "ptp/datasets.h"

#include <algorithm>
#include <utility>

#include "ptp/describe.h"

namespace stuntcam::ptp {

namespace {

template <class T>
std::vector<T> read_array(Reader& reader, std::string_view field) {
  const auto elements = reader.count(field, sizeof(T));
  std::vector<T> array(elements);
  for (auto& element : array) element = reader.integer<T>(field);
  return array;
}

template <class T>
void write_array(Writer& writer, std::span<const T> array) {
  writer.integer(static_cast<u32>(array.size()));
  for (const auto element : array) writer.integer(element);
}

class Decoder {
 public:
  explicit Decoder(Reader& reader) : reader_(reader) {}

  template <std::integral T>
  void number(std::string_view name, T& value) {
    value = reader_.integer<T>(name);
  }
  template <std::integral T>
  void code(std::string_view name, T& value) {
    number(name, value);
  }
  void codes(std::string_view name, std::vector<u16>& values) { values = read_array<u16>(reader_, name); }
  void string(std::string_view name, std::string& text) { text = reader_.string(name); }

  void type(std::string_view name, DataType& type) {
    auto ahead = reader_;
    type = static_cast<DataType>(ahead.integer<u16>(name));
    if (ahead.ok() && !known(type)) reader_.fail(name, "unknown data type");
    reader_.integer<u16>(name);
  }
  void value(std::string_view name, Value& value, DataType type) { value = read_value(reader_, type, name); }

  template <class Variant, std::size_t n>
  void form(Variant& form, const std::array<u8, n>& flags, DataType type) {
    static_assert(n == std::variant_size_v<Variant>);
    auto ahead = reader_;
    const auto found = std::ranges::find(flags, ahead.integer<u8>("FormFlag"));
    if (ahead.ok() && found == flags.end()) reader_.fail("FormFlag", "unknown form");
    reader_.integer<u8>("FormFlag");
    if (!reader_.ok()) return;
    emplace(form, static_cast<std::size_t>(found - flags.begin()), std::make_index_sequence<n>{});
    std::visit([&](auto& alternative) { describe(*this, alternative, type); }, form);
  }
  void values(std::string_view name, std::vector<Value>& values, DataType type) {
    const auto count = reader_.integer<u16>(name);
    for (u32 i = 0; i < count && reader_.ok(); ++i) values.push_back(read_value(reader_, type, name));
  }
  template <class T>
  void elements(std::string_view name, std::vector<T>& elements, std::size_t least_size) {
    const auto count = reader_.count(name, least_size);
    for (u32 i = 0; i < count && reader_.ok(); ++i) describe(*this, elements.emplace_back());
  }

 private:
  template <class Variant, std::size_t... i>
  static void emplace(Variant& form, std::size_t index, std::index_sequence<i...>) {
    (void)((i == index && (form.template emplace<i>(), true)) || ...);
  }
  Reader& reader_;
};

class Encoder {
 public:
  explicit Encoder(Writer& writer) : writer_(writer) {}

  template <std::integral T>
  void number(std::string_view, T value) {
    writer_.integer(value);
  }
  template <std::integral T>
  void code(std::string_view, T value) {
    writer_.integer(value);
  }
  void codes(std::string_view, const std::vector<u16>& values) { write_array<u16>(writer_, values); }
  void string(std::string_view, const std::string& text) { writer_.string(text); }
  void type(std::string_view, DataType type) { writer_.integer(static_cast<u16>(type)); }
  void value(std::string_view, const Value& value, DataType) { value.encode(writer_); }

  template <class Variant, std::size_t n>
  void form(const Variant& form, const std::array<u8, n>& flags, DataType type) {
    writer_.integer(flags[form.index()]);
    std::visit([&](const auto& alternative) { describe(*this, alternative, type); }, form);
  }
  void values(std::string_view, const std::vector<Value>& values, DataType) {
    const auto count = std::min<std::size_t>(values.size(), 0xFFFF);
    writer_.integer(static_cast<u16>(count));
    for (std::size_t i = 0; i < count; ++i) values[i].encode(writer_);
  }
  template <class T>
  void elements(std::string_view, const std::vector<T>& elements, std::size_t) {
    writer_.integer(static_cast<u32>(elements.size()));
    for (const auto& element : elements) describe(*this, element);
  }

 private:
  Writer& writer_;
};

bool in_range(const RangeForm& range, const Value& value) {
  if (value.type() != range.minimum.type() || is_array(value.type()) || value.type() == DataType::string) return false;
  if (compare(value, range.minimum) < 0 || compare(value, range.maximum) > 0) return false;
  // A step of 0 is seen where nothing steps (docs/protocol.md §2.8): anything in between will do.
  return range.step.bits() == 0 || (value.bits() - range.minimum.bits()) % range.step.bits() == 0;
}

template <class T>
Bytes encode_integers(std::span<const T> values) {
  Bytes out;
  Writer writer{out};
  write_array(writer, values);
  return out;
}

template <class T>
Expected<std::vector<T>> decode_integers(View bytes, std::string_view field) {
  Reader reader{bytes};
  auto values = read_array<T>(reader, field);
  return reader.result(std::move(values));
}

}  // namespace

bool allows(const Form& form, const Value& value) {
  if (const auto* range = std::get_if<RangeForm>(&form)) return in_range(*range, value);
  if (const auto* enumeration = std::get_if<EnumerationForm>(&form)) {
    return std::ranges::find(enumeration->values, value) != enumeration->values.end();
  }
  return true;
}

template <class T>
Expected<T> decode(View bytes) {
  Reader reader{bytes};
  Decoder decoder{reader};
  T data_set;
  describe(decoder, data_set);
  return reader.result(std::move(data_set));
}

template <class T>
void encode(const T& data_set, Bytes& behind) {
  Writer writer{behind};
  Encoder encoder{writer};
  describe(encoder, data_set);
}

template <class T>
Bytes encode(const T& data_set) {
  Bytes out;
  encode(data_set, out);
  return out;
}

Expected<std::vector<u16>> decode_u16_array(View bytes, std::string_view field) {
  return decode_integers<u16>(bytes, field);
}
Expected<std::vector<u32>> decode_u32_array(View bytes, std::string_view field) {
  return decode_integers<u32>(bytes, field);
}
Bytes encode_array(std::span<const u16> values) { return encode_integers(values); }
Bytes encode_array(std::span<const u32> values) { return encode_integers(values); }

#define STUNTCAM_INSTANTIATE(T)         \
  template Expected<T> decode<T>(View); \
  template Bytes encode<T>(const T&);   \
  template void encode<T>(const T&, Bytes&);
STUNTCAM_INSTANTIATE(DeviceInfo)
STUNTCAM_INSTANTIATE(StorageInfo)
STUNTCAM_INSTANTIATE(ObjectInfo)
STUNTCAM_INSTANTIATE(DevicePropDesc)
STUNTCAM_INSTANTIATE(ObjectPropDesc)
STUNTCAM_INSTANTIATE(ObjectPropList)
STUNTCAM_INSTANTIATE(StreamInfo)
#undef STUNTCAM_INSTANTIATE

}  // namespace stuntcam::ptp
