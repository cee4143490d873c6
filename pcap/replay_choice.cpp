// Which sessions of a capture are replayed, and what of them can't be.
#include <fmt/format.h>

#include <map>
#include <set>

#include "pcap/replay.h"

namespace stuntcam::pcap {

std::expected<std::vector<std::size_t>, std::string> choose_sessions(const RecordedFile& file,
                                                                     std::optional<u64> number) {
  std::string list;
  std::vector<std::size_t> chosen;
  std::map<std::string, std::string> bodies, known_as;  // the name by which a body was met first, and by others
  for (std::size_t i = 0; i < file.sessions.size(); ++i) {
    const auto& one = file.sessions[i];
    list += "\n  " + describe(one);
    if (number && one.number != *number) continue;
    chosen.push_back(i);
    const auto name = one.camera();
    const auto body = one.body();
    known_as.try_emplace(name, name);
    if (!body.empty()) known_as[name] = bodies.try_emplace(body, name).first->second;
  }
  std::set<std::string> cameras;
  for (const auto& [name, first] : known_as) cameras.insert(first);
  if (file.sessions.empty())
    return std::unexpected(fmt::format("{}: no session in it that could be replayed", file.path));
  if (chosen.empty()) return std::unexpected(fmt::format("{} has no session {}; it has:{}", file.path, *number, list));
  if (cameras.size() > 1)
    return std::unexpected(fmt::format("{} holds sessions of {} cameras:{}", file.path, cameras.size(), list));
  return chosen;
}

std::vector<std::string> unusable(const RecordedFile& file, const std::vector<std::size_t>& sessions) {
  std::vector<std::string> lines;
  for (const auto index : sessions) {
    const auto& session = file.sessions[index];
    const Script script(session, {});
    for (std::size_t i = 0; i < session.transactions.size(); ++i) {
      const auto& one = session.transactions[i];
      if (!one.incomplete) continue;
      auto why = one.response ? std::string() : std::string("no response");
      if (one.data && one.data->missing > 0)
        why += fmt::format("{}{} of {} bytes were not captured", why.empty() ? "" : ", ", one.data->missing,
                           one.data->size);
      if (why.empty()) why = "a part was not captured";
      lines.push_back(fmt::format("session {}: {}: {}", session.number, script.text(i), why));
    }
  }
  return lines;
}

}  // namespace stuntcam::pcap
