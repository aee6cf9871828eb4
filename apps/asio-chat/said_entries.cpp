#include "said_entries.hpp"

#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "model/references.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::app {

namespace {

std::string quote_of_entry(const std::string& from, const std::string& text) {
  constexpr std::size_t enough = 60; // bytes
  std::string part(prefix_of_bytes(text, enough));
  if (part.size() < text.size()) part += "…";
  std::ranges::replace(part, '\n', ' ');
  return sanitize_for_terminal(fmt::format("{}: {}", from, part));
}

} // namespace

void said_entries::take(const entry& e) {
  using about_what = entry_reference::kind;
  const bool refers = e.refers.how != about_what::none && e.refers.how != about_what::reply;
  if (!refers) {
    if (e.kind != entry_kind::message && e.kind != entry_kind::action) return;
    const place at{e.room, e.at.epoch, e.at.offset};
    if (!kept_.try_emplace(at, one{quote_of_entry(e.from, e.text)}).second) return;
    order_.push_back(at);
    if (order_.size() <= max_kept) return;
    kept_.erase(order_.front());
    order_.pop_front();
    return;
  }
  const auto about = kept_.find({e.room, e.at.epoch, e.refers.offset});
  if (about == kept_.end()) return;
  if (e.refers.how == about_what::edit) about->second.quote = quote_of_entry(e.from, e.text);
  if (e.refers.how == about_what::removal) about->second.quote = "a deleted message";
  if (e.refers.how != about_what::reaction) return;
  const std::pair by{e.from, e.text};
  if (!about->second.reactions.insert(by).second) about->second.reactions.erase(by);
}

std::string said_entries::note(const entry& e) const {
  if (e.refers.how != entry_reference::kind::reaction) return std::string(note_of(e));
  const auto about = kept_.find({e.room, e.at.epoch, e.refers.offset});
  if (about == kept_.end()) return fmt::format(" (reaction to @{})", e.refers.offset);
  const bool is_there = about->second.reactions.contains({e.from, e.text});
  return fmt::format(" ({} {})", is_there ? "reaction to" : "takes back a reaction to",
                     about->second.quote);
}

} // namespace asio_chat::app
