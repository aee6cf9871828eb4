// A member: a client that is logged in.
#pragma once

#include "base/clock.hpp"
#include "domain/load.hpp"
#include "domain/sink.hpp"
#include "model/identity.hpp"
#include "model/request.hpp"
#include "model/rights.hpp"

#include <asio_chat/limits.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace asio_chat {

class hub;
class room;

/// How long a request waits for what its member asked before: requests of one connection are
/// carried out in their order.
enum class turn {
  at_once,       ///< not at all: the journal keeps the order by itself
  after_posts,   ///< until all that was said before is stored and told
  after_answers, ///< until everything is answered
  last,          ///< likewise, and until the entries asked for on joining have come
};

/// How a member comes in.
struct login {
  identity who{};
  std::string name;
  bool many_rooms = true;     ///< whether the protocol can tell one room from another
  bool may_come_back = false; ///< with the same identity: the name is held meanwhile
  std::string address = {};   ///< that others may see; empty: they may not
  rights may = rights::all();
  bool data_replies = false; ///< the client wants answers as data, and makes the lines by itself
};

/// One identity, one sink, the rooms it is in. Owned by the hub.
class member {
 public:
  /// `number` is never used again for another member.
  member(std::uint64_t number, login l, asio_chat::sink& s, hub& in, const limits& most)
      : number_(number)
      , login_(std::move(l))
      , sink_(s)
      , hub_(in)
      , loads_{load(most.posts_under_way), load(most_answers), load(most_openings_at_once),
               load(most.rooms_per_member + most_answers), load(most_upkeep)}
      , most_openings_(static_cast<double>(std::max(most.rooms_per_member, least_openings)))
      , openings_(most_openings_) {}

  std::uint64_t number() const noexcept { return number_; }
  /// The same for every login with the same token.
  const identity& who() const noexcept { return login_.who; }
  const std::string& name() const noexcept { return login_.name; }
  asio_chat::sink& sink() const noexcept { return sink_; }
  /// Whether the member's protocol can tell one room from another.
  bool many_rooms() const noexcept { return login_.many_rooms; }
  bool may_come_back() const noexcept { return login_.may_come_back; }
  const std::string& address() const noexcept { return login_.address; }
  bool may(right r) const noexcept { return login_.may.has(r); }
  bool may_everything() const noexcept { return login_.may == rights::all(); }
  bool data_replies() const noexcept { return login_.data_replies; }

  /// A seat in a room: where the member stands in the list of its audience.
  struct seat {
    room* in;
    std::size_t index;
  };
  const std::vector<seat>& seats() const noexcept { return seats_; }

  void tell(event e) const {
    if (auto* r = std::get_if<reply>(&e)) r->data_alone = login_.data_replies;
    sink_.deliver(share(std::move(e)));
  }
  void refuse(std::string_view ref, const failure& why) const {
    tell(refused{std::string(ref), static_cast<errc>(why.code.value()), why.message});
  }

  /// To be asked before an empty room is made for this member: each may leave keys and a log
  /// behind. As many as a member may be in are made at once, so that one who comes back gets into
  /// all of theirs again, and no fewer than `least_openings`; then one a second.
  bool may_open_a_room(steady_time now) noexcept {
    const std::chrono::duration<double> passed = now - opened_last_;
    openings_ = std::min(most_openings_, openings_ + passed.count());
    opened_last_ = now;
    if (openings_ < 1) return false;
    openings_ -= 1;
    return true;
  }

  /// The journal is asked for something, or has answered. Who has too much under way is not
  /// listened to for a while.
  void begin(work w) {
    if (load_of(w).begin()) add_reason_to_hold();
  }
  void end(work w) {
    if (load_of(w).end()) drop_reason_to_hold();
    if (!waiting_.empty()) go_on_later();
  }
  /// The member has asked for entries on joining a room, and has got them, or is out of it.
  void begin_catching_up() noexcept { ++catching_up_; }
  void end_catching_up() {
    --catching_up_;
    if (!waiting_.empty()) go_on_later();
  }
  /// Whether a request may be carried out now, if none waits before it.
  bool is_time_for(turn t) const noexcept;

 private:
  static constexpr std::size_t most_answers = 8;
  static constexpr std::size_t most_openings_at_once = 32;
  static constexpr std::size_t most_upkeep = 64;
  static constexpr std::size_t least_openings = 64; ///< members of few rooms may change them often

  struct waiting_request {
    turn when;
    std::variant<request, close_reason> what; ///< the last of them may be the end
  };

  load& load_of(work w) noexcept { return loads_[static_cast<std::size_t>(w)]; }
  const load& load_of(work w) const noexcept { return loads_[static_cast<std::size_t>(w)]; }
  void add_reason_to_hold() {
    if (reasons_to_hold_++ == 0) sink_.hold(true);
  }
  void drop_reason_to_hold() {
    if (--reasons_to_hold_ == 0) sink_.hold(false);
  }
  void go_on_later();

  friend class hub;      // renames, feeds, waiting requests
  friend class audience; // seats

  std::uint64_t number_;
  login login_;
  asio_chat::sink& sink_;
  std::vector<seat> seats_;
  std::size_t next_fed_ = 0; ///< whose room was fed from last
  hub& hub_;
  std::array<load, kinds_of_work> loads_;
  std::uint32_t reasons_to_hold_ = 0;
  std::uint32_t catching_up_ = 0;        ///< rooms of which entries are to come that were asked for
  std::vector<waiting_request> waiting_; ///< in their order; one, where the sink obeys `hold`
  bool waiting_holds_ = false;
  bool goes_on_ = false; ///< a task for that is on its way
  double most_openings_;
  double openings_;
  steady_time opened_last_{};
};

} // namespace asio_chat
