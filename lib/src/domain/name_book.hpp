// Which member bears which name, and which names are held for members who may come back.
#pragma once

#include "accounts/name_store.hpp"
#include "base/clock.hpp"
#include "names/look.hpp"

#include <asio_chat/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace asio_chat {

class member;
class people;

/// Who says what a member is called.
enum class named : std::uint8_t {
  by_themselves,
  by_server, ///< or by whoever proves its members: that one may give names of the server
};

/// Names with one key (`fold_name`) are one name, and a name that looks like somebody else's is
/// taken. For a member who left the last name is held.
class name_book {
 public:
  /// Asked before each call of the store with the member for whose sake it is, or null: gives what
  /// is called when that is done.
  using upkeep = std::function<name_store::change_done(const member* of)>;

  /// @param store may be null: names are held in memory alone
  /// @param hold for how long a name is held for a member who has left
  /// @param max names are held: of more, those who left first lose theirs
  name_book(name_store* store, const clock& time, std::chrono::milliseconds hold, upkeep begin,
            std::size_t max = 100'000);

  /// From now on the names of accounts are theirs alone. Must live as long.
  void respect(const people& p) noexcept { people_ = &p; }

  member* bearer(std::string_view name) const;
  /// Who bears a name now, by the folded one: for lists that are gone through in parts.
  using in_order = std::map<std::string_view, member*>;
  const in_order& bearers() const noexcept { return sorted_; }
  /// Whether it is held for somebody who is away.
  bool holds(std::string_view name) const;
  /// Whether a name is held for this member, who is away.
  bool holds_for(const identity& who) const { return held_.contains(who); }
  /// A failure says that another member bears it or one that it looks like, that it is held for
  /// another one, that of an account, or one of the server's.
  result<void> check_free(std::string_view name, const identity& who, named by) const;
  /// The name is this member's now.
  void take(const std::string& name, member& m);
  /// Free to nobody until `give_back`. A failure if a member bears it, or it is reserved.
  result<void> reserve(std::string_view name);
  void give_back(std::string_view name);
  /// The member no longer bears the name; it is held if the member may come back.
  void give_up(const member& m, bool hold);

 private:
  struct held {
    std::string name;
    steady_time left; ///< the time of day may be set
    std::uint64_t number;
  };

  /// What may look like something else is not looked at.
  result<void> check_free_itself(std::string_view name, const std::string& folded,
                                 const identity& who, named by) const;
  bool looks_like_another(std::string_view name, const std::string& folded, const identity& who,
                          named by) const;
  bool is_over(const held& h) const;
  void let_go(const member& m);
  void remember(const identity& who, std::string name);
  void forget(const identity& who);
  /// Some of them; whether there may be more.
  bool forget_old_ones();

  name_store* store_;
  const clock& time_;
  std::chrono::milliseconds hold_;
  upkeep begin_upkeep_;
  std::size_t max_;
  const people* people_ = nullptr;                      ///< null: there are no accounts
  std::unordered_map<std::string, member*> borne_;      ///< by folded name
  in_order sorted_;                                     ///< the same; the names are those in it
  std::map<identity, held> held_;                       ///< names of those who are away
  std::unordered_map<std::string, identity> holder_of_; ///< by folded name
  std::map<std::uint64_t, identity> by_age_;            ///< those of `held_`, by number
  std::set<std::string> reserved_;                      ///< folded names
  look_book looks_;        ///< of those that are borne, held and reserved, but for ASCII ones
  std::uint64_t left_ = 0; ///< how many were
};

} // namespace asio_chat
