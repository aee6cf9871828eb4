#include "accounts/passwords.hpp"
#include "domain/commands/commands.hpp"
#include "domain/commands/room_changes.hpp"
#include "domain/hub.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::commands {

namespace {

/// Of more a fact would grow with whoever comes: those are let in as guests are.
constexpr std::size_t max_invited = 1'000;

/// A connection that waits for what its key is worth: nothing else of it is carried out meanwhile.
class key_wait {
 public:
  explicit key_wait(const asked& q)
      : in_(q.in.alive())
      , number_(q.by.number())
      , ref_(q.ref) {
    q.by.begin_changing();
    q.by.begin(work::answer);
  }
  const std::string& ref() const noexcept { return ref_; }
  /// Calls with the hub and the connection, if both are there.
  template <class Then>
  void go_on(Then then) const {
    const auto alive = in_.lock();
    endpoint* by = alive ? (*alive)->find_endpoint(number_) : nullptr;
    if (by != nullptr) then(**alive, *by);
  }
  /// The same, and it waits no more; a failure is told.
  template <class Then>
  void end(Then then) const {
    go_on([&](hub& in, endpoint& by) {
      if (const result<void> done = then(in, by); !done) by.refuse(ref_, done.error());
      endpoint* still = in.find_endpoint(number_);
      if (still == nullptr) return;
      still->end(work::answer);
      still->end_changing();
    });
  }

 private:
  std::weak_ptr<hub*> in_;
  std::uint64_t number_;
  std::string ref_;
};

/// The key was right: of an account that is kept, as far as there is room.
void let_in(const key_wait& who, const std::string& room, const std::string& hash,
            const start_position& from) {
  who.go_on([&](hub& in, endpoint& by) {
    const auto as_guest = [&] {
      who.end([&](hub& h, endpoint& e) {
        h.key_guests().admit(e.who(), room);
        auto joined = h.join(e, room, who.ref(), from);
        if (!joined) h.key_guests().end(e.who(), room);
        return joined;
      });
    };
    people& p = in.people();
    const room_facts* about = p.room(room);
    if (!by.of().has_account() || !about || about->invited.size() >= max_invited) return as_guest();
    p.change(
        [&p, room, hash, id = by.who()]() -> result<facts> {
          room_facts changed = p.room_or_new(room);
          if (std::string_view(changed.key_hash) != hash)
            return fail(errc::key_required, "the key was changed meanwhile");
          return changed.invited.insert(id).second ? facts{fact_of(changed)} : facts();
        },
        [who, room, from](const result<void>& kept) {
          who.end([&](hub& h, endpoint& e) -> result<void> {
            if (!kept) return kept.error();
            return h.join(e, room, who.ref(), from);
          });
        });
  });
}

result<void> check_key(const asked& q, const std::string& key) {
  if (q.about->name() == q.in.default_room())
    return fail(errc::bad_arguments, "the room that everybody comes into cannot have a key");
  if (q.in.parts().passwords == nullptr)
    return fail(errc::not_available, "this server keeps no passwords, and so no keys of rooms");
  if (key.size() < shortest_password || key.size() > longest_password)
    return fail(errc::bad_arguments,
                fmt::format("a key has {} to {} bytes", shortest_password, longest_password));
  return {};
}

/// What it had to be asked for may have changed while it was hashed.
result<void> keep_key(const asked& q, const std::string& hash) {
  const rights here = rights_of(q.in.role_in(q.by.of(), q.about->name()));
  if (!here.has(right::set_mode))
    return fail(errc::not_allowed, "you may not change the modes of the room here any more");
  const room_facts* about = q.in.people().room(q.about->name());
  const bool was_private = about && about->modes.is_private;
  return change_room(
      q, requests::set_key::command,
      [hash](room_facts& r) {
        r.key_hash = hash;
        r.modes.is_private = true;
      },
      was_private ? "set a new key of this room" : "switched private on and set a key of this room",
      "it is the key already",
      fmt::format("whoever knows it comes in by /join {} KEY; who is in, or was let in before, "
                  "stays: /invite lists them, /invite NAME off and /kick NAME end it",
                  q.about->name()));
}

} // namespace

result<void> carry_out(const asked& q, requests::set_key&& what) {
  const std::string room = q.about->name();
  const room_facts* about = q.in.people().room(room);
  const bool has_one = about && !about->key_hash.empty();
  if (what.removed)
    return change_room(
        q, what.command, [](room_facts& r) { r.key_hash.clear(); }, "removed the key of this room",
        fmt::format("{} has no key", room),
        "it stays private; who is in, or was let in by the key, stays: /invite lists them, "
        "/invite NAME off and /kick NAME end it");
  if (what.key.empty()) {
    answer_to(
        q, what.command,
        lines{has_one ? fmt::format("{} has a key", room) : fmt::format("{} has no key", room)});
    return {};
  }
  if (auto good = check_key(q, what.key); !good) return good;
  const auto begun = q.in.attempts().begin_key(room, q.by.host());
  if (!begun) return begun.error();
  q.in.parts().passwords->hash(std::move(what.key), [who = key_wait(q), room, under_way = *begun](
                                                        const result<std::string>& hash) {
    who.end([&](hub& in, endpoint& by) -> result<void> {
      if (!hash) return hash.error();
      const auto still = in.room_of(by, room);
      if (!still) return still.error();
      return keep_key({in, by, *still, room, who.ref()}, *hash);
    });
  });
  return {};
}

result<void> join_by_key(const asked& q, const std::string& room, std::string key,
                         const start_position& from, const failure& closed) {
  if (q.in.parts().passwords == nullptr) return closed;
  const auto begun = q.in.attempts().begin_key(room, q.by.host());
  if (!begun) return begun.error();
  const room_facts* about = q.in.people().room(room);
  const std::string hash(about ? std::string_view(about->key_hash) : std::string_view());
  q.in.parts().passwords->verify(
      hash, std::move(key),
      [who = key_wait(q), room, hash, from, closed, tried = *begun](const result<bool>& fits) {
        who.go_on([&](hub& in, endpoint& by) {
          const auto refuse = [&](const failure& why) {
            who.end([&](hub&, endpoint&) -> result<void> { return why; });
          };
          if (!fits) return refuse(fits.error());
          if (!*fits) {
            tried->failed();
            if (in.parts().on_wrong_key) in.parts().on_wrong_key(by.session(), room);
            return refuse(closed);
          }
          tried->succeeded();
          const room_facts* now = in.people().room(room);
          const auto may = in.check_may_enter_room(by, room);
          if (may || may.error().code != errc::key_required) {
            who.end([&](hub& h, endpoint& e) { return h.join(e, room, who.ref(), from); });
          } else if (!now || std::string_view(now->key_hash) != hash) {
            refuse(closed); // it was changed meanwhile
          } else {
            let_in(who, room, hash, from);
          }
        });
      });
  return {};
}

} // namespace asio_chat::commands
