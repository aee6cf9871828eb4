// What a mistyped name may have been meant to be.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace asio_chat::ops {

/// The name that is fewest edits away from `typed`; empty if none is near.
std::string_view nearest(std::string_view typed, std::span<const std::string_view> names);

/// `; did you mean NAME?`, or nothing.
std::string did_you_mean(std::string_view typed, std::span<const std::string_view> names);

} // namespace asio_chat::ops
