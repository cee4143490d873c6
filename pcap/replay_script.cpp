#include "pcap/replay_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

namespace stuntcam::pcap {
namespace {

using ptp::OperationCode;

// Asks whether the camera is ready, or keeps it awake: by the clock, not by what was asked before.
bool goes_by_the_clock(std::string_view name) { return name.ends_with("Ready") || name.starts_with("KeepDevice"); }

// Nearest requests that are named.
constexpr std::size_t most_named = 3;

bool is(const std::optional<ptp::Message>& response, ptp::ResponseCode code) {
  return response && response->code == static_cast<u16>(code);
}

}  // namespace

bool names_transaction(u16 operation, ptp::Vendor vendor) {
  return ptp::name(static_cast<OperationCode>(operation), vendor).starts_with("Terminate");
}

Role role_of(const RecordedTransaction& one, ptp::Vendor vendor) {
  const auto code = static_cast<OperationCode>(one.request.code);
  const auto name = ptp::name(code, vendor);
  if (name.starts_with("GetEvent") || name.starts_with("CheckEvent")) return Role::queue;
  const bool asks = one.data ? one.data->sent : ptp::data_direction(code, vendor) == ptp::DataDirection::to_initiator;
  // Who was busy did nothing.
  if (asks || is(one.response, ptp::ResponseCode::DeviceBusy) || goes_by_the_clock(name)) return Role::state;
  return Role::effect;
}

Script::Script(const RecordedSession& session, const MatchOptions& options) : session_(session), options_(options) {
  entries_.reserve(session.transactions.size());
  std::optional<std::size_t> cause;
  for (std::size_t i = 0; i < session.transactions.size(); ++i) {
    const auto& one = session.transactions[i];
    Entry entry;
    entry.key = one.data && !one.data->sent ? key(one.request, one.data->size, one.data->hash) : key(one.request);
    entry.role = role_of(one, session.dictionary.vendor);
    entry.poll = entry.role == Role::queue;
    entry.usable = !one.incomplete || options.allow_incomplete;
    entry.cause = cause;
    if (entry.usable) by_key_[entry.key].push_back(i);
    if (entry.role == Role::effect) cause = i;
    if (!one.events.empty()) eventful_.push_back(i);
    entries_.push_back(entry);
  }
  // Asked again at once, or of a camera that was busy: a client that waits for something.
  const Entry* before = nullptr;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    auto& entry = entries_[i];
    if (entry.role == Role::queue) continue;
    const bool busy = is(session.transactions[i].response, ptp::ResponseCode::DeviceBusy);
    const bool again = before != nullptr && before->key == entry.key && entry.role == Role::state;
    const auto code = static_cast<OperationCode>(entry.key.code);
    entry.poll = busy || again || goes_by_the_clock(ptp::name(code, session.dictionary.vendor));
    before = &entry;
  }
  find_idle();
}

RequestKey Script::key(const ptp::Message& request) const {
  RequestKey key{.code = request.code};
  // Sessions and transactions have numbers of their own in every conversation.
  const bool numbered = request.code == static_cast<u16>(OperationCode::OpenSession) ||
                        names_transaction(request.code, session_.dictionary.vendor);
  if (numbered || options_.any_params.contains(request.code)) return key;
  std::copy_n(request.params.begin(), request.count, key.params.begin());
  key.count = request.count;
  while (key.count > 0 && key.params[key.count - 1u] == 0) --key.count;
  return key;
}

RequestKey Script::key(const ptp::Message& request, u64 size, u64 hash) const {
  auto with_data = key(request);
  with_data.data = true;
  if (!options_.any_data.contains(request.code)) std::tie(with_data.size, with_data.hash) = std::pair(size, hash);
  return with_data;
}

bool Script::carries_data(const ptp::Message& request) const {
  return std::ranges::any_of(entries_, [&](const Entry& one) { return one.key.code == request.code && one.key.data; });
}

