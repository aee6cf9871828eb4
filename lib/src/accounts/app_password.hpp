// What a program that came by an app password may do.
#pragma once

#include "accounts/facts.hpp"

#include <asio_chat/rights.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// Of one connection; its account may do more by others.
struct app_limit {
  std::uint64_t number = 0; ///< of the app password
  std::string name{};
  rights lets{};                    ///< whatever the role of the account is
  std::vector<std::string> rooms{}; ///< empty: all but those of the server

  /// @param of_server the room is one that operators read
  bool allows(std::string_view room, bool of_server) const {
    return rooms.empty() ? !of_server : std::ranges::find(rooms, room) != rooms.end();
  }
  /// Whether it gets what is said to the account alone.
  bool takes_directs() const noexcept { return rooms.empty(); }
};

app_limit limit_of(const app_password& p);

/// `read in lobby and news`
std::string scope_of(bool speaks, const std::vector<std::string>& rooms);
std::string scope_of(const app_limit& l);

} // namespace asio_chat
