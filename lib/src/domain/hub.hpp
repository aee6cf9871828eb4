// All rooms and everybody in them.
#pragma once

#include "domain/member.hpp"
#include "domain/room.hpp"
#include "model/command.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace asio_chat {

class hub {
 public:
  struct services {
    journal& log;
    const clock& time;
    const asio_chat::limits& limits;
    std::string default_room;
    std::function<void(const entry&)> on_entry = {}; ///< hears of each entry stored
  };

  explicit hub(services s);
  ~hub();
  hub(const hub&) = delete;
  hub& operator=(const hub&) = delete;

  /// A new member, in no room yet. The sink must live until `leave`.
  /// @param many_rooms whether its protocol can tell one room from another
  result<member*> enter(sink& s, const identity& who, std::string_view name, bool many_rooms);
  /// Out of all rooms, and gone: the reference is dead afterwards.
  void leave(member& m);

  /// Runs a command of the table for a member, after the checks that its row asks for. What it has
  /// to say goes to the member's sink.
  void dispatch(member& m, const command& c);

  // What the rows of the command table are made of.

  /// A free name for somebody who asked for none or for one that is taken: `wish` itself, or with
  /// a number behind it.
  std::string free_name(std::string_view wish) const;
  result<void> rename(member& m, std::string_view to);
  result<void> join(member& m, std::string_view room_name, std::string_view ref);
  result<void> part(member& m, std::string_view room_name);
  /// The room a command is about, if the member is in it.
  result<room*> room_of(const member& m, std::string_view room_name) const;
  member* find_member(std::string_view name) const;
  member* find_member(std::uint64_t number) const;
  std::vector<const room*> rooms() const; ///< by name
  const asio_chat::limits& limits() const noexcept { return services_.limits; }
  const clock& time() const noexcept { return services_.time; }
  const std::string& default_room() const noexcept { return services_.default_room; }
  std::size_t member_count() const noexcept { return members_.size(); }
  std::uint64_t entries() const noexcept { return for_rooms_.entries; }
  std::uint64_t deliveries() const noexcept { return for_rooms_.deliveries; }

 private:
  void drop_if_empty(const room& r);

  services services_;
  room_services for_rooms_;
  std::unordered_map<std::uint64_t, std::unique_ptr<member>> members_;
  std::unordered_map<std::string, member*> by_name_; ///< folded
  std::unordered_map<std::string, std::shared_ptr<room>> rooms_;
  std::uint64_t last_number_ = 0;
};

} // namespace asio_chat
