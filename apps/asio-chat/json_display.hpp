// The conversation for programs: one JSON object per line. docs/client.md lists them.
#pragma once

#include "display.hpp"

namespace asio_chat::app {

class json_display final : public display {
 public:
  using display::show;
  std::vector<shown_line> show(const client_event& e, std::string_view room,
                               const line_origin& answered) override;
  std::vector<shown_line> show(const changed_member& m) override;
};

/// An error that concerns one line of the input.
std::string json_error(const error_code& code, std::string_view message, const line_origin& line);

} // namespace asio_chat::app
