// A bot with commands: it answers `!echo TEXT` and `!count` in its room.
#pragma once

#include <asio_chat/client.hpp>

#include <boost/asio/io_context.hpp>

#include <string>
#include <string_view>
#include <utility>

class bot {
 public:
  bot(boost::asio::io_context& context, asio_chat::client_config config)
      : client_(context, std::move(config)) {}

  /// Connects, and answers from then on. The client comes back by itself after a lost connection;
  /// what was asked meanwhile is answered then.
  void start() {
    client_.async_connect([this](asio_chat::error_code e, const asio_chat::connected&) {
      if (!e) listen();
    });
  }

 private:
  void listen() {
    client_.async_receive([this](asio_chat::error_code e, const asio_chat::client_event& event) {
      if (e) return; // the client is over, or destroyed
      if (const auto* said = std::get_if<asio_chat::entry>(&event)) answer(*said);
      listen();
    });
  }
  void answer(const asio_chat::entry& said) {
    constexpr std::string_view echo = "!echo ";
    ++heard_;
    if (said.text.starts_with(echo)) say(said.room, said.text.substr(echo.size()));
    if (said.text == "!count") say(said.room, std::to_string(heard_) + " messages until now");
  }
  void say(const std::string& room, std::string text) {
    client_.async_send(room, std::move(text), [](asio_chat::error_code, const auto&) {});
  }

  asio_chat::client client_;
  int heard_ = 0;
};
