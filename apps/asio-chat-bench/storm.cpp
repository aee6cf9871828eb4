#include "storm.hpp"

#include <fmt/format.h>

namespace asio_chat::bench {

endpoint storm_front::from(std::size_t index) const {
  constexpr std::size_t of_network = 8;
  const std::size_t own = index % addresses;
  endpoint server_from = server;
  server_from.from = fmt::format("127.1.{}.{}", own / of_network % 256, 1 + own % of_network);
  return server_from;
}

} // namespace asio_chat::bench
