// The limits of a server: each has a test, and in the daemon a setting, but for the lengths of room
// names and topics.
#pragma once

#include <chrono>
#include <cstddef>

namespace asio_chat {

struct limits {
  std::size_t text_bytes = 8192;     ///< a message's text; longer ones are refused, never cut
  std::size_t name_characters = 20;  ///< a member's name
  std::size_t room_characters = 32;  ///< a room's name
  std::size_t topic_bytes = 512;     ///< a room's topic
  std::size_t rooms = 10'000;        ///< that have members
  std::size_t rooms_per_member = 64; ///< joined at the same time
  std::size_t presence_members =
      500; ///< joins and leaves are announced in rooms up to this size; 0: never
  std::size_t join_history = 50;    ///< entries that a native client gets on joining, at most
  std::size_t connections = 20'000; ///< open at the same time; more are closed at once

  /// What is more of a room's log goes, the oldest first; 0: never. In memory less is kept, too.
  std::size_t room_entries = 1'000'000;
  std::size_t room_bytes = 1u << 30;     ///< of what is written for them
  std::chrono::milliseconds room_age{0}; ///< older than this; a minute at least; 0: never

  /// When so much waits to be sent to a session, entries wait in the log, and its requests unread.
  std::size_t outbox_pause_bytes = 1u << 20;
  /// What may wait for all sessions together, bytes that many wait for counted once. From half of
  /// it on fewer and fewer may wait for each, but 16 KiB always: the slow ones wait in the log
  /// sooner.
  std::size_t outbox_total_bytes = 64u << 20;
  std::size_t outbox_bytes = 4u << 20; ///< what may wait at all; then the session is closed
  std::size_t posts_under_way = 1'024; ///< of one member, whose next requests then wait unread

  std::chrono::milliseconds handshake_time = std::chrono::seconds(5); ///< TLS, from accept
  std::chrono::milliseconds login_time = std::chrono::seconds(30);    ///< from the handshake
  std::chrono::milliseconds idle_time = std::chrono::seconds(300);    ///< of silence; 0: never
  std::chrono::milliseconds stall_time = std::chrono::seconds(30);    ///< nothing was taken
  std::chrono::milliseconds close_time = std::chrono::seconds(2);     ///< answers; and the goodbye
  std::chrono::milliseconds drain_time = std::chrono::seconds(5);     ///< of a server that stops
  std::chrono::milliseconds name_hold_time =
      std::chrono::minutes(2); ///< for members who may come back; 0: never
  std::chrono::milliseconds sleep_time = std::chrono::seconds(5); ///< quiet connections; 0: never
  std::chrono::milliseconds id_time = std::chrono::hours(24);     ///< ids of messages are known
};

} // namespace asio_chat
