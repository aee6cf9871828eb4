// How far accounts have read rooms.
#pragma once

#include "accounts/people_store.hpp"
#include "model/identity.hpp"

#include <asio_chat/time.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat {

/// Of one account, in rooms for everybody. What two accounts say is in their `direct_log`.
struct account_reads {
  struct place {
    std::string room;
    std::uint64_t epoch = 0; ///< of the room's head at that time: tells whether it is the same log
    std::uint64_t offset = 0;
  };
  identity account{};
  wall_time moved{};           ///< to an hour
  std::vector<place> places{}; ///< the room that was read last is the last one
};

fact fact_of(const account_reads& r);
account_reads reads_in(const fact& f);

/// What is here is ahead of the disk: it changes at once, and is kept by and by (`take_changes`).
/// An account that has never told what it has read takes nothing.
class read_book {
 public:
  /// Of all accounts together, some 90 bytes each. For one more, those of the account go that has
  /// read nothing for the longest time.
  static constexpr std::size_t max_places = 500'000;
  static constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

  explicit read_book(std::size_t max = max_places)
      : max_(max) {}

  /// Null: it is not known.
  const account_reads::place* find(const identity& account, std::string_view room) const;
  const account_reads* of(const identity& account) const;
  std::size_t size() const noexcept { return size_; } ///< in places

  /// @param max_rooms for one more, the room that was read longest ago goes
  void put(const identity& account, account_reads::place at, wall_time now,
           std::size_t max_rooms = any_number);
  /// Looks at some accounts behind that one.
  /// @return the last one; none: there are no more
  std::optional<identity> forget_room(std::string_view room, const std::optional<identity>& behind,
                                      std::size_t max_accounts);

  /// What is on the disk: at the start, and again when it is kept.
  void take(const fact& f);
  bool has_changes() const noexcept { return !changed_.empty(); }
  /// @param is_there whether the account is; of one that is gone nothing is kept
  std::vector<fact> take_changes(std::size_t max,
                                 const std::function<bool(const identity&)>& is_there);
  /// The disk has refused it: it is a change again.
  void not_kept(const fact& f);

 private:
  using by_account = std::map<identity, account_reads>;

  void add(account_reads r);
  void remove(by_account::iterator which);
  void make_room(const identity& without);

  std::size_t max_;
  std::size_t size_ = 0;
  by_account all_;
  std::set<std::pair<wall_time, identity>> by_time_;
  std::set<identity> changed_;
};

} // namespace asio_chat
