#include "request_flood.hpp"

#include "native_2_protocol.hpp"
#include "text_protocol.hpp"

#include <protozero/pbf_writer.hpp>

#include <fmt/format.h>

#include <utility>

namespace asio_chat::bench {

namespace {

// The numbers of ToServer in docs/protocol/asio_chat.proto.
constexpr std::uint32_t send_message = 1, hello_message = 2, join_message = 3, leave_message = 4,
                        command_message = 5, history_message = 6;

/// As long as what people say.
constexpr std::string_view words = "the quick brown fox jumps over the lazy dog, and then again";

} // namespace

const std::map<std::string, flood_kind>& flood_kinds() {
  static const std::map<std::string, flood_kind> all{
      {"send", flood_kind::send},       {"msg", flood_kind::msg},
      {"nick", flood_kind::nick},       {"join-leave", flood_kind::join_leave},
      {"history", flood_kind::history}, {"search", flood_kind::search},
      {"topic", flood_kind::topic},     {"malformed", flood_kind::malformed}};
  return all;
}

const std::string& name_of(flood_kind kind) {
  for (const auto& [name, one] : flood_kinds())
    if (one == kind) return name;
  return flood_kinds().begin()->first; // each has a name
}

request_flood::request_flood(flood_kind kind, std::string name, std::string room,
                             std::string target)
    : kind_(kind)
    , name_(std::move(name))
    , room_(std::move(room))
    , target_(std::move(target)) {}

void request_flood::login(std::string& out) const {
  std::string hello;
  protozero::pbf_writer fields(hello);
  fields.add_string(1, name_);
  fields.add_string(3, room_);
  fields.add_uint64(7, 0); // nothing of what was said before
  native_2_protocol::append(hello_message, hello, out);
}

void request_flood::append(std::string& out) {
  const std::uint64_t n = ++requests_;
  switch (kind_) {
  case flood_kind::send:
    return append_message(fmt::format("{} {}", n, words), out);
  case flood_kind::msg:
    return append_command(fmt::format("/msg {} {} {}", target_, n, words), out);
  case flood_kind::nick:
    return append_command(fmt::format("/nick {}-{}", name_, n % 2), out);
  case flood_kind::join_leave: {
    std::string room;
    protozero::pbf_writer(room).add_string(2, room_ + "-2");
    return native_2_protocol::append(n % 2 == 1 ? join_message : leave_message, room, out);
  }
  case flood_kind::history: {
    std::string page;
    protozero::pbf_writer fields(page);
    fields.add_string(2, room_);
    fields.add_uint64(6, 100);
    return native_2_protocol::append(history_message, page, out);
  }
  case flood_kind::search:
    // Now and then there is something new to be found.
    return n % 100 == 1 ? append_message(words, out)
                        : append_command(n % 2 == 0 ? "/search quick fox" : "/search lazy", out);
  case flood_kind::topic:
    return append_command(fmt::format("/topic {} {}", n, words), out);
  case flood_kind::malformed:
    return text_protocol::append_frame("\xff\xff\xff\xff no message", out);
  }
}

void request_flood::append_message(std::string_view text, std::string& out) {
  std::string send;
  protozero::pbf_writer fields(send);
  fields.add_uint64(1, requests_);
  fields.add_string(3, room_);
  fields.add_string(4, text.data(), text.size());
  native_2_protocol::append(send_message, send, out);
}

void request_flood::append_command(std::string_view line, std::string& out) const {
  std::string command;
  protozero::pbf_writer fields(command);
  fields.add_string(2, room_);
  fields.add_string(3, line.data(), line.size());
  native_2_protocol::append(command_message, command, out);
}

} // namespace asio_chat::bench
