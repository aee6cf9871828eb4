// Writing the messages of the native protocol: straight into a frame, with no tree of values in
// between.
#pragma once

#include <asio_chat/event.hpp>

#include <fmt/format.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace asio_chat::wire::native {

/// The fields of one JSON object, behind what is there already. Names are words of the protocol,
/// with nothing in them to escape; each is written once.
class object_writer {
 public:
  explicit object_writer(std::string& out)
      : out_(out) {
    out_.push_back('{');
  }
  object_writer(const object_writer&) = delete;
  object_writer& operator=(const object_writer&) = delete;

  void put(std::string_view name, std::string_view value);
  void put(std::string_view name, std::same_as<bool> auto value) {
    begin(name).append(value ? "true" : "false");
  }
  void put(std::string_view name,
           std::integral auto value) requires(!std::same_as<decltype(value), bool>) {
    const fmt::format_int digits(value);
    begin(name).append(digits.data(), digits.size());
  }
  void put(std::string_view name, const position& p);
  /// As many of the strings as surely fit into so many bytes of the frame; takes theirs off, and
  /// says how many.
  std::size_t put(std::string_view name, std::span<const std::string> values,
                  std::size_t& bytes_left);
  /// The value is what is written behind the name.
  std::string& begin(std::string_view name);
  void end() { out_.push_back('}'); }

 private:
  std::string& out_;
};

/// A whole frame with one message.
class message_writer {
 public:
  /// @param longest about as long as all its strings
  explicit message_writer(std::string_view type, std::size_t longest = 0);

  object_writer* operator->() noexcept { return &fields_; }
  object_writer& operator*() noexcept { return fields_; }
  /// Of the payload, so far.
  std::size_t size() const noexcept;
  /// The frame; the writer is done with.
  std::string frame();

 private:
  std::string out_;
  object_writer fields_;
};

} // namespace asio_chat::wire::native
