// What a member sends who wants to keep a server as busy as one connection can.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace asio_chat::bench {

enum class flood_kind { send, msg, nick, join_leave, history, search, topic, malformed };

/// By the names that are used on the command line.
const std::map<std::string, flood_kind>& flood_kinds();
const std::string& name_of(flood_kind kind);

/// Requests of one kind in `asio-chat/2`, without I/O. No two that follow each other are the same
/// to the server.
class request_flood {
 public:
  /// @param target a member whom private messages go to
  request_flood(flood_kind kind, std::string name, std::string room, std::string target);

  /// The first bytes of the connection: it logs in and enters the room.
  void login(std::string& out) const;
  /// One more request.
  void append(std::string& out);
  std::uint64_t requests() const { return requests_; }

 private:
  void append_message(std::string_view text, std::string& out);
  void append_command(std::string_view line, std::string& out) const;

  const flood_kind kind_;
  const std::string name_;
  const std::string room_;
  const std::string target_;
  std::uint64_t requests_ = 0;
};

} // namespace asio_chat::bench
