#include "cli/line_editor.h"

#include <fmt/format.h>
#include <histedit.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cwchar>
#include <filesystem>
#include <string_view>

#include "cli/completion.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STUNTCAM_LEAKS_ARE_LOOKED_FOR
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define STUNTCAM_LEAKS_ARE_LOOKED_FOR
#endif
#ifdef STUNTCAM_LEAKS_ARE_LOOKED_FOR
#include <sanitizer/lsan_interface.h>
#endif

namespace stuntcam::cli {

namespace {

// While one lives: libedit keeps copies of the names of functions that it is given, and never frees them.
#ifdef STUNTCAM_LEAKS_ARE_LOOKED_FOR
using NotOurLeak = __lsan::ScopedDisabler;
#else
struct [[maybe_unused]] NotOurLeak {};
#endif

constexpr int kept_lines = 1000;
constexpr std::size_t shown_candidates = 100;
constexpr char end_of_input = 4;  // Ctrl-D

}  // namespace

struct LineEditor::State {
  explicit State(LineEditorOptions given) : options(std::move(given)) {}
  ~State() {
    if (history != nullptr) ::history_end(history);
    if (editor != nullptr) ::el_end(editor);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  static State& of(EditLine* editor) {
    void* data = nullptr;
    ::el_get(editor, EL_CLIENTDATA, &data);
    return *static_cast<State*>(data);
  }
  // One character, put together from the bytes of the terminal; the camera's loop runs meanwhile.
  static int read(EditLine* editor, wchar_t* out) {
    auto& state = of(editor);
    std::mbstate_t shift{};
    for (;;) {
      if (!state.options.wait()) return 0;
      char byte = 0;
      const auto got = ::read(STDIN_FILENO, &byte, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return 0;
      // What a terminal keeps of a Ctrl-D that was typed while a command ran, and it was not raw yet.
      if (byte == '\0') byte = end_of_input;
      const auto length = std::mbrtowc(out, &byte, 1, &shift);
      if (length == static_cast<std::size_t>(-2)) continue;  // a part of one
      if (length == static_cast<std::size_t>(-1)) shift = {};
      if (length <= 1) return 1;
    }
  }
  static char* prompt(EditLine* editor) { return of(editor).options.prompt.data(); }

  static std::string before_cursor(EditLine* editor) {
    const auto* line = ::el_line(editor);
    return {line->buffer, line->cursor};
  }
  static unsigned char complete(EditLine* editor, int) {
    const auto before = before_cursor(editor);
    const auto found = of(editor).options.complete(before);
    if (found.empty()) return CC_ERROR;
    const auto common = common_beginning(found);
    // What is typed already is a beginning of all of them; how much, the longest overlap says.
    std::size_t typed = std::min(before.size(), common.size());
    while (!std::string_view(before).ends_with(std::string_view(common).substr(0, typed))) --typed;
    auto more = common.substr(typed);
    if (found.size() == 1 && !common.ends_with('/')) more += ' ';
    if (more.empty()) {
      list(found);
      return CC_REDISPLAY;
    }
    return ::el_insertstr(editor, more.c_str()) < 0 ? CC_ERROR : CC_REFRESH;
  }
  static void list(const std::vector<std::string>& found) {
    std::string text = "\n";
    for (std::size_t i = 0; i < found.size() && i < shown_candidates; ++i) text += found[i] + "  ";
    if (found.size() > shown_candidates) text += fmt::format("… {} in all", found.size());
    text += '\n';
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
  // Ctrl-C: the line is given up, the shell goes on.
  static unsigned char abandon(EditLine* editor, int) {
    const auto* line = ::el_line(editor);
    ::el_cursor(editor, static_cast<int>(line->lastchar - line->cursor));
    ::el_deletestr(editor, static_cast<int>(line->lastchar - line->buffer));
    std::fputs("^C\n", stderr);
    return CC_REDISPLAY;
  }

  LineEditorOptions options;
  EditLine* editor = nullptr;
  History* history = nullptr;
};

LineEditor::LineEditor(LineEditorOptions options) : state_(std::make_unique<State>(std::move(options))) {
  std::setlocale(LC_CTYPE, "");  // how the terminal spells
  auto& state = *state_;
  state.editor = ::el_init("stuntcam", stdin, stderr, stderr);
  state.history = ::history_init();
  HistEvent event{};
  ::history(state.history, &event, H_SETSIZE, kept_lines);
  ::history(state.history, &event, H_SETUNIQUE, 1);
  if (!state.options.history.empty()) ::history(state.history, &event, H_LOAD, state.options.history.c_str());
  ::el_set(state.editor, EL_CLIENTDATA, &state);
  ::el_set(state.editor, EL_PROMPT, &State::prompt);
  ::el_set(state.editor, EL_EDITOR, "emacs");
  ::el_set(state.editor, EL_HIST, &::history, state.history);
  ::el_set(state.editor, EL_GETCFN, &State::read);
  const NotOurLeak names;
  ::el_set(state.editor, EL_ADDFN, "stuntcam-complete", "complete the word", &State::complete);
  ::el_set(state.editor, EL_BIND, "^I", "stuntcam-complete", nullptr);
  ::el_set(state.editor, EL_SETTY, "-d", "-isig", nullptr);
  ::el_set(state.editor, EL_ADDFN, "stuntcam-abandon", "give up the line", &State::abandon);
  ::el_set(state.editor, EL_BIND, "^C", "stuntcam-abandon", nullptr);
}

LineEditor::~LineEditor() {
  const auto& file = state_->options.history;
  if (file.empty()) return;
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(file).parent_path(), ignored);
  const auto mask = ::umask(S_IRWXG | S_IRWXO);  // what was typed is its owner's
  HistEvent event{};
  ::history(state_->history, &event, H_SAVE, file.c_str());
  ::umask(mask);
}

std::optional<std::string> LineEditor::line() {
  int length = 0;
  const char* text = ::el_gets(state_->editor, &length);
  if (text == nullptr || length <= 0) return {};
  std::string line(text, static_cast<std::size_t>(length));
  while (line.ends_with('\n')) line.pop_back();
  HistEvent event{};
  if (line.find_first_not_of(' ') != std::string::npos) ::history(state_->history, &event, H_ENTER, line.c_str());
  return line;
}

}  // namespace stuntcam::cli
