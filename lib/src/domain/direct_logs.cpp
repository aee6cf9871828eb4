#include "domain/direct_logs.hpp"

#include "accounts/direct_facts.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/hub.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat {

namespace {

std::string shown(std::string_view name) {
  return std::string(prefix_of_bytes(sanitize_for_terminal(name), 40));
}

} // namespace

direct_logs::direct_logs(hub& in, room_services& for_rooms)
    : in_(in)
    , services_(for_rooms) {}

const account* direct_logs::account_called(std::string_view name) const {
  if (const member* here = in_.find_member(name))
    return here->has_account() ? in_.people().find(here->who()) : nullptr;
  return in_.people().find(name);
}

room* direct_logs::room_of(const endpoint& e, const identity& other) const {
  for (const endpoint::membership& m : e.memberships())
    if (m.in->direct() && m.in->direct()->other == other) return m.in;
  return nullptr;
}

result<room*> direct_logs::find(const endpoint& e, std::string_view name) const {
  // One is in the room of an account that is gone, too, and has its name there.
  for (const endpoint::membership& m : e.memberships())
    if (m.in->direct() && fold_name(m.in->name().substr(1)) == fold_name(name)) return m.in;
  const account* other = account_called(name);
  if (room* r = other ? room_of(e, other->id) : nullptr) return r;
  return fail(errc::not_in_room, fmt::format("you are not in @{0}; /join @{0} first", shown(name)));
}

// Going in.

result<void> direct_logs::join(endpoint& e, std::string_view name, std::string_view ref,
                               start_position from) {
  if (name.empty()) {
    follow(e, ref);
    return {};
  }
  if (!e.of().has_account())
    return fail(errc::login_required,
                fmt::format("messages between accounts are kept, and you have none: /register, or "
                            "/msg {} TEXT to say something that is not kept",
                            shown(name)));
  const account* other = account_called(name);
  if (!other) {
    return in_.find_member(name)
               ? fail(errc::not_available,
                      fmt::format("{0} is a guest: what you say to each other is not kept; /msg "
                                  "{0} TEXT says it",
                                  shown(name)))
               : fail(errc::no_such_member, fmt::format("there is no account {}", shown(name)));
  }
  if (other->id == e.who()) return fail(errc::bad_arguments, "that is you");
  if (room_of(e, other->id))
    return fail(errc::bad_arguments, fmt::format("you are in @{} already", other->name));
  if (!e.of().may_open_a_room(in_.time().now()))
    return fail(errc::too_many_rooms, "you have opened many rooms in a short time; wait a second");
  const std::size_t most = in_.limits().join_history;
  from.history = std::min(from.history.value_or(most), most);
  enter(e, *other, from, ref);
  return {};
}

void direct_logs::enter(endpoint& e, const account& other, const start_position& from,
                        std::string_view ref) {
  const account* own = in_.people().find(e.who());
  if (!own) return;
  std::shared_ptr<room>& known = rooms_[{own->id, other.id}];
  if (!known)
    known = std::make_shared<room>("@" + other.name, services_,
                                   direct_side{own->id, own->name, other.id});
  const std::shared_ptr<room> r = known;
  r->join(e, from, ref);
  in_.grade(e.of(), *r);
}

void direct_logs::let_go(const room& r, journal::unfollow_done done) {
  const auto found = rooms_.find({r.direct()->own, r.direct()->other});
  if (found == rooms_.end() || found->second.get() != &r) return;
  const std::shared_ptr<room> gone = std::move(found->second);
  rooms_.erase(found);
  gone->unfollow(std::move(done));
}

void direct_logs::follow(endpoint& e, std::string_view ref) {
  e.follows_direct_ = true;
  std::vector<identity> all;
  if (e.of().has_account()) all = in_.people().correspondents_of(e.who());
  e.begin(work::answer);
  visit_next(
      std::make_shared<visit>(visit{e.number(), std::string(ref), {all.begin(), all.end()}}));
}

