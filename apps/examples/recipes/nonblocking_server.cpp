// An echo server that no client can hold up, on one thread, with OpenSSL on the sockets:
//   recipe_nonblocking_server PORT CERTIFICATE.pem KEY.pem
#include <asio_chat/tls.hpp>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include <csignal>
#include <functional>
#include <iostream>

namespace asio = boost::asio;
namespace tls = asio_chat::tls;
using asio::ip::tcp;

/// No call of OpenSSL blocks here. A call that cannot complete says whether it has to read or to
/// write, and is made again when the socket can do that.
class visitor : public std::enable_shared_from_this<visitor> {
 public:
  visitor(tcp::socket socket, const tcp::endpoint& from, SSL_CTX* context)
      : socket_(std::move(socket))
      , from_(from)
      , deadline_(socket_.get_executor(), std::chrono::seconds(1))
      , ssl_(SSL_new(context), SSL_free) {
    socket_.non_blocking(true);
    SSL_set_fd(ssl_.get(), socket_.native_handle());
    SSL_set_accept_state(ssl_.get());
  }

  void start() {
    deadline_.async_wait([me = shared_from_this()](auto cancelled) {
      if (!cancelled) me->end("no TLS within a second");
    });
    shake_hands();
  }

 private:
  void shake_hands() {
    if (!done(SSL_do_handshake(ssl_.get()), &visitor::shake_hands)) return;
    deadline_.cancel();
    say(SSL_get_version(ssl_.get()));
    read();
  }
  void read() {
    const int n = SSL_read(ssl_.get(), data_.data(), static_cast<int>(data_.size()));
    if (!done(n, &visitor::read)) return;
    rest_ = {data_.data(), static_cast<std::size_t>(n)};
    write();
  }
  void write() {
    const int n = SSL_write(ssl_.get(), rest_.data(), static_cast<int>(rest_.size()));
    if (!done(n, &visitor::write)) return;
    rest_.remove_prefix(static_cast<std::size_t>(n)); // a part may be left
    rest_.empty() ? read() : write();
  }

  /// Returns whether the call succeeded; otherwise it is made again, or the connection has ended.
  bool done(int returned, void (visitor::*again)()) {
    if (returned > 0) return true;
    const int error = SSL_get_error(ssl_.get(), returned);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
      const auto what =
          error == SSL_ERROR_WANT_READ ? tcp::socket::wait_read : tcp::socket::wait_write;
      socket_.async_wait(what, [me = shared_from_this(), again](auto failed) {
        if (!failed) std::invoke(again, *me);
      });
    } else if (error == SSL_ERROR_ZERO_RETURN) { // close_notify
      SSL_shutdown(ssl_.get());
      end("gone");
    } else {
      const boost::system::error_code why(static_cast<int>(ERR_get_error()),
                                          asio::error::get_ssl_category());
      end(why ? tls::handshake_failure_reason(why, ssl_.get()) : "the connection was lost");
    }
    ERR_clear_error(); // the error queue belongs to the thread, not to the connection
    return false;
  }

  void end(const std::string& why) {
    say(why);
    deadline_.cancel();
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  void say(const std::string& what) { std::cout << from_ << ": " << what << std::endl; }

  tcp::socket socket_;
  tcp::endpoint from_;
  asio::steady_timer deadline_;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
  std::array<char, 4096> data_{};
  std::string_view rest_;
};

void accept(tcp::acceptor& acceptor, SSL_CTX* context) {
  acceptor.async_accept([&acceptor, context](auto error, tcp::socket socket) {
    if (error) {
      // No descriptor left, for instance: that passes, but not by trying at once.
      const auto pause = std::make_shared<asio::steady_timer>(acceptor.get_executor(),
                                                              std::chrono::milliseconds(100));
      pause->async_wait([&acceptor, context, pause](auto) { accept(acceptor, context); });
      return;
    }
    boost::system::error_code gone;
    const tcp::endpoint from = socket.remote_endpoint(gone);
    if (!gone) std::make_shared<visitor>(std::move(socket), from, context)->start();
    accept(acceptor, context);
  });
}

int main(int argc, char** argv) try {
  if (argc != 4) throw std::runtime_error("PORT CERTIFICATE.pem KEY.pem");
  std::signal(SIGPIPE, SIG_IGN); // a peer that has gone must not end the program
  asio_chat::tls_server_config config;
  config.certificate_file = argv[2];
  config.private_key_file = argv[3];
  config.alpn.clear(); // an echo server speaks no named protocol
  const auto context = tls::make_server_context(config).value();

  asio::io_context io;
  const auto port = static_cast<std::uint16_t>(std::stoi(argv[1]));
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), port});
  std::cout << "listening on " << acceptor.local_endpoint() << std::endl;
  asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&io](auto, auto) { io.stop(); });
  accept(acceptor, context->native_handle());
  io.run();
} catch (const std::exception& e) {
  std::cerr << "recipe_nonblocking_server: " << e.what() << '\n';
  return 1;
}
