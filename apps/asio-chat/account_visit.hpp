// A short stay on the server, in no room, for what has to be said before a room can be joined.
#pragma once

#include "options.hpp"

#include <asio_chat/client.hpp>
#include <asio_chat/error.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <string>

namespace asio_chat::app {

/// Each function runs the context until the server has answered.
class account_visit {
 public:
  /// @param name empty: a guest whom the server names
  account_visit(boost::asio::io_context& context, const options& o, const std::string& name,
                const resume_state& as);

  failure enter();
  /// @param answer what it is answered with, if it is not refused
  failure say(const std::string& line, reply* answer = nullptr);
  /// Waits until a device of the account lets it in, or does not.
  failure wait_until_let_in(std::chrono::seconds longest);
  /// @return what comes in as the same one again
  resume_state leave();

 private:
  boost::asio::io_context& context_;
  client chat_;
};

} // namespace asio_chat::app
