#include "base/utf8.hpp"
#include "domain/commands/commands.hpp"
#include "domain/hub.hpp"
#include "domain/ignore_lists.hpp"
#include "domain/pins.hpp"
#include "model/hidden_members.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace asio_chat::commands {

namespace {

constexpr std::size_t longest_shown = 200;

result<void> refer(const asked& q, entry_reference::kind how, requests::referring&& what) {
  if (q.about->direct())
    return fail(errc::bad_arguments, "pins are for rooms, not for what two say to each other");
  what.text.clear();
  q.about->refer(q.by, how, std::move(what), q.ref);
  return {};
}

std::string line_of(const pinned_entry& p, const std::string& text) {
  return fmt::format("@{} {}: {} (pinned by {})", p.offset, p.from, text, p.by);
}

/// What is said of a pin when its entry was looked for.
std::string text_of(const pinned_entry& p, const result<journal::page>& read) {
  if (!read) return "(cannot be read now)";
  if (read->entries.size() != 1 || read->entries.front().what.at.offset != p.text_at)
    return "(no longer kept)";
  const entry& e = read->entries.front().what;
  // A log that was begun anew has another entry there.
  if (p.text_at == p.offset && e.time != p.said) return "(no longer kept)";
  std::string text(prefix_of_bytes(e.text, longest_shown));
  std::ranges::replace(text, '\n', ' ');
  return text.size() < e.text.size() ? text + " …" : text;
}

/// Of all pins of a room, which are read one after the other.
struct listing : std::enable_shared_from_this<listing> {
  listing(const asked& q, std::vector<pinned_entry> all)
      : log(q.in.parts().log)
      , alive(q.in.alive())
      , answer(q, requests::list_pins::command)
      , room(q.about->log_name())
      , epoch(q.about->head().epoch)
      , pins(std::move(all)) {}

  void go_on() {
    if (lines.size() == pins.size()) {
      std::vector<std::string> items;
      for (const pinned_entry& p : pins)
        items.push_back(fmt::format("@{}", p.offset));
      return answer(std::move(lines), std::move(items));
    }
    log.read(room, {{log_range::side::around, {epoch, pins[lines.size()].text_at}, 1}},
             [self = shared_from_this()](const result<journal::page>& read) {
               if (self->alive.expired()) return;
               const pinned_entry& p = self->pins[self->lines.size()];
               self->lines.push_back(line_of(p, text_of(p, read)));
               self->go_on();
             });
  }

  journal& log;
  std::weak_ptr<hub*> alive;
  later_answer answer;
  std::string room;
  std::uint64_t epoch;
  std::vector<pinned_entry> pins;
  std::vector<std::string> lines{};
};

} // namespace

result<void> carry_out(const asked& q, requests::pin&& what) {
  return refer(q, entry_reference::kind::pin, std::move(what));
}

result<void> carry_out(const asked& q, requests::unpin&& what) {
  return refer(q, entry_reference::kind::unpin, std::move(what));
}

result<void> carry_out(const asked& q, requests::list_pins&& what) {
  const room_facts* about = q.about->direct() ? nullptr : q.in.people().room(q.about->name());
  if (about == nullptr || about->pins.empty()) {
    answer_to(q, what.command, std::vector<std::string>{"nothing is pinned here"});
    return {};
  }
  std::vector<pinned_entry> shown = about->pins;
  hidden_members hidden;
  const auto ignored = ignored_names(q.in, q.by.who());
  hidden.take(list_of_hidden({ignored.begin(), ignored.end()}));
  std::erase_if(shown, [&](const pinned_entry& p) { return hidden.hides(p.from); });
  std::make_shared<listing>(q, std::move(shown))->go_on();
  return {};
}

} // namespace asio_chat::commands
