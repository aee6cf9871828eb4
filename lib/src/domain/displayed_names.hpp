// How accounts are displayed beside their names: those who are in rooms with them are told.
#pragma once

#include "accounts/people.hpp"

#include "model/shared_event.hpp"

#include <asio_chat/event.hpp>

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace asio_chat {

class endpoint;
class hub;
class member;

/// Of the members of a room, in the order of their names, as many as one message has: made once for
/// all who come, and then what has changed since, until that is much.
class displayed_list {
 public:
  using members = std::map<std::string, const member*>;

  /// Somebody came or went, or is called otherwise. Nothing, if neither they nor the list have such
  /// a name.
  /// @param wishes_one whether their account has one, or had until now
  void changed(const std::string& name, bool wishes_one);
  void tell(const endpoint& to, const people& known, const members& here);
  /// How many members were looked at until now.
  std::size_t looked() const noexcept { return looked_; }

 private:
  static constexpr std::size_t max_changed = 32;

  void make(const people& known, const members& here);

  shared_event all_{};               ///< null: to be made
  std::vector<std::string> names_{}; ///< of those in it, sorted
  std::set<std::string> changed_{};  ///< names
  std::size_t looked_ = 0;
};

/// Of one member: it may have such a name no more.
reply displayed_of(const people& known, const member& m);

/// It has changed: all who are in rooms with the account are told, in a few rooms at once, in the
/// others a little later.
void tell_displayed(hub& in, const identity& account);

} // namespace asio_chat
