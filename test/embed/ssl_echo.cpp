// What a host would compile without the library: an echo over TLS with Asio header-only. Nothing
// runs it; compile_time.py measures how much longer it takes to compile than a chat server.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

struct session : std::enable_shared_from_this<session> {
  session(tcp::socket s, asio::ssl::context& tls)
      : stream(std::move(s), tls) {}
  void start() {
    stream.async_handshake(asio::ssl::stream_base::server,
                           [self = shared_from_this()](error_code e) {
                             if (!e) self->read();
                           });
  }
  void read() {
    stream.async_read_some(asio::buffer(data),
                           [self = shared_from_this()](error_code e, std::size_t n) {
                             if (!e) self->write(n);
                           });
  }
  void write(std::size_t n) {
    asio::async_write(stream, asio::buffer(data, n),
                      [self = shared_from_this()](error_code e, std::size_t) {
                        if (!e) self->read();
                      });
  }
  asio::ssl::stream<tcp::socket> stream;
  std::array<char, 1024> data{};
};

void accept(tcp::acceptor& from, asio::ssl::context& tls) {
  from.async_accept([&](error_code e, tcp::socket s) {
    if (!e) std::make_shared<session>(std::move(s), tls)->start();
    accept(from, tls);
  });
}

int main() {
  asio::io_context context;
  asio::ssl::context tls(asio::ssl::context::tls_server);
  tls.use_certificate_chain_file("server.crt");
  tls.use_private_key_file("server.key", asio::ssl::context::pem);
  tcp::acceptor acceptor(context, {tcp::v4(), 8443});
  accept(acceptor, tls);
  context.run();
}
