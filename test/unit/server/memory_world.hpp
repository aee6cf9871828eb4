// A server and raw connections to it in memory; the test runs the loop, sends frames and gets
// frames.
#pragma once

#include "testing/manual_time.hpp"
#include "transport/memory_socket.hpp"
#include "wire/frame.hpp"
#include "wire/native_codec.hpp"

#include <asio_chat/server.hpp>
#include <asio_chat/server_hooks.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::test {

/// One connection of the native protocol, frame by frame.
class wire_client : public transport::stream_owner {
 public:
  explicit wire_client(memory_transport t)
      : stream_(transport::make_memory_stream(t.release())) {
    read();
  }

  void send_bytes(std::string bytes) {
    waiting_ += bytes;
    write();
  }
  /// Sends a payload: JSON with ' instead of ", which is easier to read.
  void send(std::string payload) {
    std::replace(payload.begin(), payload.end(), '\'', '"');
    send_bytes(wire::frame(payload));
  }
  void hang_up() { stream_->close(); }
  /// Reads nothing beyond what it has read or is reading.
  void stop_reading() { stopped_ = true; }
  void go_on_reading() {
    if (std::exchange(stopped_, false) && !reading_) read();
  }
  /// Ends the input; the output is still read.
  void end_input() { stream_->async_shutdown(transport::handler_of<&wire_client::on_end>(*this)); }

  /// The messages since the last call, without the `v` that each one has.
  std::vector<boost::json::object> take() { return std::exchange(messages_, {}); }

  bool ended = false;

 private:
  void read() {
    reading_ = true;
    const auto room = frames_.prepare();
    stream_->async_read_some(boost::asio::buffer(room.data(), room.size()),
                             transport::handler_of<&wire_client::on_read>(*this));
  }
  void on_read(const error_code& e, std::size_t n) {
    reading_ = false;
    if (e) {
      ended = true;
      return;
    }
    frames_.commit(n);
    std::string_view payload;
    while (frames_.next(payload) == wire::frame_reader::status::frame) {
      messages_.push_back(boost::json::parse(payload).as_object());
      messages_.back().erase("v");
    }
    if (!stopped_) read();
  }
  void on_end(const error_code&, std::size_t) {}
  void write() {
    if (!writing_.empty() || waiting_.empty()) return;
    writing_ = std::exchange(waiting_, {});
    stream_->async_write_some(boost::asio::buffer(writing_),
                              transport::handler_of<&wire_client::on_write>(*this));
  }
  void on_write(const error_code& e, std::size_t n) {
    if (e) return;
    writing_.erase(0, n);
    waiting_.insert(0, std::exchange(writing_, {}));
    write();
  }

  std::unique_ptr<transport::stream> stream_;
  wire::frame_reader frames_{wire::native_payload_cap};
  std::vector<boost::json::object> messages_;
  std::string writing_;
  std::string waiting_;
  bool stopped_ = false;
  bool reading_ = false;
};

class server_world {
 public:
  using client = boost::intrusive_ptr<wire_client>;

  explicit server_world(server_config config = {}, server_hooks hooks = {}) {
    config.log = [this](severity, std::string_view message, std::span<const log_field> fields) {
      std::string line(message);
      for (const log_field& f : fields)
        line += " " + std::string(f.name) + "=" + f.value;
      log.push_back(std::move(line));
    };
    chat.emplace(context, std::move(config), std::move(hooks));
  }

  client connect() {
    client c(new wire_client(chat->connect_in_memory()));
    run();
    return c;
  }
  /// A client that is in the lobby and has read everything that announced it.
  client log_in(const std::string& name) {
    client c = connect();
    say(c, "{'type':'hello','name':'" + name + "'}");
    return c;
  }
  /// Sends a message and returns what its sender gets.
  std::vector<boost::json::object> say(const client& c, std::string payload) {
    c->send(std::move(payload));
    run();
    return c->take();
  }
  /// Runs everything that can happen without waiting.
  void run() { time.run(); }
  bool logged(std::string_view part) const {
    return std::any_of(log.begin(), log.end(), [&](const std::string& line) {
      return line.find(part) != std::string::npos;
    });
  }

  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
  std::vector<std::string> log;
  std::optional<server> chat;
};

/// The `type` of each message, and the `kind` of events.
inline std::vector<std::string> types(const std::vector<boost::json::object>& messages) {
  std::vector<std::string> all;
  for (const auto& m : messages) {
    std::string type(m.at("type").as_string());
    if (const auto* kind = m.if_contains("kind")) type += " " + std::string(kind->as_string());
    all.push_back(std::move(type));
  }
  return all;
}

/// A string field of the last message.
inline std::string last(const std::vector<boost::json::object>& messages, std::string_view field) {
  if (messages.empty() || !messages.back().contains(field)) return "none";
  return std::string(messages.back().at(field).as_string());
}

} // namespace asio_chat::test
