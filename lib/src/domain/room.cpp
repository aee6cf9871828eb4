#include "domain/room.hpp"

#include "accounts/direct_facts.hpp"
#include "base/recycled.hpp"
#include "domain/displayed_names.hpp"
#include "domain/member.hpp"
#include "domain/message_ids.hpp"
#include "domain/post_queue.hpp"
#include "domain/proof.hpp"
#include "domain/read_marks.hpp"
#include "domain/referring_posts.hpp"
#include "model/away_members.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace asio_chat {

namespace {

/// So that a page fits a frame of 64 KiB, even if every character has to be escaped.
constexpr std::size_t max_page_bytes = 28'000;
/// A member who joins a crowd is told some of its names; `/who` tells the rest.
constexpr std::size_t max_names_told = 1'000;
/// A frame has room for so many of the longest names.
constexpr std::size_t max_away_told = 400;
/// So many of those who waited for the log to be opened are taken in at once.
constexpr std::size_t max_admitted = 16;
/// Of the newest entries. While that is read, more may be stored than is kept for its end.
constexpr int max_reads = 3;

} // namespace

failure for_members(const failure& f) {
  if (f.code.category() == chat_category()) return f;
  return fail(errc::storage_failed, "the room's log cannot be used now; try again later");
}

history_page page_of(std::string room, journal::page p) {
  history_page page{
      {}, std::move(room), {}, p.earlier, p.more, p.gap, p.compared != journal::log_is::as_known};
  for (journal::record& e : p.entries) {
    page.entries.push_back(std::move(e.what));
    page.entries.back().room = page.room;
  }
  return page;
}

room::room(std::string name, room_services& services)
    : name_(std::move(name))
    , log_name_(name_)
    , services_(services)
    , subscribers_(std::make_shared<subscribers>(*this, services)) {}

room::room(std::string name, room_services& services, const direct_side& between)
    : name_(std::move(name))
    , between_(between)
    , log_name_(direct_log_name(between.own, between.other))
    , services_(services)
    , subscribers_(std::make_shared<subscribers>(*this, services)) {}

void room::join(endpoint& m, const start_position& from, std::string_view ref) {
  const bool is_new = subscribers_->add(m);
  if (is_new) change_displayed(m.of(), m.name());
  const member_joined joined{name_, m.name(), is_marked(m.name()), proof_text(m.of().proof())};
  if (use_ == log_use::followed) {
    admit(m, from, std::string(ref));
  } else {
    if (std::exchange(use_, log_use::asked_for) == log_use::none) {
      const auto self = shared_from_this();
      services_.log.follow(log_name_, self, [self](const auto& s) { self->followed(s); });
    }
    m.begin(work::opening);
    waiting_.push_back({m.number(), from, std::string(ref)});
  }
  const bool displays = services_.facts && services_.facts->displayed_by(m.who());
  const bool is_away = !m.of().away().empty() && size() <= services_.limits.presence_members;
  if (is_new && size() <= services_.limits.presence_members) {
    subscribers_->tell(joined, &m.of());
    if (displays) tell_displayed(m.of());
    if (is_away) tell_away(m.of());
  } else {
    m.tell(joined);
    if (displays) m.tell(displayed_of(*services_.facts, m.of()));
    if (is_away) m.tell(list_of_away({away_item(m.name(), true)}));
  }
}

void room::leave(endpoint& m, announcement when) {
  const bool was_last = subscribers_->remove(m);
  if (was_last) change_displayed(m.of(), m.name());
  if (empty()) {
    for (early_page& e : std::exchange(early_, {}))
      give_page(std::move(e.request),
                std::move(e.page)); // what it waits for may go to another room
  }
  for (waiting_for_state& w : waiting_)
    if (w.number == m.number()) w.left = true;
  if (was_last && size() < services_.limits.presence_members) {
    announce(member_left{name_, m.name()}, when);
  }
}

void room::tell_renamed(const member& who, const std::string& from, announcement when) {
  subscribers_->rename(from, who.name());
  change_displayed(who, from);
  change_displayed(who, who.name());
  announce(member_renamed{name_, from, who.name()}, when, &who);
}

void room::change_displayed(const member& who, const std::string& name) {
  if (services_.facts)
    displayed_.changed(name, services_.facts->wishes_to_display(who.who()) != nullptr);
}

void room::tell_displayed(const member& who, announcement when) {
  displayed_.changed(who.name(), true);
  if (size() <= services_.limits.presence_members)
    announce(displayed_of(*services_.facts, who), when, &who);
}

void room::tell_away(const member& who, announcement when) {
  if (size() <= services_.limits.presence_members)
    announce(list_of_away({away_item(who.name(), !who.away().empty())}), when, &who);
}

void room::announce(event e, announcement when, const member* about) {
  if (when == announcement::now)
    subscribers_->tell(e, about);
  else
    subscribers_->tell_soon(std::move(e), about);
}

