#pragma once

#include "native_client.hpp"
#include "server_under_test.hpp"

#include <chrono>
#include <functional>
#include <vector>

namespace asio_chat::bench {

/// Starts asio-chatd with a fresh data directory and no limit on what it keeps.
server_under_test start_unbounded(const std::string& program,
                                  const std::vector<std::string>& more_arguments, int core);

/// The position and the time of a message that the server has kept.
struct stored {
  position at;
  std::chrono::sys_time<std::chrono::milliseconds> time;
};

/// Sends `count` texts as fast as they are stored, many at a time, and returns when all are
/// acknowledged.
/// @param text returns the text of a number, from 0 on
std::vector<stored> fill_room(native_client& by, std::size_t count,
                              const std::function<std::string(std::size_t)>& text);

} // namespace asio_chat::bench
