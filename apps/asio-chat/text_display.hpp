// The conversation for people.
#pragma once

#include "display.hpp"

#include <asio_chat/time.hpp>

#include <string>

namespace asio_chat::app {

enum class time_format {
  off,   ///< `NAME: text`
  clock, ///< `[HH:MM:SS] NAME: text`
  full,  ///< `[YYYY-MM-DD HH:MM:SS] NAME: text`
};

/// The time with its bracket and a space, in the local time zone; nothing if it is off.
std::string stamp(wall_time t, time_format format);

class text_display final : public display {
 public:
  /// @param server as the person named it
  text_display(time_format format, std::string server, bool name_verified)
      : format_(format)
      , server_(std::move(server))
      , name_verified_(name_verified) {}

  std::vector<shown_line> show(const client_event& e, std::string_view room) const override;

 private:
  time_format format_;
  std::string server_;
  bool name_verified_;
};

} // namespace asio_chat::app
