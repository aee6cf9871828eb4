// The colours of the full screen.
#pragma once

namespace asio_chat::app {

enum class theme {
  dark,  ///< for a dark ground
  light, ///< for a light one
  mono,  ///< without colours
};

} // namespace asio_chat::app
