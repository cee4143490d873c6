// [[operation]]: answers without code.
#include <fmt/format.h>

#include <algorithm>

#include "profiles/interpret.h"
#include "profiles/template.h"

namespace stuntcam::profiles {
namespace {

using ptp::DataType;
using ptp::Value;

constexpr std::size_t max_response_params = 5, max_event_params = 3;

bool is_placeholder(std::string_view text) { return text.starts_with('{') && text.ends_with('}'); }

// "{param1}" in braces; anything else is not for here.
std::optional<Source> read_placeholder(Section& section, const Node& node, const Codes& codes) {
  const auto text = std::string_view(*node.string());
  auto source = parse_source(text.substr(1, text.size() - 2), codes);
  if (source) return std::move(*source);
  section.problems().add(node.at, source.error());
  return std::nullopt;
}

void read_params(Section& section, std::size_t most, const Codes& codes, std::vector<Source>& out) {
  const auto* items = section.array("params");
  if (!items) return;
  if (items->size() > most)
    section.expected(*section.get("params"), "params", fmt::format("at most {} parameters", most));
  for (const auto& item : *items) {
    const auto* number = item.integer();
    if (item.string() && is_placeholder(*item.string())) {
      auto source = read_placeholder(section, item, codes);
      if (source && !gives_integer(*source, codes))
        section.problems().add(item.at, fmt::format("'{}' is no integer, so it can't be a parameter", *item.string()));
      else if (source)
        out.push_back(std::move(*source));
    } else if (number && *number >= 0 && *number <= 0xFFFFFFFF) {
      out.push_back({.value = Value(DataType::uint32, *number)});
    } else {
      section.expected(item, "params", "integers from 0 to 0xFFFFFFFF, or \"{param1}\" and the like");
    }
  }
}

const Property* named_property(const Entry& entry, const Codes& codes, Problems& problems) {
  const auto code = codes.property(entry.key);
  if (!code) return problems.add(entry.at, code.error()), nullptr;
  const auto* property = codes.own(*code);
  if (property && property->described()) return property;
  problems.add(entry.at, property ? fmt::format("'{}' has no value: it is only refused", entry.key)
                                  : fmt::format("this camera has no property '{}'", entry.key));
  return nullptr;
}

// A value for that property; text may be a label.
std::optional<Value> read_value(const Entry& entry, const Node& node, const Property& property, Problems& problems) {
  auto value = node.string() ? value_from_text(property, *node.string()) : value_from_node(node, property.type);
  if (value) return std::move(*value);
  problems.add(node.at, fmt::format("'{}': {}", entry.key, value.error()));
  return std::nullopt;
}

void read_settings(Section& section, const Codes& codes, CannedAnswer& answer) {
  const Node* node = section.get("set");
  if (!node) return;
  Section settings(*node, "[operation.set]", section.problems());
  for (const auto& entry : settings.entries()) {
    const auto* property = named_property(entry, codes, section.problems());
    if (!property) continue;
    if (entry.value.string() && is_placeholder(*entry.value.string())) {
      auto source = read_placeholder(settings, entry.value, codes);
      if (source && source->kind == Source::Kind::frame)
        section.problems().add(entry.value.at, "a picture is no value of a property");
      else if (source)
        answer.settings.emplace_back(property->code, std::move(*source));
    } else if (auto value = read_value(entry, entry.value, *property, section.problems())) {
      answer.settings.emplace_back(property->code, Source{.value = std::move(*value)});
    }
  }
}

CannedEvent read_event(const Node& node, const Codes& codes, Problems& problems) {
  CannedEvent event;
  Section section(node, "[[operation.event]]", problems);
  if (section.need("code")) codes.read(section, "code", event.code, &Codes::event);
  read_params(section, max_event_params, codes, event.params);
  section.read("delay", event.delay);
  return event;
}

void read_answer(Section& section, const Codes& codes, CannedAnswer& answer) {
  codes.read(section, "response", answer.response, &Codes::response);
  read_params(section, max_response_params, codes, answer.response_params);
  std::string text;
  if (section.read("data", text)) {
    auto data = parse_template(text, codes);
    if (data)
      answer.data = std::move(*data);
    else
      section.problems().add(
          section.get("data")->at,
          fmt::format("'data' must be bytes in hex such as \"74bfc0112233\", with {{placeholders}}: {}", data.error()));
  }
  section.read("delay", answer.delay);
  section.read("capture", answer.capture);
  if (const Node* object = section.get("object")) answer.object = interpret_object(*object, codes, section.problems());
  read_settings(section, codes, answer);
  if (const auto* events = section.array("event"))
    for (const auto& event : *events) answer.events.push_back(read_event(event, codes, section.problems()));
}

std::optional<CannedCase::Condition> read_condition(const Entry& entry, const Codes& codes, Problems& problems) {
  CannedCase::Condition condition;
  Property parameter;  // what is known of a parameter, in the words of a property
  parameter.type = DataType::uint32;
  const Property* property = &parameter;
  const auto source = parse_source(entry.key, codes);
  if (source && source->kind == Source::Kind::param) {
    condition.source = *source;
  } else {
    property = named_property(entry, codes, problems);
    if (!property) return std::nullopt;
    condition.source = {.kind = Source::Kind::property, .number = property->code};
  }
  const bool list = entry.value.array() && !ptp::is_array(property->type);
  const Node::Array one{entry.value};
  for (const auto& item : list ? *entry.value.array() : one)
    if (auto value = read_value(entry, item, *property, problems)) condition.values.push_back(std::move(*value));
  return condition;
}

CannedCase read_case(const Node& node, const Codes& codes, Problems& problems) {
  CannedCase result;
  Section section(node, "[[operation.case]]", problems);
  if (const Node* when = section.need("when")) {
    Section conditions(*when, "'when'", problems);
    for (const auto& entry : conditions.entries())
      if (auto condition = read_condition(entry, codes, problems)) result.when.push_back(std::move(*condition));
  }
  read_answer(section, codes, result.answer);
  return result;
}

bool uses_data(const CannedAnswer& answer) {
  return std::ranges::any_of(answer.settings,
                             [](const auto& setting) { return setting.second.kind == Source::Kind::data; });
}

CannedOperation read_operation(const Node& node, const Codes& codes, Problems& problems) {
  CannedOperation operation;
  Section section(node, "[[operation]]", problems);
  if (section.need("code")) codes.read(section, "code", operation.code, &Codes::operation);
  read_answer(section, codes, operation);
  if (const auto* cases = section.array("case"))
    for (const auto& item : *cases) operation.cases.push_back(read_case(item, codes, problems));
  const auto any = [&](auto has) {
    return has(operation) || std::ranges::any_of(operation.cases, [&](const auto& each) { return has(each.answer); });
  };
  operation.takes_data = any(uses_data);
  section.read("takes_data", operation.takes_data);
  const bool sends_data = any([](const CannedAnswer& answer) { return answer.data.has_value(); });
  if (operation.takes_data && sends_data)
    problems.add(node.at,
                 "an operation has one data phase: it sends 'data' or takes it ('takes_data', \"{data}\"), not both");
  if (!operation.takes_data && any(uses_data))
    problems.add(node.at, "\"{data}\" is what the initiator sends, but takes_data is false");
  return operation;
}

}  // namespace

std::vector<CannedOperation> interpret_operations(Section& root, Section& add, const Codes& codes) {
  const auto read = [&](const Node& item) { return read_operation(item, codes, root.problems()); };
  return read_entries(root, add, "operation", &CannedOperation::code, read, "code", "operation");
}

}  // namespace stuntcam::profiles