void direct_logs::visit_next(const std::shared_ptr<visit>& v) {
  endpoint* e = in_.find_endpoint(v->by);
  if (!e) return;
  while (!v->left.empty()) {
    const identity other = v->left.front();
    v->left.pop_front();
    const direct_log* d = in_.people().find_direct(e->who(), other);
    if (d && !room_of(*e, other)) return look_for_news(v, other, d->of(e->who()).read);
  }
  if (!v->ref.empty())
    e->tell(reply{
        v->ref,
        std::string(requests::join::command),
        {fmt::format("{} of those who have written to you have said something new", v->found)},
        {},
        {}});
  e->end(work::answer);
}

void direct_logs::look_for_news(const std::shared_ptr<visit>& v, const identity& other,
                                const position& after) {
  const endpoint* e = in_.find_endpoint(v->by);
  if (!e) return;
  services_.log.read(
      direct_log_name(e->who(), other), {{log_range::side::after, after, page_entries}},
      [alive = in_.alive(), this, v, other](const result<journal::page>& p) {
        if (alive.expired()) return;
        endpoint* by = in_.find_endpoint(v->by);
        const account* a = in_.people().find(other);
        const direct_log* d = by ? in_.people().find_direct(by->who(), other) : nullptr;
        if (!p || !d || !a || room_of(*by, other)) return visit_next(v);
        const bool is_new = std::ranges::any_of(
            p->entries, [&](const journal::record& r) { return r.author == other; });
        if (!is_new && p->more && !p->entries.empty())
          return look_for_news(v, other, p->entries.back().what.at);
        if (is_new) {
          ++v->found;
          enter(*by, *a, {.after = d->of(by->who()).read}, {});
        }
        visit_next(v);
      });
}

// Saying something.

result<void> direct_logs::check_may_write(const endpoint& by, const identity& to) const {
  const account* other = in_.people().find(to);
  if (!other)
    return fail(errc::no_such_member, "the account of the other one is gone: nobody would read it");
  const account_wishes* own = by.of().has_account() ? in_.people().wishes_of(by.who()) : nullptr;
  if (own && own->blocked.contains(to))
    return fail(errc::not_allowed,
                fmt::format("you have blocked {0}; /unblock {0} ends it", other->name));
  const account_wishes* wanted = in_.people().wishes_of(to);
  if (!wanted) return {};
  const direct_log* d = by.of().has_account() ? in_.people().find_direct(by.who(), to) : nullptr;
  const bool is_stranger = !d || !d->of(to).spoke;
  bool blocked = wanted->blocked.contains(by.who());
  if (!blocked && !wanted->blocked.empty() && !by.of().has_account())
    blocked = std::ranges::any_of(
        in_.people().accounts_before(by.who()),
        [wanted](const identity& account) { return wanted->blocked.contains(account); });
  if (blocked || (is_stranger && !wanted->strangers))
    return fail(errc::not_allowed, fmt::format("{} does not take messages from you", other->name));
  return {};
}

void direct_logs::tell_away(const endpoint& by, const identity& to) {
  const member* m = in_.find_member(to);
  member* other = m ? in_.find_member(m->name()) : nullptr;
  if (other && other->tells_away(by.who()))
    by.tell(reply{{}, {}, {fmt::format("{} is away: {}", other->name(), other->away())}, {}, {}});
}

result<void> direct_logs::write(endpoint& by, const identity& to, std::string_view ref,
                                action what) {
  if (auto may = check_may_write(by, to); !may) return may;
  const identity own = by.who();
  if (const direct_log* d = in_.people().find_direct(own, to); d && d->of(own).spoke) {
    what(by);
    tell_away(by, to);
    return {};
  }
  by.begin_post();
  by.begin_changing();
  in_.people().change(
      [this, own, to]() -> result<std::vector<fact>> {
        if (!in_.people().find(own) || !in_.people().find(to))
          return fail(errc::no_such_member, "one of the two accounts is gone");
        direct_log d = in_.people().direct_or_new(own, to);
        d.of(own).spoke = true;
        return std::vector<fact>{fact_of(d)};
      },
      [this, own, to, number = by.number(), answer = std::string(ref),
       what = std::move(what)](const result<void>& done) {
        endpoint* e = in_.find_endpoint(number);
        if (!e) return;
        if (!done) {
          e->refuse(answer, for_members(done.error()));
        } else if (e->who() == own) {
          what(*e);
          tell_away(*e, to);
        }
        e->end_changing();
        e->end(work::post);
      });
  return {};
}

