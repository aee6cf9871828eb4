// The shared passphrase.
#pragma once

#include <string_view>

namespace asio_chat::net {

/// Compares in a time that depends on the lengths alone.
bool same_passphrase(std::string_view given, std::string_view expected) noexcept;

} // namespace asio_chat::net
