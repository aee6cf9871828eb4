// Why a host says no, made fit for the member who is told.
#pragma once

#include <asio_chat/errc.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace asio_chat {

/// The most bytes of a reason: a frame has room for it beside what else it says.
inline constexpr std::size_t max_reason_bytes = 1'000;

/// One line for a terminal, with an ellipsis in place of what is too long.
/// @param otherwise if the host gives no reason
std::string reason_by_host(std::string_view why, std::string_view otherwise);

/// @param otherwise if the host gives a number that is no error
errc code_by_host(errc given, errc otherwise) noexcept;

} // namespace asio_chat
