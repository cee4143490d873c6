#include "cli/completion.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "cli/commands.h"
#include "cli/line.h"
#include "cli/properties.h"
#include "initiator/property_text.h"

namespace stuntcam::cli {
namespace {

using Words = std::vector<std::string>;

constexpr std::array<std::string_view, 11> short_names{"iso",      "whitebalance", "exposure",  "exp-bias",
                                                       "delay",    "effect",       "flashmode", "focusmtr",
                                                       "aperture", "battery",      "mode"};

Words local_files(const std::string& prefix) {
  const auto slash = prefix.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : prefix.substr(0, slash + 1);
  Words files;
  std::error_code none;
  for (std::filesystem::directory_iterator entry(folder, none), end; !none && entry != end; entry.increment(none)) {
    const auto name = (slash == std::string::npos ? "" : folder) + entry->path().filename().string();
    files.push_back(entry->is_directory(none) ? name + "/" : name);
  }
  return files;
}

// Where the word under way begins: behind the last blank outside of quotes.
std::size_t word_begin(const std::string& before) {
  std::size_t begin = 0;
  char quote = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const char c = before[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '\\') {
      ++i;
    } else if (c == ' ' || c == '\t') {
      begin = i + 1;
    }
  }
  return begin;
}

}  // namespace

std::string common_beginning(const std::vector<std::string>& words) {
  if (words.empty()) return {};
  std::string common = words[0];
  for (const auto& word : words) {
    const auto [end, ignored] = std::ranges::mismatch(common, word);
    common.erase(end, common.end());
  }
  return common;
}

std::vector<std::string> Completion::candidates(const std::string& before) {
  const auto begin = word_begin(before);
  Words found;
  try {
    auto words = split_line(before.substr(0, begin));
    words.push_back(before.substr(begin));
    const auto& last = words.back();
    for (const auto& each : all(words))
      if (const auto word = quoted(each); word.starts_with(last)) found.push_back(word);
  } catch (const std::exception&) {
    return {};
  }
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  return found;
}

std::vector<std::string> Completion::all(const std::vector<std::string>& words) {
  const auto commands = visits();
  const auto& last = words.back();
  Words found;
  const auto at = words.size() - 1;
  if (at == 0 || words[0] == "help") {
    for (const auto& command : commands) found.push_back(command.name.substr(0, command.name.find(' ')));
    found.insert(found.end(), {"help", "exit"});
    return found;
  }
  const auto name = words[0] == "prop" && at > 1 ? "prop " + words[1] : words[0];
  if (last.starts_with("--")) {
    for (const auto& command : commands)
      if (command.name == name) return option_names(command);
    return {};
  }
  if (words[0] == "prop" && at == 1) return {"list", "get", "set", "reset", "watch"};
  if (words[0] == "put" || words[0] == "get-all" || words[0] == "liveview" || words[at - 1].starts_with('-'))
    return local_files(last);
  const VisitOptions options;
  Visit visit(options, contact_, {});
  if (words[0] == "prop") return at == 2 ? properties(visit) : values(visit, words[2]);
  if (words[0] == "get" || words[0] == "rm" || words[0] == "ls" || words[0] == "mkdir") return paths(visit);
  if (words[0] != "op" && words[0] != "opreq") return {};
  if (at > 1) return properties(visit);
  for (const u16 code : visit.device().operations_supported)
    found.push_back(ptp::to_string(static_cast<ptp::OperationCode>(code), visit.session().vendor()));
  return found;
}

std::vector<std::string> Completion::properties(Visit& visit) {
  Words found(short_names.begin(), short_names.end());
  for (const u16 code : listed_properties(visit)) found.push_back(property_name(visit, code));
  return found;
}

std::vector<std::string> Completion::values(Visit& visit, const std::string& property) {
  const auto desc = get_property(visit, parse_property(visit, property));
  Words found;
  if (const auto* list = std::get_if<ptp::EnumerationForm>(&desc.form))
    for (const auto& value : list->values)
      found.push_back(initiator::value_text(contact_.extension(), desc.code, value));
  return found;
}

const std::vector<std::string>& Completion::paths(Visit& visit) {
  if (!paths_) {
    paths_.emplace();
    for (const auto& object : list_objects(visit, initiator::all_storages)) paths_->push_back(object.path);
  }
  return *paths_;
}

}  // namespace stuntcam::cli
