#include "native_client.hpp"

#include "error.hpp"
#include "text_protocol.hpp"

namespace asio_chat::bench {

position position_of(const boost::json::value& json) {
  return {json.at("epoch").to_number<std::uint64_t>(),
          json.at("offset").to_number<std::uint64_t>()};
}

boost::json::object to_json(const position& at) {
  return {{"epoch", at.epoch}, {"offset", at.offset}};
}

native_client::native_client(const endpoint& at, SSL_CTX* context, std::string_view name,
                             std::string_view room)
    : connection_(at, context) {
  send({{"type", "hello"}, {"name", name}, {"room", room}, {"history", 0}});
  if (room.empty())
    wait_for("welcome");
  else
    head_ = position_of(wait_for("room").at("head"));
}

void native_client::join(std::string_view room) {
  send({{"type", "join"}, {"room", room}, {"history", 0}});
  head_ = position_of(wait_for("room").at("head"));
}

void native_client::say(std::string_view text) {
  send({{"type", "send"}, {"id", new_id()}, {"text", text}});
  wait_for("ack");
}

void native_client::queue(const boost::json::object& message) {
  text_protocol::append_frame(boost::json::serialize(message), out_);
}

void native_client::flush() {
  connection_.write(out_);
  out_.clear();
}

void native_client::send(const boost::json::object& message) {
  queue(message);
  flush();
}

boost::json::object native_client::wait_for(std::string_view type) {
  for (;;) {
    const auto frame = next_frame();
    auto message = boost::json::parse({frame.data(), frame.size()}).as_object();
    const std::string_view came = message.at("type").as_string();
    if (came == type) return message;
    if (came == "error" || came == "goodbye")
      throw run_error("the server refused: " + std::string(frame));
  }
}

std::string_view native_client::next_frame() {
  constexpr auto header = text_protocol::header_bytes;
  const auto rest = [&] { return std::string_view(in_).substr(taken_); };
  const auto whole = [&] {
    return rest().size() >= header && rest().size() - header >= text_protocol::frame_length(rest());
  };
  if (!whole()) {
    in_.erase(0, taken_);
    taken_ = 0;
    while (!whole())
      in_ += connection_.read();
  }
  const auto frame = rest().substr(header, text_protocol::frame_length(rest()));
  taken_ += header + frame.size();
  return frame;
}

} // namespace asio_chat::bench
