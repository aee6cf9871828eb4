#include "native_2_protocol.hpp"

#include "text_protocol.hpp"

#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include <fmt/format.h>

namespace asio_chat::bench {

namespace {

// The numbers of docs/protocol/asio_chat.proto.
namespace to_server {
constexpr protozero::pbf_tag_type send = 1, hello = 2;
}
namespace from_server {
constexpr protozero::pbf_tag_type entries = 1, room = 5, error = 12, goodbye = 15;
}

std::string_view view_of(protozero::data_view v) {
  return {v.data(), v.size()};
}

void take_entries(protozero::pbf_reader entries, protocol::sink& to) {
  constexpr protozero::pbf_tag_type entry = 4, text = 2;
  while (entries.next(entry)) {
    protozero::pbf_reader one = entries.get_message();
    to.on_text(one.next(text) ? view_of(one.get_view()) : std::string_view());
  }
}

} // namespace

void native_2_protocol::append(std::uint32_t what, const std::string& body, std::string& out) {
  std::string message;
  protozero::pbf_writer(message).add_message(what, body);
  text_protocol::append_frame(message, out);
}

void native_2_protocol::login(const part& as, std::string& out) {
  room_ = as.room;
  std::string hello;
  protozero::pbf_writer fields(hello);
  fields.add_string(1, as.name);
  fields.add_string(3, room_);
  fields.add_uint64(7, 0); // nothing of what was said before
  append(to_server::hello, hello, out);
}

void native_2_protocol::publish(std::string_view text, std::string& out) {
  std::string send;
  protozero::pbf_writer fields(send);
  fields.add_uint64(1, ++ids_);
  fields.add_string(3, room_);
  fields.add_string(4, text.data(), text.size());
  append(to_server::send, send, out);
}

std::size_t native_2_protocol::feed(std::string_view in, sink& to, std::string&) {
  constexpr auto header = text_protocol::header_bytes;
  std::size_t taken = 0;
  while (in.size() - taken >= header) {
    const auto rest = in.substr(taken);
    const auto length = text_protocol::frame_length(rest);
    if (length > max_frame_bytes)
      throw broken(
          fmt::format("a frame of {} bytes came, {} is the most", length, max_frame_bytes));
    if (rest.size() < header + length) break;
    take(rest.substr(header, length), to);
    taken += header + length;
  }
  return taken;
}

void native_2_protocol::take(std::string_view message, sink& to) {
  try {
    protozero::pbf_reader in(message.data(), message.size());
    if (!in.next() || in.wire_type() != protozero::pbf_wire_type::length_delimited)
      throw broken("a frame came that holds no message");
    switch (in.tag()) {
    case from_server::entries:
      return take_entries(in.get_message(), to);
    case from_server::room:
      return set_ready();
    case from_server::error:
    case from_server::goodbye: {
      protozero::pbf_reader why = in.get_message();
      constexpr protozero::pbf_tag_type phrase = 2, code_of_error = 2;
      static_assert(phrase == code_of_error);
      throw broken(fmt::format("the server refused: {}",
                               why.next(phrase) ? view_of(why.get_view()) : std::string_view()));
    }
    default:
      return;
    }
  } catch (const protozero::exception& e) {
    throw broken(fmt::format("a frame came that holds no protobuf message: {}", e.what()));
  }
}

} // namespace asio_chat::bench
