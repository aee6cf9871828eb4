// Implements `client`: connects, logs in, reconnects.
#pragma once

#include "client/connection.hpp"
#include "client/conversation.hpp"
#include "client/event_queue.hpp"
#include "client/outstanding.hpp"
#include "client/reconnection.hpp"

#include <asio_chat/client.hpp>

#include <memory>
#include <string>
#include <vector>

namespace asio_chat {

/// Carries out what its parts decide: `conversation` after a message, `reconnection` after a lost
/// connection. Handlers wait in `outstanding` and `event_queue`.
///
/// idle: never connected, or over · connecting: the first attempt, for which a caller waits ·
/// ready: logged in · waiting: until the next attempt · returning: during that attempt · leaving:
/// waits for the last answers, then says bye
class client::impl final : public std::enable_shared_from_this<impl>,
                           private client_room::connection_user {
 public:
  impl(boost::asio::io_context& context, client_config config);
  ~impl();

  void connect(connect_handler handler);
  void connect_in_memory(memory_transport transport, connect_handler handler);
  void send(std::string room, std::string text, send_handler handler);
  void command(std::string room, std::string line, reply_handler handler);
  void history(std::string room, log_range part, history_handler handler);
  void receive(receive_handler handler);
  void close(close_handler handler);
  /// Aborts everything, because the client is being destroyed.
  void abort();

  const failure& last_failure() const noexcept { return *completer_.last; }
  const server_certificate& server() const noexcept { return server_; }
  resume_state saved_state() const { return {conversation_.token(), events_.given().all()}; }

 private:
  enum class state { idle, connecting, ready, waiting, returning, leaving };

  // connection_user
  void on_open(tls_info tls) override;
  void on_message(wire::native::message m) override;
  void on_closed(const failure& why) override;

  /// @param repeatable whether another connection can be made after this one
  bool begin(connect_handler handler, bool repeatable);
  void open_connection(boost::intrusive_ptr<client_room::dialer> way);
  void forget_connection();
  void retire_connection();

  client_room::frame_sender to_connection();
  void say_what_is_due();
  void logged_in();
  void pass_on(event e);
  void leave_if_answered();
  void attempt_failed(const failure& why, close_reason reason);
  void lost(close_reason reason);
  void come_back_after(std::chrono::milliseconds time);
  void come_back();
  void over(const failure& why);
  void note_server();

  /// Whether a connection is expected, although there is none now.
  bool coming_back() const noexcept {
    return state_ == state::waiting || state_ == state::returning;
  }
  /// Sends a request to the server, or fails at once.
  template <class T, class Make>
  void request(boost::asio::any_completion_handler<void(error_code, T)> handler, Make make);

  void push(client_event e);
  void log(severity s, std::string_view message, const std::string& detail) const;

  std::shared_ptr<const client_config> config_;
  time_source& time_;
  client_room::completer completer_;
  std::unique_ptr<client_room::network> network_;

  state state_ = state::idle;
  boost::intrusive_ptr<client_room::connection> connection_;
  boost::intrusive_ptr<client_room::connection> parting_; ///< closes by itself, after a goodbye
  server_certificate server_;

  client_room::conversation conversation_;
  client_room::outstanding outstanding_;
  client_room::event_queue events_;
  client_room::pending<connected> connecting_;
  std::vector<client_room::pending<>> closing_;

  client_room::reconnection reconnection_;
  std::unique_ptr<timer> retry_timer_;
};

} // namespace asio_chat
