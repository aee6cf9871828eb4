// The members of each room, as far as the client knows them.
#pragma once

#include "model/away_members.hpp"
#include "model/displayed_names.hpp"

#include <asio_chat/client.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace asio_chat::app {

/// Names and rooms serve completion. Their number is limited, because a user does not choose from
/// more and a server must not fill the memory.
class roster {
 public:
  static constexpr std::size_t max_rooms = 1'000;
  static constexpr std::size_t max_names = 10'000; ///< of each

  /// @returns a notice for the user, safe for a terminal, when a limit is reached
  std::optional<std::string> observe(const client_event& e);
  /// The answer to a join has come, and the state of the room will.
  void joined(const std::string& room);
  void left(const std::string& room) {
    rooms_.erase(room);
    heads_.erase(room);
    told_of_names_.erase(room);
    guests_.erase(room);
  }

  bool is_in(const std::string& room) const { return rooms_.contains(room); }
  /// Null: one is not in that room.
  const std::set<std::string>* members_of(const std::string& room) const;
  /// Some of `members_of`, likewise.
  const std::set<std::string>* guests_of(const std::string& room) const;
  /// How members are displayed beside their names.
  const displayed_names& displayed() const noexcept { return displayed_; }
  /// Who has said that they do not answer.
  const away_members& away() const noexcept { return away_; }
  /// Rooms that one could join.
  void learn(const answers::rooms& list);
  std::vector<std::string> rooms() const; ///< that one is in, or has heard of
  std::vector<std::string> names() const; ///< of all rooms, each once

 private:
  std::optional<std::string> enter(const room_state& s);
  std::optional<std::string> add(const std::string& room, const std::string& name);
  void forget(const std::string& room, const std::string& name);

  bool told_of_rooms_ = false;
  std::set<std::string> told_of_names_; ///< the rooms whose limit was reported
  std::map<std::string, std::set<std::string>> rooms_;
  std::map<std::string, std::set<std::string>> guests_; ///< of those, where there are any
  displayed_names displayed_;
  away_members away_;
  std::map<std::string, position> heads_; ///< where the log of each was when its state came
  std::set<std::string> heard_of_;        ///< rooms, of the answers to `/rooms`
};

} // namespace asio_chat::app
