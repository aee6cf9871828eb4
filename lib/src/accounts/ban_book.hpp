// All bans, found by what they are about.
#pragma once

#include "accounts/facts.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace asio_chat {

/// To look for one takes no longer where there are thousands: by room and kind, and there by the
/// marks of whom it is about. Of networks each length of prefix that is in use is looked at.
class ban_book {
 public:
  using by_number = std::map<std::uint64_t, ban>;

  /// In the place of the one with the same number.
  void put(ban b);
  void remove(std::uint64_t number);

  const by_number& all() const noexcept { return bans_; }
  /// The one of the lowest number that is about the subject in this room or everywhere, and counts.
  /// @param room empty: everywhere alone
  const ban* find(ban::kind what, std::string_view room, const subject& s,
                  const std::function<bool(const ban&)>& counts) const;
  /// The one of the lowest number that is of this kind in this room, about the same by its account,
  /// name and network, and counts.
  const ban* find_same(const ban& like, const std::function<bool(const ban&)>& counts) const;

  /// The one of the lowest number that is of this kind in this room, about a network with the host
  /// in it, and counts.
  const ban* find_network(ban::kind what, std::string_view room, std::string_view host,
                          const std::function<bool(const ban&)>& counts) const;
  /// Their numbers: of this kind in this room, shown by a name that folds to this one.
  std::set<std::uint64_t> shown_as(ban::kind what, std::string_view room,
                                   std::string_view folded) const;
  /// The same of those about the account itself, of both kinds in all places.
  std::set<std::uint64_t> of_account(const identity& who) const;

  /// Those whose time has come are counted no more from now on; of very many as many as that.
  void end_until(wall_time now, std::size_t max);
  /// Such ones, as long as they are here.
  const std::set<std::uint64_t>& ended() const noexcept { return ended_; }
  /// Their numbers, of both kinds.
  std::set<std::uint64_t> of_room(std::string_view room) const;
  /// Of a room, both kinds, without those that have ended; empty: of the server.
  std::size_t count_in(std::string_view room) const;
  /// Of all places.
  std::size_t count() const noexcept { return bans_.size() - ended_.size(); }

  /// How many bans `find` and `find_same` have compared since this was made.
  std::size_t compared() const noexcept { return compared_; }

 private:
  using numbers = std::set<std::uint64_t>;
  using prefix = std::pair<unsigned, std::array<std::uint8_t, 16>>;
  /// The bans of one kind in one room, by each of their marks.
  struct page {
    std::map<identity, numbers> by_identity; ///< accounts, tokens, certificates
    std::map<std::string, numbers, std::less<>> by_name;
    std::map<prefix, numbers> by_network;                 ///< the longest prefixes last
    std::map<std::string, numbers, std::less<>> by_shown; ///< all of them, as they fold
  };
  using pages = std::map<std::pair<ban::kind, std::string>, page>;

  template <class What>
  static void for_each_mark(page& p, const ban& b, What what);
  const ban* find_in(const page& p, const subject& s,
                     const std::function<bool(const ban&)>& counts) const;

  void count_out(const ban& b);

  by_number bans_;
  std::map<std::string, std::size_t, std::less<>> counts_; ///< by room, as `count_in`
  std::set<std::pair<wall_time, std::uint64_t>> ends_;     ///< of those that have not ended
  numbers ended_;
  pages pages_;
  std::map<identity, numbers> by_account_;
  mutable std::size_t compared_ = 0;
};

} // namespace asio_chat
