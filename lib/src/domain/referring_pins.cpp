// Of what refers to something said before: pins, which are facts of the room as well.
#include "domain/pins.hpp"
#include "domain/referring_posts.hpp"
#include "domain/room.hpp"

#include <fmt/format.h>

#include <span>

namespace asio_chat {

void referring_posts::put_pin() {
  const entry& e = about_.it.what;
  const pinned_entry* known = pins::find(*services_.facts, room_.name(), e.at.offset);
  // Said again, because its answer was lost; or the server ended before it was said.
  if (known && !now_->what.id.empty() && known->by == now_->info.name) return append();
  about_.pin = {e.at.offset, e.time, about_.edits.empty() ? e.at.offset : about_.edits.back(),
                e.from, now_->info.name};
  pins::add(*services_.facts, room_.name(), *about_.pin, about_.it.author, pin_changed());
}

/// What it is about may be gone: so it is not looked for in the log.
void referring_posts::take_pin() {
  const room_facts* about = services_.facts->room(room_.name());
  const std::span<const pinned_entry> all =
      about ? std::span(about->pins) : std::span<const pinned_entry>();
  auto& to = now_->what.to;
  if (!to.offset && to.back <= all.size()) to.offset = all[all.size() - to.back].offset;
  const pinned_entry* known =
      to.offset ? pins::find(*services_.facts, room_.name(), *to.offset) : nullptr;
  if (!known)
    return refuse(fail(errc::bad_arguments, to.offset
                                                ? fmt::format("entry {} is not pinned", *to.offset)
                                                : fmt::format("{} has {} pins; /pins lists them",
                                                              room_.name(), all.size())));
  about_.pin = *known;
  about_.it.what.from = known->from;
  pins::remove(*services_.facts, room_.name(), *to.offset, pin_changed());
}

std::function<void(const result<void>&)> referring_posts::pin_changed() {
  return [self = shared_from_this(), in = room_.shared_from_this()](const result<void>& done) {
    if (!done) return self->refuse(done.error());
    self->append();
  };
}

void referring_posts::undo_pin() {
  if (!about_.pin) return;
  const auto done = [](const result<void>&) {};
  if (now_->how == entry_reference::kind::pin)
    pins::remove(*services_.facts, room_.name(), about_.pin->offset, done);
  else
    pins::add(*services_.facts, room_.name(), *about_.pin, about_.it.author, done);
}

} // namespace asio_chat
