// A chat inside a web server of Beast: one io_context, one thread. GET /rooms lists the rooms, and
// POST /ROOM says the body there.
//   http_server      prints its port, serves one request of each kind that comes, ends on SIGTERM
#include <asio_chat/host_member.hpp>
#include <asio_chat/server.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <iostream>
#include <string>

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using namespace asio_chat;

namespace {

struct site {
  server& chat;
  host_member& web;
};

std::string list_rooms(const server& chat) {
  std::string all;
  for (const room_info& r : chat.rooms())
    all += r.name + " " + std::to_string(r.members) + "\n";
  return all;
}

// Each awaited call is a statement of its own or initialises one variable: GCC 12 miscompiles more.
asio::awaitable<void> serve(tcp::socket socket, site s) try {
  boost::beast::flat_buffer buffer;
  http::request<http::string_body> request;
  co_await http::async_read(socket, buffer, request, asio::use_awaitable);
  http::response<http::string_body> response;
  response.set(http::field::content_type, "text/plain");
  if (request.method() == http::verb::get) {
    response.body() = list_rooms(s.chat);
  } else {
    host_message message{};
    message.room = request.target().substr(1);
    message.text = request.body();
    const auto stored = co_await s.web.async_post(std::move(message), asio::use_awaitable);
    if (!stored) response.result(http::status::bad_request);
    response.body() = stored ? "stored\n" : stored.error().message + "\n";
  }
  response.prepare_payload();
  co_await http::async_write(socket, response, asio::use_awaitable);
} catch (const boost::system::system_error& e) {
  std::cerr << "http_server: " << e.what() << '\n'; // of this connection alone
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, site s) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), s), asio::detached);
  }
}

} // namespace

int main() {
  asio::io_context context;
  server chat(context, server_config());
  host_member web(chat, "web");
  tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), 0});
  std::cout << "listening on " << acceptor.local_endpoint() << std::endl;
  asio::co_spawn(context, accept(acceptor, {chat, web}), asio::detached);
  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](auto, int) { context.stop(); });
  context.run();
}
