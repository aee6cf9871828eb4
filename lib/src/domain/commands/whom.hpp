// Whom a moderator means.
#pragma once

#include "accounts/facts.hpp"
#include "domain/commands/commands.hpp"

#include <optional>
#include <string>

namespace asio_chat {
struct account;
}

namespace asio_chat::commands {

struct whom {
  std::string shown;
  std::optional<identity> who{}; ///< of an account, or of a guest's token
  std::string guest_name{};      ///< folded; empty: has an account, or is a network
  std::optional<network> from{}; ///< an address or a network
  bool unknown = false;          ///< nobody here is called so, and no account
};

/// A failure if there is nobody like that, or if it is no business of who asks: nobody acts on one
/// whose role is the same or higher. An owner of the server is above the owners of rooms.
result<whom> find_whom(const asked& q, const std::string& typed, bool everywhere);

/// The account of that name, or that a member has come by who bears it now; null: there is none.
const account* account_called(const asked& q, std::string_view typed);
/// `owner`, and that it does not count yet if it does not.
std::string role_text(const hub& in, const identity& account, role r);

/// The account of that name, if who asks may change what it may.
result<const account*> find_account(const asked& q, const std::string& typed, bool everywhere);

} // namespace asio_chat::commands
