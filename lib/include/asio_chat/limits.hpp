// The limits of a server. The daemon has a setting for each, except for the lengths of room names
// and topics.
#pragma once

#include <chrono>
#include <cstddef>

namespace asio_chat {

/// The constructor of a server throws `asio_chat::error` (`errc::bad_setting`) where a value is out
/// of its range. A time is from 1 ms to 24 h unless another range is given. Zero is allowed where
/// it says «0: never», and means that the thing does not happen.
struct limits {
  std::size_t text_bytes = 8192;     ///< of a message's text, 1 to 30000; longer ones are refused
  std::size_t name_characters = 20;  ///< of a member's name, 10 to 64
  std::size_t room_characters = 32;  ///< of a room's name, 1 to 64
  std::size_t topic_bytes = 512;     ///< of a room's topic, 1 to 4096
  std::size_t rooms = 10'000;        ///< rooms that have members, at the same time
  std::size_t rooms_per_member = 64; ///< rooms that one member is in, at the same time
  /// Connections of one member at the same time, 1 to 64: one too many replaces the oldest. Those
  /// by an app password are counted by themselves, for each app password. A connection that shows
  /// the resume token of an older one replaces that one, however many there are; so a guest, who is
  /// such a token, has one.
  std::size_t member_connections = 4;
  /// Joins and leaves are announced in rooms of up to so many members; 0: never.
  std::size_t presence_members = 500;
  /// The most entries that a client of the native protocol is given on joining a room; up to 10000.
  std::size_t join_history = 50;
  std::size_t connections = 20'000; ///< open at the same time; further ones are closed at once

  /// The most entries of a room that are kept: beyond it the oldest are removed; 0: never. A
  /// journal in memory has limits of its own besides.
  std::size_t room_entries = 1'000'000;
  std::size_t room_bytes = 1u << 30;     ///< the same for the bytes that they take; 0: never
  std::chrono::milliseconds room_age{0}; ///< the same for their age, 1 min to 100 years; 0: never

  /// When so many bytes wait to be sent to a session, further entries wait in the log, and further
  /// requests of the client are not read. From 64 KiB to half of `outbox_bytes`.
  std::size_t outbox_pause_bytes = 1u << 20;
  /// The bytes that may wait for all sessions together, at least 1 MiB. Bytes that wait for several
  /// sessions count once. When half of it is used, each session may have less and less, down to
  /// 16 KiB, so that slow readers wait in the log sooner.
  std::size_t outbox_total_bytes = 64u << 20;
  std::size_t outbox_bytes = 4u << 20; ///< beyond so many waiting bytes a session is closed
  /// Messages of one member that are not stored yet, 2 to 1000000. At this number the member's
  /// further requests are not read. For who says more than a fourth of all while others talk it
  /// is 1/32 of that.
  std::size_t posts_under_way = 1'024;

  std::chrono::milliseconds handshake_time = std::chrono::seconds(5); ///< for TLS, from accept on
  std::chrono::milliseconds proxy_time = std::chrono::seconds(3);     ///< for the PROXY header
  std::chrono::milliseconds login_time = std::chrono::seconds(30);    ///< from the handshake on
  /// A client that sends nothing for so long is closed; 0: never.
  std::chrono::milliseconds idle_time = std::chrono::seconds(300);
  /// A client that takes nothing for so long, while bytes wait for it, is closed; at least 2 ms.
  std::chrono::milliseconds stall_time = std::chrono::seconds(30);
  /// The time to answer what a client that leaves has asked, and again the time for the goodbye.
  std::chrono::milliseconds close_time = std::chrono::seconds(2);
  /// The time that all sessions together have when the server stops.
  std::chrono::milliseconds drain_time = std::chrono::seconds(5);
  /// How long the name of a member who has gone is held for that member; up to 30 days; 0: never.
  std::chrono::milliseconds name_hold_time = std::chrono::minutes(2);
  /// A connection that has been quiet for so long gives memory back; 0: never.
  std::chrono::milliseconds sleep_time = std::chrono::seconds(5);
  /// How long members may edit and delete what they have said, 1 s to 100 years; 0: for ever. Those
  /// who keep order may delete it later, too.
  std::chrono::milliseconds edit_time = std::chrono::hours(24);
  /// How long the id of a message is remembered, so that it is not stored twice; 1 s to 30 days.
  std::chrono::milliseconds id_time = std::chrono::hours(24);
};

} // namespace asio_chat
