// Connects, verifies the server before it reads a byte, sends TEXT if there is one, prints the
// reply, a line or less, and closes. HOST must be in the certificate twice: in its SubjectAltName,
// which TLS verifies, and as its commonName.
//   tls_one_shot HOST PORT CA.pem CERTIFICATE.pem KEY.pem [TEXT]
#include <asio_chat/tls.hpp>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include <algorithm>
#include <iostream>

namespace asio = boost::asio;
namespace tls = asio_chat::tls;
using asio::ip::tcp;
using tls_stream = asio::ssl::stream<tcp::socket>;

// Each awaited call is a statement of its own or initialises one variable: GCC 12 miscompiles more.
asio::awaitable<void> visit(std::string host, std::string port,
                            const asio_chat::tls_client_config& config, asio::ssl::context& context,
                            std::string text) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  tcp::resolver resolver(executor);
  const auto found = co_await resolver.async_resolve(host, port, asio::use_awaitable);
  const auto stream = std::make_shared<tls_stream>(executor, context);
  boost::system::error_code error;
  auto or_error = asio::redirect_error(asio::use_awaitable, error);
  co_await asio::async_connect(stream->next_layer(), found, or_error);
  if (error) throw std::runtime_error("cannot connect to " + host + ": " + error.message());

  tls::server_verifier verifier(config, host);
  verifier.attach(stream->native_handle()).value();
  co_await stream->async_handshake(tls_stream::client, or_error);
  SSL* ssl = stream->native_handle();
  verifier.outcome(ssl, error).value(); // throws the reason if the server is not trusted
  const tls::peer_policy expected = tls::peer_policy::parse({"cn:" + host}).value();
  expected.check(SSL_get0_peer_certificate(ssl), std::chrono::system_clock::now()).value();

  if (!text.empty()) {
    text += '\n';
    const auto line = asio::buffer(text);
    co_await asio::async_write(*stream, line, asio::use_awaitable);
  }
  // Some servers end no line. Then this takes what has arrived once nothing more does.
  std::string reply;
  std::array<char, 4096> data;
  const auto room = asio::buffer(data);
  asio::steady_timer quiet(executor);
  while (!error && reply.find('\n') == std::string::npos && reply.size() < 8192) {
    const std::size_t n = co_await stream->async_read_some(room, or_error);
    reply.append(data.data(), n);
    quiet.expires_after(std::chrono::milliseconds(500));
    quiet.async_wait([stream](auto more) {
      boost::system::error_code ignored;
      if (!more) stream->next_layer().cancel(ignored);
    });
  }
  // In TLS 1.3 a client learns only here that the server's TLS has refused it.
  const bool refused = error.category() == asio::error::get_ssl_category();
  if (refused) throw std::runtime_error(tls::handshake_failure_reason(error, ssl));
  if (reply.empty()) throw std::runtime_error("the server closed the connection without a reply");
  reply.resize(std::min(reply.find_first_of("\r\n"), reply.size()));
  std::replace_if(
      reply.begin(), reply.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  std::cout << "Secure communication received from server: " << reply << std::endl;
  quiet.expires_after(std::chrono::seconds(1)); // waits so long for the server's goodbye
  quiet.async_wait([stream](auto done) {
    boost::system::error_code ignored;
    if (!done) stream->next_layer().cancel(ignored);
  });
  co_await stream->async_shutdown(or_error);
}

int main(int argc, char** argv) try {
  if (argc != 6 && argc != 7) {
    std::cerr << "usage: tls_one_shot HOST PORT CA.pem CERTIFICATE.pem KEY.pem [TEXT]\n";
    return 2;
  }
  asio_chat::tls_client_config config;
  config.ca_file = argv[3];
  config.certificate_file = argv[4];
  config.private_key_file = argv[5];
  config.alpn.clear();
  const auto context = tls::make_client_context(config).value();
  const std::string text = argc == 7 ? argv[6] : "";

  asio::io_context io;
  asio::co_spawn(io, visit(argv[1], argv[2], config, *context, text),
                 [](std::exception_ptr failed) {
                   if (failed) std::rethrow_exception(failed);
                 });
  io.run_for(std::chrono::seconds(10));
  if (!io.stopped()) throw std::runtime_error("not done within ten seconds");
} catch (const std::exception& e) {
  std::cerr << "tls_one_shot: " << e.what() << '\n';
  return 1;
}
