#include "fullscreen/unsent_lines.hpp"

#include "base/ascii.hpp"
#include "model/command_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace asio_chat::app {

namespace {

constexpr const char* usage = "usage: /unsent [N | drop N | drop all]";

/// @return from 1 to `most`; 0: it is no such number
std::size_t number_of(std::string_view text, std::size_t most) {
  std::size_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  return error == std::errc() && end == text.data() + text.size() && n <= most ? n : 0;
}

} // namespace

unsent_lines::unsent_lines(chat_state& state)
    : state_(state) {
  if (state.typed) lines_ = state.typed->lines();
}

std::vector<unsent_lines::item> unsent_lines::all() const {
  std::vector<item> found;
  for (const typed_journal::line& l : lines_)
    found.push_back({l.in, l.id, (l.action ? "/me " : "") + l.text, l.why});
  for (const auto& [title, text] : state_.all.unopened_drafts())
    found.push_back({title, {}, text});
  return found;
}

std::string unsent_lines::kept_for(const std::string& room) const {
  const std::string title = "#" + room;
  std::size_t lines = 0;
  bool draft = false;
  for (const item& i : all()) {
    if (!ascii::equal_ignoring_case(i.in, title)) continue;
    if (i.id.empty()) draft = true;
    if (!i.id.empty()) ++lines;
  }
  if (lines == 0) return draft ? "a draft" : "";
  return fmt::format("{} line{}{}", lines, lines == 1 ? "" : "s", draft ? " and a draft" : "");
}

unsent_lines::outcome unsent_lines::run(std::string_view arguments) {
  const std::vector<item> left = all();
  if (left.empty()) return {"nothing that you have typed waits for a room that you are not in"};
  if (arguments.empty()) {
    std::string list = "typed for rooms that you are not in; /unsent N puts one into your line, "
                       "/unsent drop N forgets it:";
    for (std::size_t n = 0; n < left.size(); ++n) {
      const item& i = left[n];
      list += fmt::format("\n{:>2} {} {}{}", n + 1, i.in, i.text,
                          i.id.empty()     ? " [a draft]"
                          : !i.why.empty() ? fmt::format(" [not sent: {}]", i.why)
                                           : " [no answer came]");
    }
    return {list};
  }
  const positions parts = split_arguments(arguments, 2);
  const bool drops = parts[0] == "drop";
  if (drops && parts[1] == "all") {
    for (const item& i : left)
      drop(i);
    return {fmt::format("forgotten: {}", left.size())};
  }
  const std::size_t n = number_of(drops ? parts[1] : arguments, left.size());
  if (n == 0) return {fmt::format("there are numbers from 1 to {}; {}", left.size(), usage)};
  const item& chosen = left[n - 1];
  // On the disk it is at its new place before it leaves the old one.
  if (!drops && state_.typed) state_.typed->draft(state_.all.current().title(), chosen.text);
  drop(chosen);
  if (drops) return {fmt::format("forgotten: {}", chosen.text)};
  return {"", chosen.text};
}

void unsent_lines::drop(const item& i) {
  if (i.id.empty()) {
    state_.all.drop_draft(i.in);
    if (state_.typed) state_.typed->draft(i.in, "");
    return;
  }
  std::erase_if(lines_, [&](const typed_journal::line& l) { return l.id == i.id; });
  if (state_.typed) state_.typed->kept(i.id);
}

} // namespace asio_chat::app
