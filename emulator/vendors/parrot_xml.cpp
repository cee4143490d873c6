#include "emulator/vendors/parrot_xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace stuntcam::emulator::parrot {
namespace {

bool space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
}
std::string_view without_prefix(std::string_view name) {
  const auto colon = name.rfind(':');
  return colon == name.npos ? name : name.substr(colon + 1);
}
bool blank(std::string_view text) { return std::ranges::all_of(text, space); }

}  // namespace

void XmlReader::fail(unsigned line, const std::string& message) const {
  throw std::invalid_argument(fmt::format("{}:{}: {}", file_, line, message));
}

// What comes before the mark; the mark is passed.
std::string_view XmlReader::until(std::string_view mark, std::string_view what) {
  const auto begin = at_;
  const auto found = text_.find(mark, begin);
  if (found == text_.npos) fail(line_, fmt::format("{} does not end", what));
  at_ = found + mark.size();
  const auto passed = text_.substr(begin, at_ - begin);
  line_ += static_cast<unsigned>(std::ranges::count(passed, '\n'));
  return text_.substr(begin, found - begin);
}

bool XmlReader::take(std::string_view what) {
  if (!text_.substr(at_).starts_with(what)) return false;
  at_ += what.size();
  return true;
}

void XmlReader::skip_space() {
  for (; at_ < text_.size() && space(text_[at_]); ++at_)
    if (text_[at_] == '\n') ++line_;
}

std::string_view XmlReader::word() {
  const auto begin = at_;
  while (at_ < text_.size() && in_name(text_[at_])) ++at_;
  if (at_ == begin) fail(line_, "a name is missing in this tag");
  return text_.substr(begin, at_ - begin);
}

bool XmlReader::aside() {
  if (take("<!--")) {
    until("-->", "a comment");
  } else if (take("<?")) {
    until("?>", "a declaration");
  } else if (take("<!DOCTYPE")) {
    if (until(">", "the document type").find('[') != std::string_view::npos)
      fail(line_, "a document type that declares things is not read");
  } else {
    return false;
  }
  return true;
}

XmlPiece XmlReader::next() {
  if (!closing_.empty()) {
    open_.pop_back();
    return {XmlPiece::Kind::close, std::exchange(closing_, {}), {}, line_};
  }
  while (at_ < text_.size()) {
    if (aside()) continue;
    if (take("</")) return close_tag();
    const bool quoted = text_.substr(at_).starts_with("<![CDATA[");
    if (text_[at_] == '<' && !quoted) {
      ++at_;
      return open_tag();
    }
    const XmlPiece piece = text();
    if (!open_.empty()) return piece;
    if (!blank(piece.name)) fail(piece.line, "there is text outside of all elements: this is no XML");
  }
  if (!open_.empty()) fail(open_.back().line, fmt::format("<{}> is never closed: the file is cut", open_.back().name));
  if (!root_seen_) fail(line_, "there is nothing in this file");
  return {XmlPiece::Kind::end, {}, {}, line_};
}

XmlPiece XmlReader::text() {
  const unsigned line = line_;
  if (take("<![CDATA[")) return {XmlPiece::Kind::text, until("]]>", "a CDATA section"), {}, line};
  const auto begin = at_;
  at_ = std::min(text_.find('<', at_), text_.size());
  const auto passed = text_.substr(begin, at_ - begin);
  line_ += static_cast<unsigned>(std::ranges::count(passed, '\n'));
  return {XmlPiece::Kind::text, passed, {}, line};
}

XmlPiece XmlReader::open_tag() {
  XmlPiece piece{XmlPiece::Kind::open, {}, {}, line_};
  if (open_.empty() && root_seen_) fail(line_, "there is a second root element");
  root_seen_ = true;
  const auto name = word();
  piece.name = without_prefix(name);
  open_.push_back({name, line_});
  for (;;) {
    skip_space();
    if (take(">")) return piece;
    if (take("/>")) {
      closing_ = piece.name;
      return piece;
    }
    if (at_ == text_.size()) fail(piece.line, fmt::format("the tag <{}> does not end", name));
    attribute(piece);
  }
}

void XmlReader::attribute(XmlPiece& piece) {
  const auto name = word();
  skip_space();
  if (!take("=")) fail(line_, fmt::format("the attribute '{}' has no value", name));
  skip_space();
  const std::string_view quote = take("\"") ? "\"" : take("'") ? "'" : "";
  if (quote.empty()) fail(line_, fmt::format("the value of the attribute '{}' is not in quotes", name));
  const auto value = until(quote, fmt::format("the value of the attribute '{}'", name));
  if (!piece.attributes.emplace(name, value).second)
    fail(line_, fmt::format("the attribute '{}' is there twice", name));
}

XmlPiece XmlReader::close_tag() {
  const auto name = word();
  skip_space();
  if (!take(">")) fail(line_, fmt::format("the tag </{}> does not end", name));
  if (open_.empty()) fail(line_, fmt::format("</{}> closes nothing", name));
  if (open_.back().name != name)
    fail(line_,
         fmt::format("</{}> stands where <{}> of line {} must be closed", name, open_.back().name, open_.back().line));
  open_.pop_back();
  return {XmlPiece::Kind::close, without_prefix(name), {}, line_};
}

}  // namespace stuntcam::emulator::parrot
