// A TOML document as a tree that knows where each piece was written, so that problems can be told by line and column
// even after several files were merged into one.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "profiles/load.h"
#include "ptp/bytes.h"

namespace stuntcam::profiles {

struct Position {
  std::shared_ptr<const std::string> file;
  unsigned line = 0, column = 0;
};

struct Entry;
struct Node {
  using Array = std::vector<Node>;
  using Table = std::vector<Entry>;  // in the order of the file
  struct Date {};                    // TOML's dates and times, for which profiles have no use
  std::variant<Table, Array, std::string, i64, double, bool, Date> value;
  Position at;

  const Table* table() const { return std::get_if<Table>(&value); }
  const Array* array() const { return std::get_if<Array>(&value); }
  const std::string* string() const { return std::get_if<std::string>(&value); }
  const i64* integer() const { return std::get_if<i64>(&value); }
  const Node* find(std::string_view key) const;  // null when this is no table or has no such key
  std::string describe() const;                  // what was found: "the string 'abc'", "a table"
};
struct Entry {
  std::string key;
  Position at;
  Node value;
};

// Always a table. A document that is no TOML has one problem.
std::expected<Node, Problem> read_toml(std::string_view text, const std::string& file);

// What is written in `over` wins; tables merge key by key, everything else is replaced as a whole.
Node merge(Node base, const Node& over);
// Whole profiles: as merge, but what both list under `add` is added up.
Node overlay(Node base, const Node& over);

}  // namespace stuntcam::profiles
