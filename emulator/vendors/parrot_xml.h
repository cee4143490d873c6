// The little of XML that GPX files need: elements, their attributes and their text, each with its line.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace stuntcam::emulator::parrot {

// Names are without their namespace's prefix; entities stay as they are written.
struct XmlPiece {
  enum class Kind { open, close, text, end } kind = Kind::end;
  std::string_view name;  // of the element; the text
  std::map<std::string_view, std::string_view> attributes;
  unsigned line = 0;
};

// Well-formed documents only: everything else throws std::invalid_argument, "file:line: what is wrong".
class XmlReader {
 public:
  XmlReader(std::string_view text, const std::string& file) : text_(text), file_(file) {}
  XmlPiece next();
  [[noreturn]] void fail(unsigned line, const std::string& message) const;

 private:
  struct Open {
    std::string_view name;
    unsigned line;
  };
  std::string_view until(std::string_view mark, std::string_view what);
  std::string_view word();
  void skip_space();
  bool take(std::string_view what);
  XmlPiece text();
  XmlPiece open_tag();
  XmlPiece close_tag();
  void attribute(XmlPiece&);
  bool aside();  // comments, declarations and the like

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  unsigned line_ = 1;
  std::vector<Open> open_;
  std::string_view closing_;  // of an element that is empty: its end comes next
  bool root_seen_ = false;
};

}  // namespace stuntcam::emulator::parrot