Script::Choice Script::take(std::size_t index, bool out_of_order) {
  auto& entry = entries_[index];
  const Choice choice{index, !entry.used, entry.role == Role::effect, entry.poll, out_of_order};
  entry.used = true;
  last_[entry.key] = index;
  if (choice.fresh && entry.role == Role::effect && (!position_ || index > *position_)) position_ = index;
  return choice;
}

std::optional<Script::Choice> Script::choose(const RequestKey& key, const Due& due) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return {};
  const auto& indexes = found->second;
  if (options_.match == Match::strict) return choose_strict(key, indexes, due);
  switch (entries_[indexes.back()].role) {
    case Role::queue:
      return choose_queued(indexes, due);
    case Role::state:
      return choose_state(indexes);
    case Role::effect:
      break;
  }
  return choose_effect(indexes);
}

std::optional<Script::Choice> Script::recall(const RequestKey& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return {};
  Indexes told;
  std::ranges::copy_if(found->second, std::back_inserter(told), [&](std::size_t index) {
    const auto& data = session_.transactions[index].data;
    return entries_[index].role == Role::state && data && data->sent;
  });
  if (told.empty()) return {};
  auto choice = choose_state(told);
  choice.fresh = false;
  choice.out_of_order = true;
  return choice;
}

std::optional<Script::Choice> Script::choose_strict(const RequestKey& key, const Indexes& indexes, const Due& due) {
  auto at = next_;
  while (at < entries_.size() && entries_[at].key != key && (entries_[at].poll || !entries_[at].usable)) ++at;
  if (at < entries_.size() && entries_[at].usable && entries_[at].key == key) {
    next_ = at + 1;
    return entries_[at].role == Role::queue ? choose_queued(indexes, due) : take(at);
  }
  const bool poll = std::ranges::any_of(indexes, [&](std::size_t index) { return entries_[index].poll; });
  if (!poll) return {};
  return entries_[indexes.back()].role == Role::queue ? choose_queued(indexes, due) : choose_state(indexes);
}

Script::Choice Script::choose_effect(const Indexes& indexes) {
  const auto unused = [&](std::size_t index) { return !entries_[index].used; };
  const auto ahead = std::ranges::find_if(
      indexes, [&](std::size_t index) { return unused(index) && (!position_ || index > *position_); });
  if (ahead != indexes.end()) return take(*ahead);
  const auto behind = std::ranges::find_if(indexes, unused);
  if (behind != indexes.end()) return take(*behind, true);
  return take(last_.at(entries_[indexes.front()].key));
}

// Among the answers that were recorded between the same two effects, one after the other, the last again and again.
// Where there is none, the state is as it was told before; else as it was told later.
Script::Choice Script::choose_state(const Indexes& indexes) {
  std::optional<std::size_t> earlier, here;
  for (const auto index : indexes) {
    const auto& entry = entries_[index];
    const bool now = entry.cause == position_;
    const bool before = position_ && (!entry.cause || *entry.cause < *position_);
    if (now && !entry.used) return take(index);
    if (now) here = index;
    if (before) earlier = index;
  }
  if (here) return take(*here);
  if (earlier) return take(*earlier);
  const auto later = indexes.front();
  if (options_.match == Match::ordered) position_ = entries_[later].cause;
  return take(later);
}

bool Script::performed(const Entry& entry) const { return !entry.cause || entries_[*entry.cause].used; }

bool Script::reached(std::optional<std::size_t> index) const {
  if (!index) return true;
  const auto& entry = entries_[*index];
  return entry.used || (entry.role != Role::effect && performed(entry));
}

// An event list with nothing in it: the shortest answer to the same question.
void Script::find_idle() {
  const auto size = [&](std::size_t index) {
    const auto& data = session_.transactions[index].data;
    return data ? data->size : 0;
  };
  for (const auto& [key, indexes] : by_key_) {
    const auto shortest = size(std::ranges::min(indexes, {}, size));
    for (const auto index : indexes) entries_[index].idle = size(index) == shortest;
  }
}

