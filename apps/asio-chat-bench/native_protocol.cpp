#include "native_protocol.hpp"

#include "text_protocol.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace asio_chat::bench {

namespace {

void append(const boost::json::object& message, std::string& out) {
  text_protocol::append_frame(boost::json::serialize(message), out);
}

/// A server that is measured writes compact JSON; a quote inside a string has a backslash before
/// it, so these bytes stand nowhere but at a field.
bool has(std::string_view json, std::string_view field) {
  return json.find(field) != std::string_view::npos;
}

} // namespace

void native_protocol::login(const part& as, std::string& out) {
  room_ = as.room;
  append({{"type", "hello"}, {"name", as.name}, {"room", room_}, {"history", 0}}, out);
}

void native_protocol::publish(std::string_view text, std::string& out) {
  append({{"type", "send"}, {"id", std::to_string(++ids_)}, {"room", room_}, {"text", text}}, out);
}

std::size_t native_protocol::feed(std::string_view in, sink& to, std::string&) {
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

void native_protocol::take(std::string_view json, sink& to) {
  // No parser for every delivery: the generator has one core for all its receivers.
  constexpr std::string_view text_field = R"("text":")";
  if (const auto at = json.find(text_field); at != std::string_view::npos) {
    const auto text = json.substr(at + text_field.size());
    const auto end = text.find_first_of(R"("\)");
    if (end == std::string_view::npos) throw broken("a text without an end came");
    if (text[end] == '"') return to.on_text(text.substr(0, end));
    boost::json::error_code error;
    const auto parsed = boost::json::parse(json, error);
    const auto* whole = error ? nullptr : parsed.get_object().if_contains("text");
    if (whole == nullptr || !whole->is_string()) throw broken("what came is not JSON");
    return to.on_text(whole->get_string());
  }
  if (has(json, R"("type":"ack")") || has(json, R"("type":"event")")) return;
  if (has(json, R"("type":"room")")) return set_ready();
  if (has(json, R"("type":"error")") || has(json, R"("type":"goodbye")"))
    throw broken(fmt::format("the server refused: {}", json));
  if (!json.starts_with('{')) throw broken("a frame came that holds no JSON object");
}

} // namespace asio_chat::bench
