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
    , services_(services)
    , audience_(std::make_shared<audience>(*this, services)) {}

void room::join(member& m, const beginning& from, std::string_view ref) {
  audience_->add(m);
  if (open_) {
    admit(m, from, std::string(ref));
  } else {
    if (!std::exchange(opening_, true)) {
      services_.log.open(name_, [self = shared_from_this()](const auto& s) { self->opened(s); });
    }
    waiting_.push_back({m.number(), from, std::string(ref)});
  }
  if (size() <= services_.limits.presence_members) {
    audience_->tell(member_joined{name_, m.name()});
  } else {
    m.tell(member_joined{name_, m.name()});
  }
}

void room::leave(member& m) {
  audience_->remove(m);
  for (waiting_for_state& w : waiting_)
    if (w.number == m.number()) w.left = true;
  if (size() < services_.limits.presence_members) {
    audience_->tell(member_left{name_, m.name()});
  }
}

void room::tell_renamed(const std::string& from, const std::string& to) {
  audience_->rename(from, to);
  audience_->tell(member_renamed{name_, from, to});
}

void room::post(member& author, entry_kind kind, std::string text, std::string_view id,
                std::string_view ref) {
  last_time_ = std::max(last_time_, services_.time.wall_now());
  entry draft{name_, {}, last_time_, author.name(), kind, std::move(text), std::string(id)};
  author.begin_post();
  services_.log.append(std::move(draft), author.who(),
                       [self = shared_from_this(), number = author.number(), who = author.who(),
                        answer = std::string(id.empty() ? ref : id)](auto a) mutable {
                         self->stored(number, who, std::move(answer), std::move(a));
                       });
}

void room::stored(std::uint64_t author, const identity& who, std::string ref,
                  result<journal::appended> a) {
  member* sender = services_.find_member(author);
  if (sender) sender->end_post();
  if (!a) {
    audience_->tell_entries();
    if (sender) sender->refuse(ref, for_members(a.error()));
    return;
  }
  entry& e = a->kept;
  shared_event receipt;
  if (sender && !ref.empty())
    receipt = share(acknowledged{std::move(ref), name_, e.at, e.time, a->duplicate});
  if (a->duplicate) {
    audience_->tell_entries();
    if (receipt) sender->sink().deliver(receipt);
    return;
  }
  e.id.clear(); // its author's business
  ++services_.entries;
  if (services_.on_entry) services_.on_entry(e);
  head_ = e.at;
  if (e.kind == entry_kind::topic) topic_ = e.text;
  audience_->add_entry(std::move(e), who, sender, std::move(receipt));
}

void room::read_history(member& reader, const log_range& part, std::string_view ref,
                        event (*shape)(history_page)) {
  reader.begin_read();
  services_.log.read(name_, {part, most_of_a_page},
                     [self = shared_from_this(), number = reader.number(), shape,
                      r = std::string(ref)](const result<journal::page>& p) {
                       self->audience_->tell_entries();
                       member* m = self->services_.find_member(number);
                       if (!m) return;
                       m->end_read();
                       if (!p) return m->refuse(r, for_members(p.error()));
                       history_page page{r, self->name_, {}, p->earlier, p->more, p->gap};
                       for (const journal::record& e : p->entries)
                         page.entries.push_back(e.what);
                       m->tell(shape(std::move(page)));
                     });
}

void room::search(member& reader, search_query q, std::string_view ref,
                  std::function<reply(const journal::hits&)> answer) {
  q.room = name_;
  reader.begin_read();
  services_.log.search(std::move(q),
                       [self = shared_from_this(), number = reader.number(), r = std::string(ref),
                        answer = std::move(answer)](const result<journal::hits>& f) {
                         self->audience_->tell_entries();
                         member* m = self->services_.find_member(number);
                         if (!m) return;
                         m->end_read();
                         if (!f) return m->refuse(r, for_members(f.error()));
                         m->tell(answer(*f));
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
    if (w.left) { // he may be in again, for another join
      m->refuse(w.ref, fail(errc::not_in_room, "you left " + name_ + " before it was ready"));
      continue;
    }
    if (state) {
      admit(*m, w.from, std::move(w.ref));
    } else {
      leave(*m);
      m->refuse(w.ref, for_members(state.error()));
    }
  }
  if (size() == 0) services_.drop(*this);
}

void room::admit(member& m, const beginning& from, std::string ref) {
  room_state state{std::move(ref), name_, topic_, {}, head_};
  // A protocol with one room has no list of who is in it.
  if (m.many_rooms()) state.members.assign(member_names().begin(), member_names().end());
  m.tell(std::move(state));
  audience_->begin(m, from, head_);
}

} // namespace asio_chat
