#include "cli/line.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/failure.h"

namespace stuntcam::cli {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

std::vector<std::string> split_line(std::string_view line) {
  if (line.size() > longest_line) throw Failure(usage, fmt::format("a line has at most {} bytes", longest_line));
  if (line.find('\0') != std::string_view::npos) throw Failure(usage, "a line holds no zero bytes");
  std::vector<std::string> words;
  std::string word;
  bool within = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote == 0 && !within && c == '#') break;
    if (quote == 0 && blank(c)) {
      if (within) words.push_back(std::exchange(word, {}));
      within = false;
      continue;
    }
    within = true;
    if (quote != 0 && c == quote)
      quote = 0;
    else if (quote == 0 && (c == '\'' || c == '"'))
      quote = c;
    else if (c == '\\' && quote != '\'' && i + 1 < line.size())
      word += line[++i];
    else
      word += c;
  }
  if (quote != 0) throw Failure(usage, fmt::format("a {} is not closed", quote));
  if (within) words.push_back(word);
  if (words.size() > most_words) throw Failure(usage, fmt::format("a line has at most {} words", most_words));
  return words;
}

std::string quoted(const std::string& word) {
  const auto plain = [](char c) { return !blank(c) && c != '\'' && c != '"' && c != '\\' && c != '#'; };
  if (!word.empty() && std::ranges::all_of(word, plain)) return word;
  std::string text = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

}  // namespace stuntcam::cli
