// What a search has found, to choose from.
#pragma once

#include "fullscreen/windows.hpp"

#include <asio_chat/reply_data.hpp>

#include <cstddef>
#include <string>

namespace asio_chat::app {

/// At least one entry of a room's log; the newest is chosen first.
class hit_list {
 public:
  /// @param found has entries
  hit_list(const answers::found& found, const windows& all);

  /// The hits as a window, with one of them chosen.
  const window& shown() const noexcept { return hits_; }
  const std::string& room() const noexcept { return room_; }
  position chosen() const { return hits_.log.at(*hits_.chosen).at; }
  /// Chooses another one: so many further down.
  void move(std::ptrdiff_t by);

 private:
  std::string room_;
  window hits_;
};

} // namespace asio_chat::app
