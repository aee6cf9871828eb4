// The name under which a server speaks.
#pragma once

#include <string_view>

namespace asio_chat {

/// No member can bear it: names do not begin with `-`.
inline constexpr std::string_view name_of_server = "-server-";

} // namespace asio_chat
