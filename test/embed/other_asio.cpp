// A unit of a host that sets macros of Asio's.
#include <asio_chat/client.hpp>

#include <boost/asio/io_context.hpp>

int main() {
  boost::asio::io_context context;
  asio_chat::client chat(context, {});
}
