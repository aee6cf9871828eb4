// A relay between the two ends of a connection in memory.
#pragma once

#include "base/clock.hpp"
#include "transport/memory_socket.hpp"
#include "transport/stream.hpp"
#include "wire/frame.hpp"

#include <asio_chat/testing/world.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::testing {

/// Takes bytes from each end and gives them to the other one: at once, not at all, or some in each
/// hundredth of a second.
class link::impl {
 public:
  using stream_ptr = std::unique_ptr<transport::stream>;

  impl(time_source& time, stream_ptr to_client, stream_ptr to_server);
  ~impl();
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  void cut();
  void set_pace(std::optional<std::size_t> bytes_per_second);
  bool is_cut() const noexcept { return cut_; }
  const std::vector<recorded>& traffic() const noexcept { return traffic_; }

 private:
  class direction;
  void record(end from, std::string_view bytes, wire::frame_reader& frames);

  time_source& time_;
  bool cut_ = false;
  std::vector<recorded> traffic_;
  std::array<boost::intrusive_ptr<direction>, 2> both_;
};

} // namespace asio_chat::testing