result<void> direct_logs::tell(endpoint& by, const account& to, std::string text,
                               std::string_view ref) {
  return write(by, to.id, ref,
               [this, to = to.id, text = std::move(text), answer = std::string(ref)](endpoint& e) {
                 const account* other = in_.people().find(to);
                 room* r = room_of(e, to);
                 if (r)
                   r->post(e, entry_kind::message, text, {}, answer);
                 else if (other)
                   append(e, *other, text, answer);
               });
}

void direct_logs::append(endpoint& by, const account& to, std::string text, std::string_view ref) {
  const account* own = in_.people().find(by.who());
  if (!own) return;
  by.begin_post();
  const direct_side side{own->id, own->name, to.id};
  entry draft{direct_log_name(own->id, to.id),
              {},
              in_.time().wall_now(),
              own->name,
              entry_kind::message,
              text,
              {}};
  services_.log.append(std::move(draft), own->id,
                       [alive = in_.alive(), this, side, number = by.number(), name = to.name,
                        text = std::move(text),
                        answer = std::string(ref)](const result<journal::appended>& a) {
                         if (alive.expired()) return;
                         if (a) {
                           ++services_.counters.entries;
                           stored_soon(side, number, a->at);
                         }
                         endpoint* e = in_.find_endpoint(number);
                         if (!e) return;
                         if (a)
                           e->tell(reply{answer,
                                         std::string(requests::tell::command),
                                         {},
                                         {},
                                         make_reply_data(answers::sent{name, text, a->time})});
                         else
                           e->refuse(answer, for_members(a.error()));
                         e->end(work::post);
                       });
}

void direct_logs::stored_soon(const direct_side& by, std::uint64_t author, const position& at) {
  // Behind the tasks in which it is told to those who follow the log.
  services_.later([alive = in_.alive(), this, by, author, at] {
    if (!alive.expired()) stored(by, author, at);
  });
}

void direct_logs::stored(const direct_side& by, std::uint64_t author, const position& at) {
  const std::pair<identity, identity> views[] = {{by.own, by.other}, {by.other, by.own}};
  for (const auto& [who, other] : views) {
    const member* m = in_.find_member(who);
    const account* a = in_.people().find(other);
    const direct_log* d = in_.people().find_direct(who, other);
    if (!m || !a || !d || in_.is_stranger(*m)) continue;
    // What came before may still be on its way to one that has just come.
    position from{at.epoch, at.offset - 1};
    if (const position& read = d->of(who).read; read.epoch != at.epoch || read < from) from = read;
    for (endpoint* e : m->endpoints())
      if (e->number() != author && e->follows_direct_ && e->takes_directs() && !room_of(*e, other))
        enter(*e, *a, {.after = from}, {});
  }
  wait({by.other, false}, by.own);
  const listeners programs{by.other, true};
  if (takers(programs, by.own).empty()) return;
  receivers_[programs].told.try_emplace(by.own, position{at.epoch, at.offset - 1});
  wait(programs, by.own);
}

void direct_logs::heard(const room& in, std::uint64_t offset) {
  position until = in.head();
  if (offset < until.offset) until = {until.epoch, offset};
  const auto [own, name, other] = *in.direct();
  in_.people().heard(own, other, until);
  const auto found = receivers_.find({own, false});
  if (found == receivers_.end()) return;
  position& known = found->second.told[other];
  if (until.epoch != known.epoch || until.offset > known.offset) known = until;
}

} // namespace asio_chat