// What is queued comes out once, when that which caused it has happened; without it, the queue is empty, however often
// it is asked.
Script::Choice Script::choose_queued(const Indexes& indexes, const Due& due) {
  std::optional<std::size_t> quiet;
  for (const auto index : indexes) {
    const auto& entry = entries_[index];
    if (entry.idle) {
      quiet = index;
      continue;
    }
    if (entry.used || !performed(entry)) continue;
    const auto& transactions = session_.transactions;
    const bool recent = due && entry.cause && entry.cause == position_;
    if (recent && !due(transactions[index].asked.time - transactions[*entry.cause].answered.time)) break;
    return take(index);
  }
  return take(quiet.value_or(indexes.back()));
}

// With it come those that followed questions that were not asked this time.
std::vector<const RecordedEvent*> Script::due(std::size_t index) {
  std::vector<const RecordedEvent*> events;
  Indexes later;
  auto at = eventful_.begin();
  for (; at != eventful_.end() && *at <= index; ++at) {
    const bool happened = *at == index || reached(*at);
    if (!happened) {
      later.push_back(*at);
      continue;
    }
    for (const auto& event : session_.transactions[*at].events) events.push_back(&event);
  }
  std::ranges::copy(later, eventful_.erase(eventful_.begin(), at - static_cast<std::ptrdiff_t>(later.size())));
  return events;
}

bool Script::knows(u16 operation) const {
  return std::ranges::any_of(entries_, [&](const Entry& one) { return one.key.code == operation; });
}

std::string Script::text(const RequestKey& key) const {
  auto text = ptp::to_string(static_cast<OperationCode>(key.code), session_.dictionary.vendor) + "(";
  for (std::size_t i = 0; i < key.count; ++i) text += fmt::format("{}0x{:x}", i ? ", " : "", key.params[i]);
  text += ")";
  if (key.data) text += fmt::format(" with {} bytes", key.size);
  return text;
}

std::string Script::text(std::size_t index) const {
  return fmt::format("{}, frame {}", text(entries_[index].key), session_.transactions[index].asked.frame);
}

std::vector<std::string> Script::nearest(const RequestKey& asked) const {
  std::vector<std::tuple<unsigned, RequestKey, std::size_t>> near;  // by how much differs
  for (const auto& [key, indexes] : by_key_) {
    if (key.code != asked.code) continue;
    unsigned differing = key.size != asked.size || key.hash != asked.hash || key.data != asked.data ? 1 : 0;
    for (std::size_t i = 0; i < key.params.size(); ++i) differing += key.params[i] != asked.params[i] ? 2 : 0;
    near.emplace_back(differing, key, indexes.front());
  }
  std::ranges::sort(near);
  std::vector<std::string> texts;
  for (const auto& [differing, key, index] : near) {
    if (texts.size() == most_named) break;
    auto line = text(index) + ":";
    for (std::size_t i = 0; i < key.params.size(); ++i)
      if (key.params[i] != asked.params[i])
        line += fmt::format(" parameter {} is 0x{:x} there, 0x{:x} was asked;", i + 1, key.params[i], asked.params[i]);
    if (key.size != asked.size)
      line += fmt::format(" {} bytes of data there, {} came;", key.size, asked.size);
    else if (key.hash != asked.hash)
      line += " other data;";
    if (differing == 0) line += " it was not its turn;";
    line.pop_back();
    texts.push_back(line);
  }
  return texts;
}

std::string Script::expected() const {
  for (auto i = next_; i < entries_.size(); ++i)
    if (entries_[i].usable && !entries_[i].poll) return text(i);
  return {};
}

std::vector<std::size_t> Script::unasked() const {
  std::vector<std::size_t> indexes;
  for (std::size_t i = 0; i < entries_.size(); ++i)
    if (entries_[i].usable && !entries_[i].used && !entries_[i].poll) indexes.push_back(i);
  return indexes;
}

}  // namespace stuntcam::pcap
