#include "mqtt_protocol.hpp"

#include <fmt/format.h>

namespace asio_chat::bench {

namespace {

// Packet types, with the flags that the standard wants.
constexpr unsigned char connect = 0x10;
constexpr unsigned char connect_answer = 0x20;
constexpr unsigned char publication = 0x30;
constexpr unsigned char subscribe = 0x82;
constexpr unsigned char subscribe_answer = 0x90;

void append_number(std::size_t number, std::string& out) {
  out.push_back(static_cast<char>(number >> 8 & 0xff));
  out.push_back(static_cast<char>(number & 0xff));
}

void append_string(std::string_view text, std::string& out) {
  append_number(text.size(), out);
  out.append(text);
}

/// Type and length; `length` bytes are to follow.
void append_header(unsigned char type, std::size_t length, std::string& out) {
  out.push_back(static_cast<char>(type));
  do {
    const auto more = length > 0x7f ? 0x80U : 0U;
    out.push_back(static_cast<char>((length & 0x7f) | more));
    length >>= 7;
  } while (length > 0);
}

unsigned byte_at(std::string_view in, std::size_t at) {
  return static_cast<unsigned char>(in[at]);
}

} // namespace

void mqtt_protocol::login(const part& as, std::string& out) {
  topic_ = as.room;
  hears_ = !as.publishes;
  constexpr char version = 4; // 3.1.1
  constexpr char clean_session = 2;
  constexpr std::size_t no_keep_alive = 0;
  std::string body;
  append_string("MQTT", body);
  body.push_back(version);
  body.push_back(clean_session);
  append_number(no_keep_alive, body);
  append_string(as.name, body);
  append_header(connect, body.size(), out);
  out.append(body);
}

void mqtt_protocol::publish(std::string_view text, std::string& out) {
  append_header(publication, 2 + topic_.size() + text.size(), out);
  append_string(topic_, out);
  out.append(text);
}

std::size_t mqtt_protocol::feed(std::string_view in, sink& to, std::string& out) {
  std::size_t taken = 0;
  for (;;) {
    const auto rest = in.substr(taken);
    std::size_t length = 0;
    std::size_t header = 1;
    bool more = true;
    for (; more && header < rest.size(); ++header) {
      if (header > 3) throw broken("a packet came whose length is too long");
      length |= (byte_at(rest, header) & 0x7fU) << (7 * (header - 1));
      more = (byte_at(rest, header) & 0x80U) != 0;
    }
    if (more) return taken;
    if (length > max_packet_bytes)
      throw broken(
          fmt::format("a packet of {} bytes came, {} is the most", length, max_packet_bytes));
    if (rest.size() < header + length) return taken;
    take(static_cast<unsigned char>(rest[0]), rest.substr(header, length), to, out);
    taken += header + length;
  }
}

void mqtt_protocol::take(unsigned char type, std::string_view body, sink& to, std::string& out) {
  if (type == publication) {
    const auto topic = body.size() < 2 ? body.size() : byte_at(body, 0) << 8 | byte_at(body, 1);
    if (body.size() < 2 + topic) throw broken("a message came that is shorter than its topic");
    return to.on_text(body.substr(2 + topic));
  }
  if (type == connect_answer) {
    if (body.size() != 2 || body[1] != 0)
      throw broken(fmt::format("the server refused to connect, with code {}",
                               body.size() == 2 ? byte_at(body, 1) : 0));
    if (!hears_) return set_ready();
    constexpr char at_most_once = 0;
    append_header(subscribe, 2 + 2 + topic_.size() + 1, out);
    append_number(1, out);
    append_string(topic_, out);
    return out.push_back(at_most_once);
  }
  if (type != subscribe_answer)
    throw broken(fmt::format("a packet of type 0x{:02x} came unasked", type));
  if (body.size() != 3 || body[2] != 0) throw broken("the server refused to subscribe");
  set_ready();
}

} // namespace asio_chat::bench
