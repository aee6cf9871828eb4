// Saves how far the person has read.
#pragma once

#include "saved_session.hpp"
#include "screen.hpp"

#include "base/clock.hpp"

#include <asio_chat/client.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace asio_chat::app {

/// A second after something has come, and not before the screen has it: after a crash the rest is
/// shown again, rather than never.
class session_keeper {
 public:
  using read_positions = std::function<std::map<std::string, position>()>;

  /// @param read how far the person has read
  session_keeper(time_source& time, const client& chat, const output_queue& out,
                 saved_session session, read_positions read);

  /// An event was shown.
  void touch();
  /// @param in_order whether the server knows that the member will not come back
  /// @param same_member whether a later client has to be known as the same one all the same
  void end(bool in_order, bool same_member);

 private:
  kept_session now() const { return {chat_.saved_state(), read_()}; }
  void look();
  void wait();

  time_source& time_;
  std::unique_ptr<timer> timer_;
  bool waiting_ = false;
  const client& chat_;
  const output_queue& out_;
  saved_session session_;
  read_positions read_;
  std::optional<kept_session> shown_; ///< not on the screen yet
  std::uint64_t mark_ = 0;            ///< where the output ended when it was shown
};

} // namespace asio_chat::app
