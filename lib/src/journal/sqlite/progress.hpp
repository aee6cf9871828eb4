// How far something long has come.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace asio_chat::sqlite {

/// May be called often. What is being done, and how much of it is; a total of 0 is not known.
using progress_function =
    std::function<void(std::string_view doing, std::uint64_t done, std::uint64_t total)>;

} // namespace asio_chat::sqlite
