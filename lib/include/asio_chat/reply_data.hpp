// What commands are answered with, as data: a struct for each kind of answer.
#pragma once

#include <asio_chat/command.hpp>
#include <asio_chat/entry.hpp>
#include <asio_chat/time.hpp>

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace asio_chat {

namespace answers {

/// `/who`: members of a room, sorted by name.
struct members {
  std::string room;
  std::vector<std::string> names;
  std::size_t total = 0; ///< in the room, listed here or not
  std::string next;      ///< the name to go on from, `/who NEXT`; empty: that is all
  std::vector<std::string> guests =
      {}; ///< those of them who have no account, as `room_state` has it
  /// Of those who have a displayed name: name, blank, displayed name.
  std::vector<std::string> displayed = {};
  std::vector<std::string> away = {}; ///< those of them who have said so by `/away`, sorted
  friend bool operator==(const members&, const members&) = default;
};

/// `/rooms`: rooms that have members, sorted by name.
struct rooms {
  struct one {
    std::string name;
    std::size_t members = 0;
    std::string topic;
    friend bool operator==(const one&, const one&) = default;
  };
  std::vector<one> list;
  std::size_t total = 0; ///< on the server, listed here or not
  std::string next;      ///< the name to go on from, `/rooms NEXT`; empty: that is all
  friend bool operator==(const rooms&, const rooms&) = default;
};

/// `/topic`, where it is only shown.
struct topic {
  std::string room;
  std::string text; ///< empty: there is none
  friend bool operator==(const topic&, const topic&) = default;
};

/// `/history`: the last entries of a room, oldest first.
struct log {
  std::string room;
  std::vector<entry> entries;
  std::size_t asked = 0; ///< so many were wanted
  bool earlier = false;  ///< the log has entries before these
  friend bool operator==(const log&, const log&) = default;
};

/// `/search`: the newest entries that match, oldest first.
struct found {
  std::string room;
  std::vector<entry> entries;
  bool more = false;       ///< older ones match, too
  bool incomplete = false; ///< some older ones cannot be found yet: their index is being rebuilt
  friend bool operator==(const found&, const found&) = default;
};

/// `/help`: the commands that there are.
struct commands {
  std::vector<command_info> list;
  friend bool operator==(const commands&, const commands&) = default;
};

/// `/help NAME`.
struct command {
  command_info about;
  friend bool operator==(const command&, const command&) = default;
};

/// `/msg`: what was sent to one member.
struct sent {
  std::string to;
  std::string text;
  wall_time time{};
  friend bool operator==(const sent&, const sent&) = default;
};

/// `/leave`.
struct left {
  std::string room;
  friend bool operator==(const left&, const left&) = default;
};

/// `/nick`: the member's own name from now on.
struct own_name {
  std::string name;
  bool announced = false; ///< by events `member_renamed`; not if it was the name before
  friend bool operator==(const own_name&, const own_name&) = default;
};

/// `/tls`: how the member's connection is protected, as the server sees it.
struct protection {
  bool encrypted = false;     ///< if not, the rest is empty
  std::string version;        ///< e.g. `TLSv1.3`
  std::string cipher_suite;   ///< e.g. `TLS_AES_128_GCM_SHA256`
  std::string group;          ///< of the key agreement, e.g. `x25519`
  std::string server_subject; ///< of the server's certificate
  std::string server_sha256;  ///< its fingerprint, `AB:CD:…`
  std::string client_subject; ///< empty: the client showed no certificate
  friend bool operator==(const protection&, const protection&) = default;
};

} // namespace answers

using reply_data = std::variant<answers::members, answers::rooms, answers::topic, answers::log,
                                answers::found, answers::commands, answers::command, answers::sent,
                                answers::left, answers::own_name, answers::protection>;

} // namespace asio_chat
