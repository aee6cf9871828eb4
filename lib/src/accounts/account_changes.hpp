// What operators do with accounts, as facts.
#pragma once

#include "accounts/people.hpp"

#include <asio_chat/account_change.hpp>
#include <asio_chat/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// @param hash of the password, where the change has one
result<std::vector<fact>> facts_of(const people& known, const account_change& c,
                                   const std::string& hash);
/// `disable`; as it is typed.
std::string_view name_of(account_change::kind k) noexcept;
/// Whether it may have one; `add` needs none where it has a certificate.
bool has_password(account_change::kind k) noexcept;
bool needs_password(const account_change& c) noexcept;
bool has_role(account_change::kind k) noexcept;
/// Of one that has been kept, for the operator.
std::string outcome_of(const account_change& c);
/// Whether it can be typed in the chat, and is as long as one has to be.
result<void> check_new_password(std::string_view password);

} // namespace asio_chat
