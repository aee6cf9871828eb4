#include "transport/memory_socket.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstring>

namespace asio_chat::detail {

namespace asio = boost::asio;

namespace {
constexpr std::size_t capacity = 64 * 1024;
}

struct memory_pipe {
  std::string bytes;
  bool ended = false;  ///< the writer is done
  bool broken = false; ///< the reader is gone

  struct pending_read {
    asio::mutable_buffer buffer;
    transport::stream_handler handler;
  };
  struct pending_write {
    asio::const_buffer buffer;
    transport::stream_handler handler;
  };
  std::optional<pending_read> reader;
  std::optional<pending_write> writer;

  /// Completes whatever can be completed now.
  void turn(const asio::any_io_executor& executor) {
    if (writer) {
      if (broken || ended) {
        finish(executor, writer,
               broken ? error_code(asio::error::broken_pipe)
                      : error_code(asio::error::operation_aborted),
               0);
      } else if (const std::size_t n = std::min(writer->buffer.size(), capacity - bytes.size());
                 n > 0 || writer->buffer.size() == 0) {
        bytes.append(static_cast<const char*>(writer->buffer.data()), n);
        finish(executor, writer, {}, n);
      }
    }
    if (reader) {
      if (broken) {
        finish(executor, reader, asio::error::operation_aborted, 0);
      } else if (!bytes.empty()) {
        const std::size_t n = std::min(reader->buffer.size(), bytes.size());
        std::memcpy(reader->buffer.data(), bytes.data(), n);
        bytes.erase(0, n);
        finish(executor, reader, {}, n);
        if (writer) turn(executor);
      } else if (ended) {
        finish(executor, reader, asio::error::eof, 0);
      }
    }
  }

  template <class Pending>
  static void finish(const asio::any_io_executor& executor, std::optional<Pending>& pending,
                     error_code e, std::size_t n) {
    auto handler = std::move(pending->handler);
    pending.reset();
    asio::post(executor, [handler = std::move(handler), e, n]() mutable { handler(e, n); });
  }
};

memory_socket::pair memory_socket::make_pair(const asio::any_io_executor& executor) {
  auto there = std::make_shared<memory_pipe>();
  auto back = std::make_shared<memory_pipe>();
  return {std::make_unique<memory_socket>(executor, back, there),
          std::make_unique<memory_socket>(executor, there, back)};
}

memory_socket::memory_socket(const asio::any_io_executor& executor, std::shared_ptr<memory_pipe> in,
                             std::shared_ptr<memory_pipe> out)
    : executor_(executor)
    , in_(std::move(in))
    , out_(std::move(out)) {}

memory_socket::~memory_socket() {
  close();
}

void memory_socket::read_some(asio::mutable_buffer buffer, transport::stream_handler handler) {
  in_->reader.emplace(memory_pipe::pending_read{buffer, std::move(handler)});
  in_->turn(executor_);
}

void memory_socket::write_some(asio::const_buffer buffer, transport::stream_handler handler) {
  out_->writer.emplace(memory_pipe::pending_write{buffer, std::move(handler)});
  out_->turn(executor_);
}

void memory_socket::cancel_read() {
  if (in_->reader) memory_pipe::finish(executor_, in_->reader, asio::error::operation_aborted, 0);
}

void memory_socket::shutdown_write() {
  out_->ended = true;
  out_->turn(executor_);
}

void memory_socket::close() noexcept {
  out_->ended = true;
  in_->broken = true;
  out_->turn(executor_);
  in_->turn(executor_);
}

} // namespace asio_chat::detail

namespace asio_chat {

memory_transport::memory_transport(std::unique_ptr<detail::memory_socket> socket) noexcept
    : socket_(std::move(socket)) {}
memory_transport::memory_transport(memory_transport&&) noexcept = default;
memory_transport& memory_transport::operator=(memory_transport&&) noexcept = default;
memory_transport::~memory_transport() = default;
std::unique_ptr<detail::memory_socket> memory_transport::release() noexcept {
  return std::move(socket_);
}

} // namespace asio_chat

namespace asio_chat::transport {

namespace {

class memory_stream final : public stream {
 public:
  explicit memory_stream(std::unique_ptr<asio_chat::detail::memory_socket> socket)
      : socket_(std::move(socket)) {}

  void async_handshake(side, stream_handler h) override { succeed(std::move(h)); }
  void async_read_some(boost::asio::mutable_buffer b, stream_handler h) override {
    socket_->read_some(b, std::move(h));
  }
  void async_write_some(boost::asio::const_buffer b, stream_handler h) override {
    socket_->write_some(b, std::move(h));
  }
  void async_shutdown(stream_handler h) override {
    socket_->shutdown_write();
    succeed(std::move(h));
  }
  void cancel_read() override { socket_->cancel_read(); }
  void async_sleep(stream_handler h) override { socket_->read_some({}, std::move(h)); }
  std::size_t unacknowledged() noexcept override { return 0; }
  void close() noexcept override { socket_->close(); }
  SSL* native_tls() noexcept override { return nullptr; }

 private:
  void succeed(stream_handler h) {
    boost::asio::post(socket_->executor(), [h = std::move(h)]() mutable { h(error_code()); });
  }

  std::unique_ptr<asio_chat::detail::memory_socket> socket_;
};

} // namespace

std::unique_ptr<stream>
make_memory_stream(std::unique_ptr<asio_chat::detail::memory_socket> socket) {
  return std::make_unique<memory_stream>(std::move(socket));
}

} // namespace asio_chat::transport
