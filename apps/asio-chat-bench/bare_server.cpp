#include "bare_server.hpp"

#include "error.hpp"
#include "process_settings.hpp"

#include <array>
#include <sys/epoll.h>

namespace asio_chat::bench {

class bare_server::client final : public poll_target {
 public:
  client(bare_server& server, unique_fd fd)
      : server_(server)
      , socket_(std::move(fd), server.context_.get()) {
    server_.loop_.add(socket_.fd(), wanted_, *this);
  }
  ~client() = default;

  bool joined() const { return !name_.empty(); }
  bool gone() const { return gone_; }

  void deliver(std::string_view frame) {
    if (server_.coalesce_ || !out_.empty()) {
      out_.append(frame);
      return;
    }
    const auto result = socket_.write(frame);
    if (result.status == tls_status::closed) return leave();
    const auto written = result.status == tls_status::done ? result.bytes : 0;
    if (written == frame.size()) return;
    out_.append(frame.substr(written));
    want(EPOLLIN | EPOLLOUT);
  }

  void flush() {
    std::size_t written = 0;
    while (written < out_.size() && !gone_) {
      const auto result = socket_.write(next_record(std::string_view(out_).substr(written)));
      if (result.status == tls_status::closed) leave();
      if (result.status != tls_status::done) break;
      written += result.bytes;
    }
    out_.erase(0, written);
    want(out_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
  }

  bool can_flush() const { return !out_.empty() && wanted_ == EPOLLIN; }

 private:
  void on_events(std::uint32_t events) override {
    if (gone_) return;
    if (!handshaken_ && !handshake()) return;
    if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read();
    if ((events & EPOLLOUT) != 0 && !gone_) flush();
  }

  bool handshake() {
    const auto result = socket_.handshake();
    if (result.status == tls_status::closed) leave();
    handshaken_ = result.status == tls_status::done;
    want(result.status == tls_status::want_write ? EPOLLOUT : EPOLLIN);
    return handshaken_;
  }

  void read() {
    static std::array<char, record_bytes> buffer;
    // OpenSSL may have read more than is taken here: epoll does not tell of that.
    for (int records = 0; !gone_ && (records < records_per_turn || socket_.has_pending());
         ++records) {
      const auto result = socket_.read(buffer);
      if (result.status == tls_status::closed) return leave();
      if (result.status != tls_status::done) return;
      in_.append(buffer.data(), result.bytes);
      take_frames();
    }
  }

  void take_frames() {
    constexpr auto header = text_protocol::header_bytes;
    std::size_t taken = 0;
    while (in_.size() - taken >= header) {
      const auto rest = std::string_view(in_).substr(taken);
      const auto length = text_protocol::frame_length(rest);
      if (length > text_protocol::max_frame_bytes) return leave();
      if (rest.size() < header + length) break;
      take(rest.substr(header, length));
      taken += header + length;
    }
    in_.erase(0, taken);
  }

  void take(std::string_view line) {
    if (!joined()) {
      name_ = line.empty() ? "anon" : line;
      return;
    }
    static std::string frame;
    frame.clear();
    text_protocol::append_frame(name_ + ": " + std::string(line), frame);
    server_.broadcast(*this, frame);
  }

  /// A whole record's worth, or the rest of one message.
  std::string_view next_record(std::string_view waiting) const {
    if (server_.coalesce_) return waiting;
    return waiting.substr(0, text_protocol::header_bytes + text_protocol::frame_length(waiting));
  }

  void want(std::uint32_t events) {
    if (events == wanted_ || gone_) return;
    wanted_ = events;
    server_.loop_.change(socket_.fd(), wanted_, *this);
  }

  void leave() {
    gone_ = true;
    server_.somebody_left_ = true;
  }

  static constexpr int records_per_turn = 64;

  bare_server& server_;
  tls_socket socket_;
  bool handshaken_ = false;
  bool gone_ = false;
  std::uint32_t wanted_ = EPOLLIN;
  std::string name_;
  std::string in_;
  std::string out_; // without --coalesce it begins with a whole message: records go whole
};

bare_server::bare_server(const endpoint& at, ssl_ctx_ptr context, bool coalesce)
    : context_(std::move(context))
    , listener_(listen_on(at))
    , coalesce_(coalesce) {
  loop_.add(listener_.get(), EPOLLIN, door_);
}

bare_server::~bare_server() = default;

void bare_server::run() {
  while (!told_to_stop()) {
    loop_.turn(std::chrono::milliseconds(1000));
    end_of_turn();
  }
}

void bare_server::accept() {
  while (auto fd = accept_from(listener_.get()))
    clients_.push_back(std::make_unique<client>(*this, std::move(fd)));
}

void bare_server::broadcast(const client& from, std::string_view frame) {
  for (const auto& one : clients_)
    if (one.get() != &from && one->joined() && !one->gone()) one->deliver(frame);
}

void bare_server::end_of_turn() {
  if (coalesce_)
    for (const auto& one : clients_)
      if (one->can_flush()) one->flush();
  if (somebody_left_) std::erase_if(clients_, [](const auto& one) { return one->gone(); });
  somebody_left_ = false;
}

} // namespace asio_chat::bench
