// All that is kept of an account, as JSON lines: for the account, and for who runs the server.
#pragma once

#include "accounts/people.hpp"

#include <asio_chat/journal.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// What is known of an account a few lines at a time, and what becomes a line of what was said.
/// Secrets are not part of it. Things may change between two calls: what is there all the time
/// comes once.
class account_export {
 public:
  /// @param all has to live as long
  account_export(const people& all, const identity& account);

  /// The next lines of what is known of the account apart from its messages: so few at a time that
  /// others need not wait.
  /// They may be none before it is `done`.
  std::vector<std::string> next();
  bool done() const noexcept { return stage_ == stage::over; }

  /// Whether lines of this log may be in it: logs of two others are not.
  bool concerns(std::string_view log) const;
  /// What the account has said, also as a guest before there was one, and what others have said to
  /// it alone; none of anything else.
  std::optional<std::string> line_of(std::string_view log, const journal::record& r) const;

 private:
  enum class stage : std::uint8_t {
    itself,
    devices,
    certificates,
    app_passwords,
    wishes,
    ignored,
    ignored_guests,
    bans,
    correspondents,
    reads,
    rooms,
    over
  };
  using lines = std::vector<std::string>;

  bool add(lines& out, const account& a);
  bool add_bans(lines& out, const account& a);
  bool add_correspondents(lines& out, const account& a);
  bool add_rooms(lines& out, const account& a);
  template <class List, class Function>
  bool add_each(lines& out, const List& list, Function object_of);
  std::string called(const identity& who, const std::string& otherwise) const;

  const people& all_;
  identity account_;
  std::vector<identity> authors_; ///< the account, and guests who came with its devices
  stage stage_ = stage::itself;
  std::size_t place_ = 0;               ///< in a short list
  std::uint64_t last_ban_ = 0;          ///< looked at
  std::optional<identity> last_person_; ///< of those it has talked to
  std::string last_room_;
};

} // namespace asio_chat
