#include "profiles/template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace stuntcam::profiles {
namespace {

using Kind = Source::Kind;
using ptp::DataType;

// More bytes than any answer that is worth writing down; "00*4000000000" is a slip.
constexpr std::size_t max_bytes = 1u << 20;
// Runs from here on are shorter as "00*8".
constexpr std::size_t worth_counting = 8;
constexpr u32 max_params = 5;

struct Name {
  std::string_view text;
  Kind kind;
};
constexpr std::array names{Name{"data", Kind::data},     Name{"count", Kind::count},
                           Name{"time", Kind::time},     Name{"milliseconds", Kind::milliseconds},
                           Name{"handle", Kind::handle}, Name{"frame", Kind::frame}};
constexpr std::string_view param = "param";

std::string known_sources() {
  std::string text = "param1 to param5";
  for (const auto& name : names) text += fmt::format(", {}", name.text);
  return text + ", a property, or text in quotes";
}

// The type of what it gives; undefined: bytes as they are.
DataType own_type(const Source& source, const Codes& codes) {
  switch (source.kind) {
    case Kind::param:
    case Kind::count:
    case Kind::milliseconds:
    case Kind::handle:
      return DataType::uint32;
    case Kind::time:
      return DataType::string;
    case Kind::property:
      return codes.own(static_cast<u16>(source.number))->type;
    case Kind::constant:
      return source.value.type();
    case Kind::data:
    case Kind::frame:
      break;
  }
  return DataType::undefined;
}

bool is_integer(DataType type) {
  return type != DataType::undefined && type != DataType::string && !ptp::is_array(type);
}

std::expected<Source, std::string> named_source(std::string_view text, const Codes& codes) {
  Source source;
  const auto known = std::ranges::find(names, text, &Name::text);
  if (known != names.end()) {
    source.kind = known->kind;
  } else if (text.starts_with(param) && text.size() == param.size() + 1 && text.back() >= '1' &&
             text.back() <= static_cast<char>('0' + max_params)) {
    source.kind = Kind::param;
    source.number = static_cast<u32>(text.back() - '0');
  } else {
    const auto code = codes.property(text);
    if (!code) return std::unexpected(fmt::format("'{{{}}}' is none of {}", text, known_sources()));
    const auto* const property = codes.own(*code);
    if (!property) return std::unexpected(fmt::format("this camera has no property '{}'", text));
    if (!property->described()) return std::unexpected(fmt::format("'{}' has no value: it is only refused", text));
    source.kind = Kind::property;
    source.number = *code;
  }
  return source;
}

// "*3", the star and how often the byte in front of it comes.
std::expected<void, std::string> repeat(std::string_view& rest, Bytes& bytes) {
  std::size_t count = 0;
  rest.remove_prefix(1);
  const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
  if (failed != std::errc{} || bytes.empty() || count == 0)
    return std::unexpected("'*' stands between a byte and how often it comes, such as \"00*16\"");
  if (count > max_bytes) return std::unexpected(fmt::format("at most {} bytes", max_bytes));
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  bytes.insert(bytes.end(), count - 1, bytes.back());
  return {};
}

std::expected<void, std::string> hex_byte(std::string_view& rest, Bytes& bytes) {
  unsigned byte = 0;
  const auto pair = rest.substr(0, 2);
  const auto [end, failed] = std::from_chars(pair.data(), pair.data() + pair.size(), byte, 16);
  if (failed != std::errc{} || end != pair.data() + 2)
    return std::unexpected(fmt::format("'{}' is no byte in hex", pair));
  bytes.push_back(static_cast<u8>(byte));
  rest.remove_prefix(2);
  return {};
}

// Up to the brace that closes it; text in quotes may hold one.
std::expected<std::string_view, std::string> inside_braces(std::string_view& rest) {
  const auto quote = rest.starts_with("{\"") ? rest.find('"', 2) : 0;
  const auto end = quote == rest.npos ? rest.npos : rest.find('}', quote);
  if (end == rest.npos) return std::unexpected("a '{' without its '}'");
  const auto inside = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  return inside;
}

std::string hex_text(const Bytes& bytes) {
  std::string text;
  for (auto at = bytes.begin(); at != bytes.end();) {
    const auto other = std::find_if(at, bytes.end(), [&](u8 byte) { return byte != *at; });
    const auto count = static_cast<std::size_t>(other - at);
    if (count >= worth_counting) {
      text += fmt::format("{:02x}*{} ", *at, count);
      at = other;
    } else {
      text += fmt::format("{:02x}", *at++);
    }
  }
  return text;
}

}  // namespace

bool gives_integer(const Source& source, const Codes& codes) { return is_integer(own_type(source, codes)); }

std::expected<Source, std::string> parse_source(std::string_view text, const Codes& codes) {
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"'))
    return Source{.value = ptp::Value(text.substr(1, text.size() - 2))};
  const auto colon = text.find(':');
  auto source = named_source(text.substr(0, colon), codes);
  if (!source || colon == text.npos) return source;
  const auto type = ptp::data_type(text.substr(colon + 1));
  if (!type || !is_integer(*type) || !gives_integer(*source, codes))
    return std::unexpected(fmt::format(
        "'{{{}}}': behind the colon stands a type of integers, such as uint16, for what is an integer", text));
  source->type = *type;
  return source;
}

std::expected<Template, std::string> parse_template(std::string_view text, const Codes& codes) {
  Template result;
  std::size_t size = 0;
  const auto bytes = [&]() -> Bytes& {
    if (result.empty() || !std::holds_alternative<Bytes>(result.back())) result.emplace_back(Bytes{});
    return std::get<Bytes>(result.back());
  };
  for (auto rest = text; !rest.empty();) {
    std::expected<void, std::string> done;
    if (rest.front() == ' ') {
      rest.remove_prefix(1);
    } else if (rest.front() == '{') {
      const auto inside = inside_braces(rest);
      if (!inside) return std::unexpected(inside.error());
      auto source = parse_source(*inside, codes);
      if (!source) return std::unexpected(source.error());
      if (source->kind == Kind::data)
        return std::unexpected("'{data}' comes from the initiator: it can be set, not sent");
      result.emplace_back(std::move(*source));
    } else {
      Bytes& run = bytes();
      const auto before = run.size();
      done = rest.front() == '*' ? repeat(rest, run) : hex_byte(rest, run);
      size += run.size() - before;
    }
    if (!done) return std::unexpected(done.error());
    if (size > max_bytes) return std::unexpected(fmt::format("at most {} bytes", max_bytes));
  }
  return result;
}

std::string source_text(const Source& source) {
  std::string text;
  if (source.kind == Kind::constant) {
    text = fmt::format("\"{}\"", source.value.text());
  } else if (source.kind == Kind::param) {
    text = fmt::format("{}{}", param, source.number);
  } else if (source.kind == Kind::property) {
    text = fmt::format("0x{:04X}", source.number);
  } else {
    text = std::ranges::find(names, source.kind, &Name::kind)->text;
  }
  if (source.type != DataType::undefined) text += fmt::format(":{}", ptp::name(source.type));
  return fmt::format("{{{}}}", text);
}

std::string template_text(const Template& data) {
  std::string text;
  for (const auto& piece : data) {
    if (const auto* bytes = std::get_if<Bytes>(&piece))
      text += hex_text(*bytes);
    else
      text += source_text(std::get<Source>(piece));
  }
  return text;
}

}  // namespace stuntcam::profiles
