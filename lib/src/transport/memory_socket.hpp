// A pair of connected byte streams in memory.
#pragma once

#include "transport/stream.hpp"

#include <asio_chat/memory_transport.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace asio_chat::detail {

/// What one end has written and the other has not read yet.
struct memory_pipe;

/// One end. Either end may go first; what it wrote before is still read by the other, then end of
/// file. A pipe holds up to 64 KiB, then the writer waits: as a socket does.
class memory_socket {
 public:
  using pair = std::pair<std::unique_ptr<memory_socket>, std::unique_ptr<memory_socket>>;
  static pair make_pair(const boost::asio::any_io_executor& executor);

  memory_socket(const boost::asio::any_io_executor& executor, std::shared_ptr<memory_pipe> in,
                std::shared_ptr<memory_pipe> out);
  ~memory_socket();
  memory_socket(const memory_socket&) = delete;
  memory_socket& operator=(const memory_socket&) = delete;

  /// Into no room at all: completes when there is something to read.
  void read_some(boost::asio::mutable_buffer buffer, transport::stream_handler handler);
  void write_some(boost::asio::const_buffer buffer, transport::stream_handler handler);
  /// A read that has got nothing yet ends with `operation_aborted`.
  void cancel_read();
  void shutdown_write();
  void close() noexcept;

  const boost::asio::any_io_executor& executor() const noexcept { return executor_; }

 private:
  boost::asio::any_io_executor executor_;
  std::shared_ptr<memory_pipe> in_;
  std::shared_ptr<memory_pipe> out_;
};

} // namespace asio_chat::detail

namespace asio_chat::transport {

/// A stream without TLS over one end of a pair.
std::unique_ptr<stream>
make_memory_stream(std::unique_ptr<asio_chat::detail::memory_socket> socket);

} // namespace asio_chat::transport
