// What accounts say to each other alone.
#pragma once

#include "domain/room.hpp"
#include "model/identity.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/journal.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat {

class endpoint;
class hub;
struct account;

/// Two accounts share a log, and each sees it as a room of their own with the name of the other:
/// `@bob` is alice's, `@alice` is bob's. Both follow the one log.
///
///     alice's connections --- room @bob ----+
///                                           +--- log @NUMBER-NUMBER
///       bob's connections --- room @alice --+
///
/// A connection that knows such rooms (`endpoint::direct_rooms`) goes into them by `join`, and into
/// all that have something new by joining `@`. Others get messages one by one (`direct_message`),
/// read from the log behind what their account has heard; that moves on when they show that they
/// live, so a message may be told twice there, and none is lost. Programs (`endpoint::app`) are
/// told what comes while they are here, and nothing is heard by that: nobody may have seen it.
class direct_logs {
 public:
  direct_logs(hub& in, room_services& for_rooms);
  direct_logs(const direct_logs&) = delete;
  direct_logs& operator=(const direct_logs&) = delete;

  /// Whether a room of this name would be one of these.
  static bool is_name(std::string_view room) noexcept { return room.starts_with('@'); }

  /// @param name of the other one, without `@`; empty: of all who have written something new
  result<void> join(endpoint& e, std::string_view name, std::string_view ref, start_position from);
  /// The room that the endpoint is in.
  result<room*> find(const endpoint& e, std::string_view name) const;
  /// The account of somebody who is here or not; null: none, or a guest.
  const account* account_called(std::string_view name) const;

  using action = std::function<void(endpoint& by)>;
  /// Does what says something to the other account, unless that one does not want it. When they
  /// have no log yet, later, if the connection is still there; nothing of it is read meanwhile.
  result<void> write(endpoint& by, const identity& to, std::string_view ref, action what);
  /// Says something to an account, from wherever; the answer tells that it is stored.
  result<void> tell(endpoint& by, const account& to, std::string text, std::string_view ref);
  /// Whether somebody may say something to the account.
  result<void> check_may_write(const endpoint& by, const identity& to) const;

  /// Tells somebody who has written, once, that the other one does not answer.
  void tell_away(const endpoint& by, const identity& to);

  /// A connection of an account is here, and may want what has come meanwhile.
  void came(endpoint& e);
  /// It is here no more, or its member has become another one.
  void left(endpoint& e);
  /// Its sink can take more.
  void ready(endpoint& e);
  /// It asks for something: what it was told has arrived.
  void confirm(endpoint& e);
  /// Says so by itself, of one log.
  void heard(const room& in, std::uint64_t offset);

  /// @param author number of the connection
  void stored_soon(const direct_side& by, std::uint64_t author, const position& at);
  /// Nobody is in the room any more.
  void let_go(const room& r, journal::unfollow_done done);

 private:
  static constexpr std::size_t page_entries = 100; ///< that are read at once

  /// The connections of an account that are told messages one by one, or those of its programs.
  struct listeners {
    identity who;
    bool programs = false;
    auto operator<=>(const listeners&) const = default;
  };
  struct receiver {
    std::map<identity, position> told; ///< by who has written
    std::set<identity> waiting;        ///< whose logs have something new
    identity last{};                   ///< who was told of last: the next one is next
    std::uint64_t reads = 0;           ///< the number of what is read of one of them; 0: nothing
  };
  /// A connection that goes into all rooms with something new, one after the other.
  struct visit {
    std::uint64_t by;
    std::string ref; ///< of the request for it; empty: there was none
    std::deque<identity> left;
    std::size_t found = 0;
  };

  void enter(endpoint& e, const account& other, const start_position& from, std::string_view ref);
  room* room_of(const endpoint& e, const identity& other) const;
  void follow(endpoint& e, std::string_view ref);
  void visit_next(const std::shared_ptr<visit>& v);
  void look_for_news(const std::shared_ptr<visit>& v, const identity& other, const position& after);
  void append(endpoint& by, const account& to, std::string text, std::string_view ref);
  void stored(const direct_side& by, std::uint64_t author, const position& at);
  static listeners those_like(const endpoint& e);
  std::vector<endpoint*> takers(const listeners& l, const identity& of) const;
  void wait(const listeners& l, const identity& of);
  void go_on(const listeners& l);
  void give(const listeners& l, const identity& of, const journal::page& p);
  position told(const listeners& l, const identity& of) const;

  hub& in_;
  room_services& services_;
  std::map<std::pair<identity, identity>, std::shared_ptr<room>> rooms_; ///< of whom, with whom
  std::map<listeners, receiver> receivers_;
  std::uint64_t reads_ = 0;
  std::map<std::uint64_t, std::map<identity, position>> unconfirmed_; ///< by connection
};

} // namespace asio_chat
