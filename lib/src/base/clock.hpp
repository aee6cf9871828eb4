// Time as a thing that is handed in, so that tests can move it.
#pragma once

#include <asio_chat/time.hpp>

#include <chrono>

namespace asio_chat {

using steady_time = std::chrono::steady_clock::time_point;

struct clock {
  virtual steady_time now() const = 0;    ///< for deadlines; never goes back
  virtual wall_time wall_now() const = 0; ///< for people
 protected:
  ~clock() = default;
};

struct system_clock final : clock {
  steady_time now() const override { return std::chrono::steady_clock::now(); }
  wall_time wall_now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

} // namespace asio_chat
