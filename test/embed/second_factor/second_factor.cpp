// A server with a second factor, and one that wants it and has none: the latter does not start.
#include <asio_chat/error.hpp>
#include <asio_chat/second_factor.hpp>
#include <asio_chat/server.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdio>

int main() {
  boost::asio::io_context context(1);
  asio_chat::server_config config;
  config.people.second_factor = asio_chat::factor_need::operators;
  try {
    asio_chat::server without(context, config);
    return 1;
  } catch (const asio_chat::error& e) {
    std::printf("%s\n", e.what());
  }
  config.people.factor = asio_chat::make_totp();
  asio_chat::server with(context, config);
  // RFC 6238, appendix B
  const asio_chat::wall_time at{std::chrono::seconds(59)};
  return config.people.factor->step_of("12345678901234567890", "287082", at) == 1 ? 0 : 2;
}
