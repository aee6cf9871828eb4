// How the fields of a fact are written: those that a later version adds come behind the others.
#pragma once

#include <asio_chat/time.hpp>

#include "model/identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace asio_chat {

/// Each field is its length, a colon and its bytes.
class field_writer {
 public:
  field_writer& text(std::string_view s) {
    out_ += fmt::format("{}:{}", s.size(), s);
    return *this;
  }
  field_writer& number(std::uint64_t n) { return text(std::to_string(n)); }
  field_writer& time(wall_time t) { return text(std::to_string(t.time_since_epoch().count())); }
  template <std::size_t N>
  field_writer& id(const std::array<std::uint8_t, N>& i) {
    return text({reinterpret_cast<const char*>(i.data()), N});
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

/// What is not there, is empty or zero.
class field_reader {
 public:
  explicit field_reader(std::string_view in)
      : rest_(in) {}

  std::string_view text() {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
    const auto digits = static_cast<std::size_t>(end - rest_.data());
    if (error != std::errc() || digits >= rest_.size() || size > rest_.size() - digits - 1) {
      rest_ = {};
      return {};
    }
    const std::string_view found = rest_.substr(digits + 1, size);
    rest_.remove_prefix(digits + 1 + size);
    return found;
  }
  template <class Number = std::uint64_t>
  Number number() {
    Number n{};
    const std::string_view t = text();
    std::from_chars(t.data(), t.data() + t.size(), n);
    return n;
  }
  wall_time time() { return wall_time(std::chrono::milliseconds(number<std::int64_t>())); }
  template <class Bytes = identity>
  Bytes bytes() {
    Bytes b{};
    const std::string_view t = text();
    if (t.size() == b.size())
      std::ranges::transform(t, b.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
    return b;
  }

 private:
  std::string_view rest_;
};

} // namespace asio_chat