void room::post(endpoint& author, entry_kind kind, std::string text, std::string_view id,
                std::string_view ref) {
  entry draft{log_name_,
              {},
              services_.time.wall_now(),
              author_name(author.name()),
              kind,
              std::move(text),
              id_in_log(id, author.who(), author.token())};
  author.begin_post();
  std::string answer(id.empty() ? ref : id);
  if (services_.on_post && !between_) {
    if (!undecided_) undecided_ = std::make_shared<post_queue>(*this, services_);
    return undecided_->ask(author, std::move(draft), std::move(answer));
  }
  append(author.number(), author.who(), std::move(draft), std::move(answer));
}

void room::refer(endpoint& author, entry_reference::kind how, requests::referring what,
                 std::string_view ref) {
  if (!referring_) referring_ = std::make_shared<referring_posts>(*this, services_);
  referring_->add(author, how, std::move(what), ref);
}

void room::append(std::uint64_t author, const identity& who, entry&& draft, std::string&& ref) {
  services_.log.append(std::move(draft), who,
                       recycled_call([self = shared_from_this(), author, answer = std::move(ref)](
                                         const result<journal::appended>& a) mutable {
                         self->answered(author, std::move(answer), a);
                       }));
}

void room::answered(std::uint64_t author, std::string ref, const result<journal::appended>& a) {
  if (a && !a->duplicate && between_) {
    ++services_.counters.entries;
    services_.stored_direct(*this, author, a->at);
  }
  if (a && !a->duplicate && use_ == log_use::followed) {
    own_ = own_post{author, std::move(ref), *a}; // its entry is next
    return;
  }
  subscribers_->deliver_pending();
  endpoint* sender = services_.find_endpoint(author);
  if (!sender) return;
  if (!a) {
    sender->refuse(ref, for_members(a.error()));
  } else if (!ref.empty()) {
    sender->tell(acknowledged{std::move(ref), name_, a->at, a->time, a->duplicate});
  }
  sender->end(work::post);
}

void room::on_entry(journal::record next) {
  entry& e = next.what;
  if (!e.id.empty()) e.id = std::string(own_id(e.id));
  endpoint* sender = nullptr; // only of an entry that came over this process
  std::optional<acknowledged> receipt;
  if (own_ && own_->kept.at == e.at) {
    sender = services_.find_endpoint(own_->author);
    if (sender && !own_->ref.empty())
      receipt = acknowledged{std::move(own_->ref), name_, own_->kept.at, e.time, false};
    own_.reset();
  }
  if (between_) {
    e.room = name_;
  } else {
    ++services_.counters.entries;
    if (services_.on_entry) services_.on_entry(e);
    if (e.at.offset == 1 && services_.said_first) services_.said_first(*this);
  }
  head_ = e.at;
  if (e.kind == entry_kind::topic) topic_ = e.text;
  if (sender) e.address = sender->address(); // from here on: no log gets to see it
  subscribers_->add_entry(std::move(e), next.author, sender, std::move(receipt));
  if (!early_.empty()) give_early_pages();
  if (sender) sender->end(work::post);
}

void room::unfollow(journal::unfollow_done done) {
  if (std::exchange(use_, log_use::none) == log_use::none) return services_.later(std::move(done));
  services_.log.unfollow(log_name_, shared_from_this(), std::move(done));
}

void room::read_history(endpoint& reader, const log_range& part, std::string_view ref,
                        page_shape shape) {
  reader.begin(work::answer);
  const bool newest = part.where == log_range::side::before && part.from == position();
  read_page({reader.number(), part, std::string(ref), shape, newest, reader.of().reads()});
}

void room::read_page(page_request r) {
  ++r.reads;
  const auto turns = r.turns;
  turns->add([self = shared_from_this(), r = std::move(r)] {
    if (r.newest) self->subscribers_->feeder().keep_newest();
    self->services_.log.read(self->log_name_, {r.part, max_page_bytes}, [self, r](auto p) {
      self->on_page(r, std::move(p));
      r.turns->ended();
    });
  });
}

void room::on_page(page_request r, result<journal::page> p) {
  const work_watch::piece one(services_.watch, "answer of history");
  if (p) {
    // The journal may read what it has just stored before it answers the append.
    const bool early = p->head.epoch == head_.epoch && p->head.offset > head_.offset;
    if (!early || empty()) return give_page(std::move(r), *std::move(p));
    early_.push_back({std::move(r), *std::move(p)});
    return;
  }
  subscribers_->deliver_pending();
  if (r.newest) subscribers_->feeder().let_newest_go();
  endpoint* m = services_.find_endpoint(r.number);
  if (!m) return;
  m->refuse(r.ref, for_members(p.error()));
  m->end(work::answer);
}

void room::give_page(page_request r, journal::page p) {
  subscribers_->deliver_pending();
  endpoint* m = services_.find_endpoint(r.number);
  if (r.newest) {
    const auto told = m ? subscribers_->delivered(*m) : std::nullopt;
    const bool done =
        !told || subscribers_->feeder().end_page_at(*told, p, {r.part.entries, max_page_bytes});
    subscribers_->feeder().let_newest_go();
    if (!done && r.reads < max_reads) {
      r.part.from = {told->epoch, told->offset + 1};
      return read_page(std::move(r));
    }
  }
  if (!m) return;
  history_page page = page_of(name_, std::move(p));
  page.ref = std::move(r.ref);
  m->tell(r.shape(std::move(page), r.part.entries));
  m->end(work::answer);
}

