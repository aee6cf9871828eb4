// The server's end of a connection, played by a test.
#pragma once

#include "support/scripted_stream.hpp"
#include "transport/memory_socket.hpp"
#include "transport/stream.hpp"
#include "wire/frame.hpp"
#include "wire/native_codec.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace asio_chat::test {

namespace native = wire::native;

class fake_server final : public transport::stream_owner {
 public:
  using pointer = boost::intrusive_ptr<fake_server>;
  using responder = std::function<void(fake_server&, const native::request&)>;

  explicit fake_server(std::unique_ptr<transport::stream> stream, responder answer = {})
      : answer_(std::move(answer))
      , stream_(std::move(stream)) {}

  /// At the other end of a connection that is played: answers as soon as something is written.
  explicit fake_server(scripted_peer& peer, responder answer = {})
      : answer_(std::move(answer))
      , peer_(&peer) {
    peer.on_written = [this](std::string_view bytes) {
      while (!bytes.empty()) {
        const auto room = reader_.prepare();
        const std::size_t n = std::min(room.size(), bytes.size());
        std::copy_n(bytes.data(), n, room.data());
        bytes.remove_prefix(n);
        take(n);
      }
    };
  }

  void start() { read(); }
  void start_tls() {
    stream_->async_handshake(transport::stream::side::server,
                             transport::handler_of<&fake_server::on_handshake>(*this));
  }

  template <class Message>
  void say(const Message& m) {
    say_bytes(native::encode(m));
  }
  void say_event(event e) { say(e); }
  void say_payload(std::string_view payload) { say_bytes(wire::frame(payload)); }
  void say_bytes(std::string_view bytes) {
    if (peer_) return peer_->say(std::string(bytes));
    out_ += bytes;
    if (!writing_) write();
  }
  void close() { peer_ ? peer_->end() : stream_->close(); }

  /// The requests of one kind that have arrived so far.
  template <class T>
  std::vector<T> heard() const {
    std::vector<T> found;
    for (const native::request& r : requests)
      if (const auto* wanted = std::get_if<T>(&r)) found.push_back(*wanted);
    return found;
  }

  std::vector<native::request> requests;
  bool ended = false;

 private:
  void on_handshake(const error_code& e, std::size_t) {
    if (e) {
      ended = true;
      stream_->close();
    } else {
      read();
    }
  }
  void read() {
    const auto room = reader_.prepare();
    stream_->async_read_some(boost::asio::buffer(room.data(), room.size()),
                             transport::handler_of<&fake_server::on_read>(*this));
  }
  void on_read(const error_code& e, std::size_t n) {
    if (e) {
      ended = true;
      stream_->close();
      return;
    }
    take(n);
    read();
  }
  void take(std::size_t n) {
    reader_.commit(n);
    std::string_view payload;
    while (reader_.next(payload) == wire::frame_reader::status::frame) {
      auto decoded = native::parse_request(payload);
      requests.push_back(std::get<native::request>(decoded));
      if (answer_) answer_(*this, requests.back());
    }
  }
  void write() {
    writing_ = true;
    stream_->async_write_some(boost::asio::buffer(out_),
                              transport::handler_of<&fake_server::on_write>(*this));
  }
  void on_write(const error_code& e, std::size_t n) {
    writing_ = false;
    if (e) return;
    out_.erase(0, n);
    if (!out_.empty()) write();
  }

  responder answer_;
  std::unique_ptr<transport::stream> stream_; ///< or
  scripted_peer* peer_ = nullptr;
  wire::frame_reader reader_{wire::native_payload_cap};
  std::string out_;
  bool writing_ = false;
};

/// Answers as a well-behaved server does.
inline void answer_politely(fake_server& s, const native::request& r) {
  if (const auto* h = std::get_if<native::hello>(&r)) {
    s.say(native::welcome{h->name.empty() ? "guest-1" : h->name, "fake", 8192, {"who", "me"}});
    const std::string room = h->room.value_or("lobby");
    if (!room.empty()) s.say_event(room_state{"", room, "", {"bob", h->name}, {1, 0}});
  } else if (const auto* j = std::get_if<native::join>(&r)) {
    s.say_event(room_state{j->ref, j->room, "", {"alice"}, {1, 0}});
  } else if (const auto* m = std::get_if<native::send>(&r)) {
    s.say_event(acknowledged{m->id, m->room, {1, 7}, {}, false});
  } else if (const auto* c = std::get_if<native::command_line>(&r)) {
    s.say_event(reply{c->ref, "who", {"online: bob"}, {"bob"}});
  } else if (const auto* p = std::get_if<native::history>(&r)) {
    s.say_event(history_page{p->ref, p->room, {}, false, false, {}});
  } else if (const auto* g = std::get_if<native::ping>(&r)) {
    s.say(native::pong{g->ref});
  } else if (std::holds_alternative<native::bye>(r)) {
    s.say(native::goodbye{{close_code::quit, "goodbye"}});
    s.close();
  }
}

} // namespace asio_chat::test
