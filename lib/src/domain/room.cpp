#include "domain/room.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace asio_chat {

namespace {

/// So that a page fits a frame of 64 KiB, even if every character has to be escaped.
constexpr std::size_t most_of_a_page = 28'000;

/// What members are told of a failure of the journal: files and disks are no business of theirs.
failure for_members(const failure& f) {
  if (f.code.category() == chat_category()) return f;
  return fail(errc::storage_failed, "the room's log cannot be used now; try again later");
}

} // namespace

room::room(std::string name, room_services& services)
    : name_(std::move(name))
    , services_(services) {}

std::vector<std::string> room::member_names() const {
  std::vector<std::string> names;
  names.reserve(members_.size());
  for (const member* m : members_)
    names.push_back(m->name());
  std::sort(names.begin(), names.end());
  return names;
}

bool room::has(const member& m) const noexcept {
  return std::any_of(m.seats_.begin(), m.seats_.end(),
                     [this](const member::seat& s) { return s.in == this; });
}

void room::join(member& m, std::string_view ref) {
  assert(!has(m));
  m.seats_.push_back({this, members_.size()});
  members_.push_back(&m);
  if (open_) {
    tell_state(m, std::string(ref));
  } else {
    if (!std::exchange(opening_, true)) {
      services_.log.open(name_, [self = shared_from_this()](const auto& s) { self->opened(s); });
    }
    waiting_.push_back({m.number(), std::string(ref)});
  }
  if (members_.size() <= services_.limits.presence_members) {
    tell_all(member_joined{name_, m.name()});
  } else {
    m.tell(member_joined{name_, m.name()});
  }
}

void room::leave(member& m) {
  const auto seat = std::find_if(m.seats_.begin(), m.seats_.end(),
                                 [this](const member::seat& s) { return s.in == this; });
  assert(seat != m.seats_.end());
  // The last one takes the empty seat.
  member* last = members_.back();
  members_[seat->index] = last;
  members_.pop_back();
  for (member::seat& s : last->seats_) {
    if (s.in == this) s.index = seat->index;
  }
  m.seats_.erase(seat);
  if (members_.size() < services_.limits.presence_members) {
    tell_all(member_left{name_, m.name()});
  }
}

void room::tell_renamed(const std::string& from, const std::string& to) {
  tell_all(member_renamed{name_, from, to});
}

void room::post(const member& author, entry_kind kind, std::string text, std::string_view id,
                std::string_view ref) {
  last_time_ = std::max(last_time_, services_.time.wall_now());
  entry draft{name_, {}, last_time_, author.name(), kind, std::move(text), std::string(id)};
  services_.log.append(std::move(draft), author.who(),
                       [self = shared_from_this(), number = author.number(),
                        answer = std::string(id.empty() ? ref : id)](const auto& a) {
                         self->stored(number, answer, a);
                       });
}

void room::stored(std::uint64_t author, std::string ref, const result<journal::appended>& a) {
  const member* sender = services_.find_member(author);
  if (!a) {
    if (sender) sender->refuse(ref, for_members(a.error()));
    return;
  }
  const entry& e = a->kept;
  if (!a->duplicate) {
    ++services_.entries;
    if (services_.on_entry) services_.on_entry(e);
    head_ = e.at;
    if (e.kind == entry_kind::topic) topic_ = e.text;
    // Who says something knows it; a topic is news to everybody.
    tell_all(e, e.kind == entry_kind::topic ? nullptr : sender);
  }
  if (sender && !ref.empty()) {
    sender->tell(acknowledged{std::move(ref), name_, e.at, e.time, a->duplicate});
  }
}

void room::read_history(const member& reader, const log_range& part, std::string_view ref) {
  services_.log.read(name_, {part, most_of_a_page},
                     [self = shared_from_this(), number = reader.number(),
                      r = std::string(ref)](const result<journal::page>& p) {
                       const member* m = self->services_.find_member(number);
                       if (!m) return;
                       if (!p) return m->refuse(r, for_members(p.error()));
                       history_page page{r, self->name_, {}, p->earlier, p->more, p->gap};
                       for (const journal::record& e : p->entries)
                         page.entries.push_back(e.what);
                       m->tell(std::move(page));
                     });
}

void room::opened(const result<journal::log_state>& state) {
  opening_ = false;
  if (state) {
    open_ = true;
    head_ = state->head;
    topic_ = state->topic;
    last_time_ = std::max(last_time_, state->time);
  }
  for (waiting_for_state& w : std::exchange(waiting_, {})) {
    member* m = services_.find_member(w.number);
    if (!m) continue;
    if (!has(*m)) {
      m->refuse(w.ref, fail(errc::not_in_room, "you left " + name_ + " before it was ready"));
      continue;
    }
    if (state) {
      tell_state(*m, std::move(w.ref));
    } else {
      leave(*m);
      m->refuse(w.ref, for_members(state.error()));
    }
  }
  if (members_.empty()) services_.drop(*this);
}

void room::tell_all(event e, const member* except) {
  const shared_event shared = share(std::move(e));
  for (const member* m : members_) {
    if (m == except) continue;
    ++services_.deliveries;
    m->sink().deliver(shared);
  }
}

void room::tell_state(const member& m, std::string ref) const {
  m.tell(room_state{std::move(ref), name_, topic_, member_names(), head_});
}

} // namespace asio_chat
