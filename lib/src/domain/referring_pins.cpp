// Of what refers to something said before: pins, which are facts of the room as well.
#include "domain/pins.hpp"
#include "domain/referring_posts.hpp"
#include "domain/room.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <span>
#include <utility>

namespace asio_chat {

namespace {

constexpr std::size_t notes_at_once = 1'000; ///< entries of a page

bool is_of_pins(entry_reference::kind how) noexcept {
  return how == entry_reference::kind::pin || how == entry_reference::kind::unpin;
}

} // namespace

void referring_posts::put_pin() {
  const entry& e = about_.it.what;
  const pinned_entry* known = pins::find(*services_.facts, room_.name(), e.at.offset);
  if (!known) {
    about_.pin = {e.at.offset, e.time, about_.edits.empty() ? e.at.offset : about_.edits.back(),
                  e.from, now_->info.name};
    return append_pin();
  }
  std::string line = fmt::format("entry {} is pinned already, by {}", e.at.offset, known->by);
  answer_pin_again(line, fail(errc::bad_arguments, line));
}

void referring_posts::append_pin() {
  pins::add(*services_.facts, room_.name(), *about_.pin, about_.it.author,
            [self = shared_from_this(), in = room_.shared_from_this()](const result<void>& done) {
              if (!done) return self->refuse(done.error());
              self->append();
            });
}

/// What it is about may be gone: so it is not looked for in the log.
void referring_posts::take_pin() {
  const room_facts* about = services_.facts->room(room_.name());
  const std::span<const pinned_entry> all =
      about ? std::span(about->pins) : std::span<const pinned_entry>();
  auto& to = now_->what.to;
  if (!to.offset && to.back <= all.size()) to.offset = all[all.size() - to.back].offset;
  if (!to.offset)
    return refuse(fail(errc::bad_arguments,
                       fmt::format("{} has {} pins; /pins lists them", room_.name(), all.size())));
  if (const pinned_entry* known = pins::find(*services_.facts, room_.name(), *to.offset)) {
    about_.it.what.from = known->from;
    return append();
  }
  std::string line = fmt::format("entry {} is not pinned", *to.offset);
  answer_pin_again(line, fail(errc::bad_arguments, line));
}

/// Who has typed it is told so. A client that sends it again, because its answer was lost, waits
/// for the entry that has said it: under whatever id, it says nothing of its own.
void referring_posts::answer_pin_again(std::string line, failure otherwise) {
  if (now_->what.id.empty()) {
    room_.subscribers_->deliver_pending();
    if (endpoint* author = services_.find_endpoint(now_->author)) {
      author->tell(
          reply{now_->ref,
                std::string(now_->how == entry_reference::kind::pin ? requests::pin::command
                                                                    : requests::unpin::command),
                {std::move(line)},
                {},
                {}});
      author->end(work::post);
    }
    return finish();
  }
  find_pin_note([this, otherwise = std::move(otherwise)](const result<pin_note>& note) {
    if (!note) return refuse(note.error());
    if (note->how == now_->how) {
      room_.answered(now_->author, now_->ref, note->said);
      return finish();
    }
    // The server ended between the fact and its entry, or what has said it is long ago.
    const pinned_entry* known =
        pins::find(*services_.facts, room_.name(), now_->what.to.offset.value_or(0));
    if (known && known->by == now_->info.name) return append();
    refuse(otherwise);
  });
}

void referring_posts::find_pin_note(note_found then, const position& before) {
  services_.log.read(
      room_.log_name(), {{log_range::side::before, before, notes_at_once}},
      [self = shared_from_this(), in = room_.shared_from_this(),
       then = std::move(then)](const result<journal::page>& p) mutable {
        if (!p)
          return then(fail(errc::storage_failed, "the room's log cannot be read now; try again"));
        for (const journal::record& r : p->entries | std::views::reverse) {
          const entry_reference& to = r.what.refers;
          if (is_of_pins(to.how) && to.offset == self->now_->what.to.offset)
            return then(pin_note{to.how, {r.what.at, r.what.time, true}});
        }
        constexpr std::uint64_t far_enough = 2 * reach;
        if (!p->earlier || p->entries.empty() ||
            p->head.offset - p->entries.front().what.at.offset >= far_enough)
          return then(pin_note{});
        self->find_pin_note(std::move(then), p->entries.front().what.at);
      });
}

void referring_posts::undo_pin() {
  if (!about_.pin) return;
  pins::remove(*services_.facts, room_.name(), about_.pin->offset, [](const result<void>&) {});
}

void referring_posts::unpin_said(const journal::appended& a) {
  if (!a.duplicate) return drop_pin();
  // It may have been pinned again since; or the server ended before the pin was taken.
  find_pin_note([this](const result<pin_note>& note) {
    if (note && note->how == entry_reference::kind::unpin) return drop_pin();
    finish();
  });
}

void referring_posts::drop_pin() {
  const std::uint64_t offset = *now_->what.to.offset;
  pins::remove(
      *services_.facts, room_.name(), offset,
      [self = shared_from_this(), in = room_.shared_from_this(), offset](const result<void>& done) {
        endpoint* author = self->services_.find_endpoint(self->now_->author);
        self->room_.subscribers_->deliver_pending();
        if (!done && author)
          author->tell(reply{{},
                             {},
                             {fmt::format("entry {} could not be taken out of the pins, /unpin it "
                                          "again: {}",
                                          offset, done.error().message)},
                             {},
                             {}});
        self->finish();
      });
}

} // namespace asio_chat
