#include "log_reader.hpp"

#include "text_protocol.hpp"

#include <array>

namespace asio_chat::bench {

namespace json = boost::json;

void log_reader::login(const part& as, std::string& out) {
  const json::object hello{{"type", "hello"}, {"name", as.name}, {"after", to_json(has_)}};
  text_protocol::append_frame(json::serialize(hello), out);
}

void log_reader::publish(std::string_view text, std::string& out) {
  const json::object said{{"type", "send"}, {"id", std::to_string(++ids_)}, {"text", text}};
  text_protocol::append_frame(json::serialize(said), out);
}

std::size_t log_reader::feed(std::string_view in, sink& to, std::string&) {
  constexpr auto header = text_protocol::header_bytes;
  std::size_t taken = 0;
  while (in.size() - taken >= header) {
    const auto rest = in.substr(taken);
    const auto length = text_protocol::frame_length(rest);
    if (rest.size() - header < length) break;
    take(rest.substr(header, length), to);
    taken += header + length;
  }
  return taken;
}

void log_reader::take(std::string_view frame, sink& to) {
  std::array<unsigned char, 8'192> memory; // most messages need no more
  json::monotonic_resource fast(memory.data(), memory.size());
  const auto parsed = json::parse({frame.data(), frame.size()}, &fast);
  const auto& message = parsed.as_object();
  const std::string_view type = message.at("type").as_string();
  std::string_view kind;
  if (type == "event") kind = message.at("kind").as_string();
  if (type == "room") set_ready();
  if (kind == "message") to.on_text(message.at("text").as_string());
  if (kind == "gap" || type == "error" || type == "goodbye") throw broken(std::string(frame));
}

} // namespace asio_chat::bench
