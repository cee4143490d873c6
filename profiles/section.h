// One table of a profile, read key by key. What nobody asked for is an unknown key; every problem is kept, with its
// place, and reading goes on.
#pragma once

#include <concepts>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/profile.h"
#include "profiles/toml_reader.h"

namespace stuntcam::profiles {

class Problems {
 public:
  void add(const Position& at, std::string message);
  bool empty() const { return list_.empty(); }
  std::vector<Problem> sorted() &&;  // by place

 private:
  std::vector<Problem> list_;
};

// The candidate with the fewest edits from `text`, upper and lower case alike; "" when none is near.
std::string_view nearest(std::string_view text, const std::vector<std::string_view>& candidates);
// "; did you mean 'x'?", or nothing.
std::string did_you_mean(std::string_view candidate);

class Section {
 public:
  // `title` is how messages call it: "[device]". A node that is no table is a problem and reads as an empty one.
  Section(const Node&, std::string title, Problems&);
  Section(const Section&) = delete;
  ~Section();  // reports the unknown keys

  const Node* get(std::string_view key);
  const Node* need(std::string_view key);  // a problem when it is not there
  // Each leaves `out` as it is when the key is missing, and says whether it was set.
  bool read(std::string_view key, std::string& out);
  bool read(std::string_view key, bool& out);
  bool read(std::string_view key, double& out, double min, double max);
  bool read(std::string_view key, Duration& out);
  bool read_size(std::string_view key, u64& out);
  template <std::integral Integer>
  bool read(std::string_view key, Integer& out, i64 min = std::numeric_limits<Integer>::min(),
            i64 max = static_cast<i64>(std::numeric_limits<Integer>::max())) {
    i64 value = 0;
    if (!read_integer(key, value, min, max)) return false;
    out = static_cast<Integer>(value);
    return true;
  }
  // One of a few names; read_code also takes the number behind it, or another one.
  struct Choice {
    std::string_view name;
    u16 number;
  };
  bool read(std::string_view key, u16& out, std::initializer_list<Choice> choices);
  bool read_code(std::string_view key, u16& out, std::initializer_list<Choice> choices);
  // The items of an array; null and a problem when it is something else.
  const Node::Array* array(std::string_view key);
  // Keys that only the caller can judge: all of them are known.
  const Node::Table& entries();

  const Node& node() const { return node_; }
  const std::string& title() const { return title_; }
  Problems& problems() { return problems_; }
  void expected(const Node& found, std::string_view key, std::string_view what);

 private:
  bool read_integer(std::string_view key, i64& out, i64 min, i64 max);
  bool choose(std::string_view key, u16& out, std::initializer_list<Choice> choices, std::string_view or_else);
  const Node& node_;
  std::string title_;
  Problems& problems_;
  std::vector<std::string_view> known_;
  bool all_known_ = false;
};

}  // namespace stuntcam::profiles
