// How far each room was read.
#pragma once

#include <asio_chat/event.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>

namespace asio_chat::client_room {

/// The last position that is had of each room one is in, learned from what the server says.
///
///   joined, nothing read:  head - history .... head    what was asked for begins behind the mark
///   an entry, or a gap:    the mark goes there
///   our own entry:         is never told, its acknowledgement stands for it: the mark goes there
///                          if it is the next, else what is told between them comes first
class bookmarks {
 public:
  /// @param history entries that are asked for in a room without a mark; none: the server decides
  /// @param earlier the marks of an earlier client
  explicit bookmarks(std::optional<std::size_t> history, std::map<std::string, position> earlier);

  /// Where to read on in that room; none: it was not read yet.
  std::optional<position> of(const std::string& room) const;
  std::map<std::string, position> all() const;

  /// Whether what is told is news. An entry at or before the mark is not: it was had already.
  template <class... Told>
  bool observe(const std::variant<Told...>& what) {
    return std::visit(
        [this](const auto& told) {
          if constexpr (requires { this->on(told); }) return this->on(told);
          return true;
        },
        what);
  }
  void forget(const std::string& room) { marks_.erase(room); }

 private:
  struct mark {
    position at;
    /// Nothing came yet of what was asked for behind the mark; it may begin before it, since the
    /// server decides how much it gives.
    bool untouched = false;
  };

  bool on(const room_state& s);
  bool on(const entry& e);
  bool on(const entries_missed& m);
  bool on(const acknowledged& a);
  bool advance(const std::string& room, const position& to);

  std::optional<std::size_t> history_;
  std::map<std::string, mark> marks_;
};

} // namespace asio_chat::client_room
