#include "profiles/toml_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

// The parser takes seconds to compile: it is included here and nowhere else.
#define TOML_EXCEPTIONS 0
// Version 3.3 takes for granted that a key follows "[", and with "[=" aborts, or worse where asserts are off. Without
// that promise its next lines report the error properly.
#include <toml++/impl/preprocessor.h>
#undef TOML_ASSERT_ASSUME
#define TOML_ASSERT_ASSUME(expr) static_assert(true)
#include <toml++/toml.h>

namespace stuntcam::profiles {
namespace {

using File = std::shared_ptr<const std::string>;

Position position(const File& file, const toml::source_position& at) { return {file, at.line, at.column}; }

Node convert(const toml::node& node, const File& file) {
  Node out;
  out.at = position(file, node.source().begin);
  if (const auto* table = node.as_table()) {
    Node::Table entries;
    for (const auto& [key, value] : *table)
      entries.push_back({std::string(key.str()), position(file, key.source().begin), convert(value, file)});
    // toml++ sorts by key; problems and properties are wanted in the order of the file.
    std::ranges::sort(entries, {}, [](const Entry& e) { return std::pair(e.at.line, e.at.column); });
    // A table that only [a.b] headers imply has no place of its own.
    if (out.at.line == 0 && !entries.empty()) out.at = entries.front().at;
    out.value = std::move(entries);
  } else if (const auto* array = node.as_array()) {
    Node::Array items;
    for (const auto& item : *array) items.push_back(convert(item, file));
    if (out.at.line == 0 && !items.empty()) out.at = items.front().at;
    out.value = std::move(items);
  } else if (const auto* text = node.as_string()) {
    out.value = text->get();
  } else if (const auto* integer = node.as_integer()) {
    out.value = i64{integer->get()};
  } else if (const auto* real = node.as_floating_point()) {
    out.value = real->get();
  } else if (const auto* boolean = node.as_boolean()) {
    out.value = boolean->get();
  } else {
    out.value = Node::Date{};
  }
  return out;
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto* entries = table();
  if (!entries) return nullptr;
  const auto found = std::ranges::find(*entries, key, &Entry::key);
  return found == entries->end() ? nullptr : &found->value;
}

std::string Node::describe() const {
  struct Describe {
    std::string operator()(const Table&) const { return "a table"; }
    std::string operator()(const Array&) const { return "an array"; }
    std::string operator()(const std::string& text) const { return fmt::format("the string '{}'", text); }
    std::string operator()(i64 integer) const { return fmt::format("the integer {}", integer); }
    std::string operator()(double real) const { return fmt::format("the number {}", real); }
    std::string operator()(bool boolean) const { return boolean ? "true" : "false"; }
    std::string operator()(const Date&) const { return "a date or time"; }
  };
  return std::visit(Describe{}, value);
}

std::expected<Node, Problem> read_toml(std::string_view text, const std::string& file) {
  const auto parsed = toml::parse(text);
  if (!parsed) {
    const auto& error = parsed.error();
    const auto& at = error.source().begin;
    return std::unexpected(Problem{file, at.line, at.column, fmt::format("not TOML: {}", error.description())});
  }
  const auto name = std::make_shared<const std::string>(file);
  Node root = convert(parsed.table(), name);
  root.at = {name, 1, 1};
  return root;
}

Node merge(Node base, const Node& over) {
  auto* into = std::get_if<Node::Table>(&base.value);
  const auto* from = over.table();
  if (!into || !from) return over;
  base.at = over.at;
  for (const auto& entry : *from) {
    const auto same = std::ranges::find(*into, entry.key, &Entry::key);
    if (same == into->end()) {
      into->push_back(entry);
    } else {
      same->at = entry.at;
      same->value = merge(std::move(same->value), entry.value);
    }
  }
  return base;
}

Node overlay(Node base, const Node& over) {
  const Node* before = base.find("add");
  Node added = before ? *before : Node{Node::Table{}, over.at};
  Node merged = merge(std::move(base), over);
  const auto* own = over.find("add");
  auto* lists = own && own->table() ? std::get_if<Node::Table>(&added.value) : nullptr;
  if (!lists) return merged;
  for (const auto& entry : *own->table()) {
    const auto same = std::ranges::find(*lists, entry.key, &Entry::key);
    auto* items = same == lists->end() ? nullptr : std::get_if<Node::Array>(&same->value.value);
    if (items && entry.value.array()) {
      std::ranges::copy(*entry.value.array(), std::back_inserter(*items));
    } else if (same == lists->end()) {
      lists->push_back(entry);
    } else {
      same->value = entry.value;
    }
  }
  std::ranges::find(std::get<Node::Table>(merged.value), std::string_view("add"), &Entry::key)->value =
      std::move(added);
  return merged;
}

}  // namespace stuntcam::profiles
