// Lines from a terminal, with editing, history and completion.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stuntcam::cli {

struct LineEditorOptions {
  std::string prompt;
  std::string history;  // the file; "" keeps none
  std::function<std::vector<std::string>(const std::string& before)> complete;
  std::function<bool()> wait;  // until a key was pressed; false: there will be none
};

class LineEditor {
 public:
  explicit LineEditor(LineEditorOptions);
  ~LineEditor();  // writes the history
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  std::optional<std::string> line();  // without its end; none at the end of input

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace stuntcam::cli