void room::give_early_pages() {
  while (!early_.empty() && early_.front().page.head.offset <= head_.offset) {
    early_page e = std::move(early_.front());
    early_.pop_front();
    give_page(std::move(e.request), std::move(e.page));
  }
}

void room::search(endpoint& reader, search_query q, std::string_view ref,
                  std::function<reply(journal::hits)> answer) {
  q.room = log_name_;
  reader.begin(work::answer);
  reader.of().reads()->add([self = shared_from_this(), number = reader.number(),
                            r = std::string(ref), q = std::move(q), answer = std::move(answer),
                            turns = reader.of().reads()] {
    self->services_.log.search(q, [self, number, r, answer, turns](result<journal::hits> f) {
      self->found(number, r, answer, std::move(f));
      turns->ended();
    });
  });
}

void room::found(std::uint64_t reader, const std::string& ref,
                 const std::function<reply(journal::hits)>& answer, result<journal::hits> f) {
  const work_watch::piece one(services_.watch, "answer of search");
  subscribers_->deliver_pending();
  endpoint* m = services_.find_endpoint(reader);
  if (!m) return;
  if (f) {
    for (entry& e : f->entries)
      e.room = name_;
    m->tell(answer(*std::move(f)));
  } else {
    m->refuse(ref, for_members(f.error()));
  }
  m->end(work::answer);
}

void room::followed(const result<journal::log_state>& state) {
  why_not_ = state ? std::nullopt : std::optional(state.error());
  if (state) {
    head_ = state->head;
    topic_ = state->topic;
    if (use_ == log_use::asked_for && services_.begun && head_.offset == 0)
      return services_.begun(
          *this, [self = shared_from_this(), hub = services_.hub_alive](const result<void>& may) {
            if (!hub.expired()) self->opened(may);
          });
  }
  if (use_ == log_use::asked_for) use_ = state ? log_use::followed : log_use::none;
  answered_ = waiting_.size();
  admit_some();
}

void room::opened(const result<void>& may) {
  if (use_ == log_use::asked_for) use_ = log_use::followed; // else it was dropped meanwhile
  if (!may) {
    why_not_ = may.error();
    unfollow([] {}); // whoever comes meanwhile asks again
  }
  answered_ = waiting_.size();
  admit_some();
}

void room::admit_some() {
  const work_watch::piece one(services_.watch, "opening of a room");
  for (std::size_t n = 0; n < max_admitted && answered_ > 0; ++n, --answered_) {
    waiting_for_state w = std::move(waiting_.front());
    waiting_.pop_front();
    endpoint* m = services_.find_endpoint(w.number);
    if (!m) continue;
    if (w.left) { // the member may be in again, for another join
      m->refuse(w.ref, fail(errc::not_in_room, "you left " + name_ + " before it was ready"));
    } else if (!why_not_) {
      admit(*m, w.from, std::move(w.ref));
    } else {
      leave(*m);
      m->refuse(w.ref, for_members(*why_not_));
    }
    m->end(work::opening);
  }
  if (answered_ > 0) {
    return services_.later([self = shared_from_this(), hub = services_.hub_alive] {
      if (!hub.expired()) self->admit_some();
    });
  }
  if (empty()) services_.drop(*this);
}

void room::admit(endpoint& m, const start_position& from, std::string ref) {
  tell_state(m, std::move(ref));
  subscribers_->begin(m, from, head_);
}

void room::tell_state(const endpoint& m, std::string ref) {
  room_state state{std::move(ref), name_, topic_, {}, head_};
  std::vector<std::string> away;
  // A protocol with one room has no list of who is in it.
  if (m.many_rooms()) {
    const auto add = [&state](const std::string& name, std::uint64_t proof) {
      if (proof != 0) state.proofs.resize(state.members.size());
      state.members.push_back(name);
      if (proof != 0) state.proofs.push_back(proof_text(proof));
    };
    for (const auto& [name, who] : member_names()) {
      if (state.members.size() == max_names_told) break;
      const std::uint64_t proof = who->proof();
      add(name, proof);
      if (proof == 0 && services_.marks_guests) state.guests.push_back(name);
      // A crowd is not told who comes back either.
      if (!who->away().empty() && size() <= services_.limits.presence_members &&
          away.size() < max_away_told)
        away.push_back(away_item(name, true));
    }
    if (between_) add(name_.substr(1), proof_of(between_->other)); // here or not
    if (services_.facts)
      state.read = read_until(*services_.facts, m.of(), *this, services_.time.wall_now());
  }
  m.tell(std::move(state));
  if (!away.empty()) m.tell(list_of_away(std::move(away)));
  if (!m.many_rooms() || !services_.facts || !services_.facts->displays_names()) return;
  displayed_.tell(m, *services_.facts, member_names());
}

} // namespace asio_chat
