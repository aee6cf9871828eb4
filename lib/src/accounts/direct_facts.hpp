// What is known of messages that accounts send to each other: their logs, and what an account wants
// of others.
#pragma once

#include "accounts/people_store.hpp"
#include "model/identity.hpp"

#include <asio_chat/entry.hpp>
#include <asio_chat/time.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <string>

namespace asio_chat {

/// Two accounts have a log of what they say to each other. It belongs to their numbers, which are
/// never given again, and not to their names.
struct direct_log {
  /// What the log knows of one of them.
  struct side {
    identity who{};
    bool spoke = false; ///< has said something to the other one, or tried to
    position read{};    ///< what was said until then, this one has heard
  };
  std::array<side, 2> sides{}; ///< the one with the lower number first
  wall_time made{};

  /// Of one of the two.
  side& of(const identity& who) noexcept { return sides[sides[0].who == who ? 0 : 1]; }
  const side& of(const identity& who) const noexcept { return sides[sides[0].who == who ? 0 : 1]; }
};

/// The name of the log in the journal, which no member can type: `@NUMBER-NUMBER`.
std::string direct_log_name(const identity& one, const identity& another);

/// What an account wants of others.
struct account_wishes {
  identity account{};
  bool strangers = true;                     ///< those to whom it has said nothing may write to it
  std::map<identity, std::string> blocked{}; ///< those who may not, and what they were called
};

fact fact_of(const direct_log& d);
fact fact_of(const account_wishes& w);
direct_log direct_log_in(const fact& f);
account_wishes wishes_in(const fact& f);

} // namespace asio_chat
