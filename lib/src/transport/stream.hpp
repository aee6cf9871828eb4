// The seam between a connection and what carries it: TLS over TCP, memory, or, to show what TLS is
// there for, bare TCP.
#pragma once

#include <asio_chat/error.hpp>
#include <asio_chat/tls_config.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <openssl/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace asio_chat::transport {

/// On any executor, such as a strand.
using tcp_socket = boost::asio::ip::tcp::socket;

/// What owns a stream. Operations under way keep their owner alive; the count is not atomic,
/// everything happens on one thread, or on one strand.
class stream_owner
    : public boost::intrusive_ref_counter<stream_owner, boost::thread_unsafe_counter> {
 public:
  virtual ~stream_owner() = default;
};

/// A completion: a member function of the owner. Two words, so that no operation allocates for it.
class stream_handler {
 public:
  using function = void (*)(stream_owner&, const error_code&, std::size_t);

  stream_handler(stream_owner& owner, function f)
      : owner_(&owner)
      , function_(f) {}
  void operator()(const error_code& e, std::size_t n = 0) { function_(*owner_, e, n); }

 private:
  boost::intrusive_ptr<stream_owner> owner_;
  function function_;
};

/// `handler_of<&session::on_read>(*this)`: Method takes (const error_code&, std::size_t).
template <auto Method, class Owner>
stream_handler handler_of(Owner& owner) {
  return {owner, [](stream_owner& o, const error_code& e, std::size_t n) {
            (static_cast<Owner&>(o).*Method)(e, n);
          }};
}

/// A byte stream with at most one read and one write under way. Buffers must live until their
/// operation completes; completions never run inside the call that started the operation.
class stream {
 public:
  virtual ~stream() = default;

  enum class side { server, client };

  virtual void async_handshake(side, stream_handler) = 0;
  virtual void async_read_some(boost::asio::mutable_buffer, stream_handler) = 0;
  virtual void async_write_some(boost::asio::const_buffer, stream_handler) = 0;
  /// Writes what can be written at once. `would_block`: nothing; `async_write_some` waits until
  /// something can. No write may be under way.
  virtual std::size_t write_some(boost::asio::const_buffer, error_code& e) {
    e = boost::asio::error::would_block;
    return 0;
  }
  /// Says that nothing more will be written (TLS: close_notify) and waits for the peer to say the
  /// same, which may be never: bound it by a deadline that closes. No write may be under way.
  virtual void async_shutdown(stream_handler) = 0;

  /// The read under way ends with `operation_aborted`, unless it has got something already. Does
  /// nothing where a stream that sleeps would gain nothing.
  virtual void cancel_read() = 0;
  /// Gives back all memory that can be had anew, and completes when it is time to read again: when
  /// there is input, when something else woke the stream, or at once if it cannot sleep. Nothing
  /// may be under way. Everything may be begun while it sleeps, and wakes it; a write need not.
  /// Before the handshake of a server it waits for the first byte.
  virtual void async_sleep(stream_handler) = 0;

  /// Of what was written, the bytes that the peer's system has not got yet. A slow reader of whom
  /// the socket takes nothing more for a long time makes this smaller.
  virtual std::size_t unacknowledged() noexcept = 0;

  /// Ends everything at once; operations under way complete with an error.
  virtual void close() noexcept = 0;

  /// Null where there is no TLS, and in a server until the first byte of the handshake has come.
  virtual SSL* native_tls() noexcept = 0;
  /// The bytes leave this process as they are.
  virtual bool is_insecure_plaintext() const noexcept { return false; }
};

using context_ptr = std::shared_ptr<boost::asio::ssl::context>;

std::unique_ptr<stream> make_tls_stream(tcp_socket socket, context_ptr context, stream::side s);

/// TCP and nothing else, for showing what TLS is there for.
std::unique_ptr<stream> make_insecure_plain_stream(tcp_socket socket);

} // namespace asio_chat::transport
