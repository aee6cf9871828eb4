// Storms by those who have logged in.
#pragma once

#include "request_flood.hpp"
#include "storm.hpp"

namespace asio_chat::bench {

/// One member who sends requests of one kind as fast as the wire takes them.
std::unique_ptr<storm> make_member_storm(const storm_front& front, flood_kind kind);

/// Members of one room who do not read, and one who says messages there as fast as the wire takes
/// them. At the end some of them read on, and have to get every message.
std::unique_ptr<storm> make_reader_storm(const storm_front& front, std::size_t readers);

/// So many logins a second to accounts with passwords.
/// @param accounts `member-0` and so on, with the password `storm_password`
std::unique_ptr<storm> make_login_storm(const storm_front& front, double rate,
                                        std::size_t accounts);
inline constexpr const char* storm_password = "a-long-password";

} // namespace asio_chat::bench
