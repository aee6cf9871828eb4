#include "line_editor.hpp"

#include <asio_chat/error.hpp>

#include <histedit.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8.h>

#include <algorithm>
#include <cstdio>
#include <cwchar>
#include <iterator>

namespace asio_chat::app {

namespace {

constexpr int history_lines = 500;
constexpr wchar_t control_d = 4;

std::wstring widen(std::string_view text) {
  std::wstring wide;
  utf8::utf8to32(text.begin(), text.end(), std::back_inserter(wide));
  return wide;
}

std::string narrow(std::wstring_view wide) {
  std::string text;
  utf8::utf32to8(wide.begin(), wide.end(), std::back_inserter(text));
  return text;
}

int width_of(std::wstring_view text) {
  int width = 0;
  for (const wchar_t c : text)
    width += std::max(0, ::wcwidth(c));
  return width;
}

int columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

} // namespace

struct line_editor::libedit {
  EditLine* line = nullptr;
  HistoryW* history = nullptr;

  libedit() = default;
  libedit(const libedit&) = delete;
  libedit& operator=(const libedit&) = delete;
  ~libedit() {
    if (line) el_end(line);
    if (history) history_wend(history);
  }

  static line_editor& owner(EditLine* e) {
    void* data = nullptr;
    el_wget(e, EL_CLIENTDATA, &data);
    return *static_cast<line_editor*>(data);
  }
  static wchar_t* prompt(EditLine* e) { return owner(e).prompt_.data(); }
  // libedit gets whole keys only. If it asks for more, it gets an end of file, and stops asking.
  static int next_character(EditLine* e, wchar_t* c) {
    auto& key = owner(e).key_;
    if (key.empty()) return 0;
    *c = key.front();
    key.pop_front();
    return 1;
  }
  static unsigned char complete(EditLine* e, int) {
    return static_cast<unsigned char>(owner(e).complete_word());
  }
};

line_editor::line_editor(handlers h)
    : handlers_(std::move(h))
    , edit_(std::make_unique<libedit>()) {
  edit_->line = el_init("asio-chat", stdin, stdout, stderr);
  edit_->history = history_winit();
  if (!edit_->line || !edit_->history) {
    throw error(fail(errc::bad_setting, "this terminal cannot be used for editing a line"));
  }
  EditLine* e = edit_->line;
  HistEventW event;
  history_w(edit_->history, &event, H_SETSIZE, history_lines);
  history_w(edit_->history, &event, H_SETUNIQUE, 1);
  el_wset(e, EL_CLIENTDATA, this);
  el_wset(e, EL_PROMPT, &libedit::prompt);
  el_wset(e, EL_EDITOR, L"emacs");
  el_wset(e, EL_SIGNAL, 0);
  el_wset(e, EL_HIST, history_w, edit_->history);
  el_wset(e, EL_GETCFN, &libedit::next_character);
  el_wset(e, EL_ADDFN, L"chat-complete", L"Complete a name or a command", &libedit::complete);
  el_wset(e, EL_BIND, L"^I", L"chat-complete", nullptr);
  // These keys would make libedit read the next character itself.
  el_wset(e, EL_BIND, L"-r", L"^V", nullptr);
  el_wset(e, EL_BIND, L"-r", L"^X", nullptr);
  el_wset(e, EL_UNBUFFERED, 1);
}

line_editor::~line_editor() {
  hide();
  std::fflush(stdout);
}

void line_editor::feed(std::string_view bytes) {
  keys_.put(bytes);
  std::wstring key;
  while (keys_.next(key)) {
    key_.assign(key.begin(), key.end());
    take_key();
    // The rest of a sequence that libedit does not know is no text.
    key_.clear();
  }
}

void line_editor::take_key() {
  int count = 0;
  const wchar_t* text = el_wgets(edit_->line, &count);
  if (!text || count <= 0) return;
  const std::wstring_view line(text, static_cast<std::size_t>(count));
  if (line == std::wstring_view(&control_d, 1)) {
    if (handlers_.end) handlers_.end();
    return;
  }
  if (line.back() != L'\n' && line.back() != L'\r') return;
  const std::string typed = narrow(line.substr(0, line.size() - 1));
  if (!typed.empty() && (!handlers_.may_keep || handlers_.may_keep(typed))) {
    HistEventW event;
    history_w(edit_->history, &event, H_ENTER, widen(typed).c_str());
  }
  begin_line();
  if (handlers_.line) handlers_.line(typed);
}

void line_editor::begin_line() {
  el_wset(edit_->line, EL_UNBUFFERED, 0);
  el_wset(edit_->line, EL_UNBUFFERED, 1);
}

void line_editor::hide() {
  const LineInfoW* line = el_wline(edit_->line);
  const auto typed = static_cast<std::size_t>(line->cursor - line->buffer);
  const int before = width_of(prompt_) + width_of({line->buffer, typed});
  const int rows = before / columns();
  std::fputc('\r', stdout);
  if (rows > 0) std::fprintf(stdout, "\x1b[%dA", rows);
  std::fputs("\x1b[J", stdout);
}

void line_editor::redraw() {
  std::fflush(stdout);
  el_wset(edit_->line, EL_REFRESH);
}

void line_editor::print(const std::string& text) {
  hide();
  std::fputs(text.c_str(), stdout);
  std::fputc('\n', stdout);
  redraw();
}

void line_editor::set_prompt(const std::string& prompt) {
  hide();
  prompt_ = widen(prompt);
  redraw();
}

void line_editor::resized() {
  hide();
  el_resize(edit_->line);
  redraw();
}

void line_editor::suspend() {
  hide();
  std::fflush(stdout);
  el_wset(edit_->line, EL_PREP_TERM, 0);
}

void line_editor::resume() {
  el_wset(edit_->line, EL_PREP_TERM, 1);
  redraw();
}

int line_editor::complete_word() {
  if (!handlers_.complete) return CC_NORM;
  const LineInfoW* line = el_wline(edit_->line);
  const auto typed = static_cast<std::size_t>(line->cursor - line->buffer);
  const std::string before = narrow({line->buffer, typed});
  const completion c = handlers_.complete(before);
  const std::string_view word = std::string_view(before).substr(before.size() - c.replaced);
  if (c.text != word) {
    if (c.replaced > 0) el_wdeletestr(edit_->line, static_cast<int>(widen(word).size()));
    el_winsertstr(edit_->line, widen(c.text).c_str());
    return CC_REFRESH;
  }
  if (c.choices.empty()) return CC_ERROR;
  std::string all;
  for (const std::string& choice : c.choices)
    all += choice + "  ";
  print(all);
  return CC_NORM;
}

} // namespace asio_chat::app
