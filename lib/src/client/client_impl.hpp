// Connects, logs in, comes back: what stands behind `client`.
#pragma once

#include "client/backoff.hpp"
#include "client/bookmarks.hpp"
#include "client/connection.hpp"
#include "client/event_queue.hpp"
#include "client/login.hpp"
#include "client/membership.hpp"
#include "client/request_book.hpp"
#include "client/unacknowledged.hpp"

#include <asio_chat/client.hpp>

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace asio_chat {

/// idle: never connected, or over · connecting: the first attempt, a caller waits for it ·
/// ready: logged in · waiting: for the next attempt · returning: that attempt · leaving: the last
/// answers come, then we say bye
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
  /// The client is being destroyed: everything is aborted.
  void abort();

  const failure& last_failure() const noexcept { return *completer_.last; }
  const server_certificate& server() const noexcept { return server_; }
  resume_state saved_state() const { return {token_, events_.given().all()}; }

 private:
  enum class state { idle, connecting, ready, waiting, returning, leaving };
  using timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>,
                                        boost::asio::io_context::executor_type>;

  // connection_user
  void on_open(const tls_info& tls) override;
  void on_message(wire::native::message m) override;
  void on_closed(const failure& why) override;

  bool begin(connect_handler handler);
  failure make_context();
  void open_connection();
  void forget_connection();
  void retire_connection();

  std::vector<wire::native::join> wanted_rooms() const;
  wire::native::join entrance(std::string ref, std::string room) const;
  void on_login(client_room::login::outcome outcome);
  void logged_in();
  void pass_on(event e);
  void leave_if_answered();
  void attempt_failed(const failure& why, close_reason reason);
  void on_event(event e);
  void lost(close_reason reason);
  void come_back_later();
  void over(const failure& why);
  void note_server();

  /// Whether there will be a connection, though there is none now.
  bool coming_back() const noexcept {
    return state_ == state::waiting || state_ == state::returning;
  }
  /// Asks something of the server, or fails at once.
  template <class T, class Make>
  void request(boost::asio::any_completion_handler<void(error_code, T)> handler, Make make);

  void push(client_event e);
  static failure aborted();
  void log(severity s, std::string_view message, const std::string& detail) const;

  boost::asio::io_context& context_;
  std::shared_ptr<const client_config> config_;
  client_room::completer completer_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  bool in_memory_ = false;

  state state_ = state::idle;
  boost::intrusive_ptr<client_room::connection> connection_;
  boost::intrusive_ptr<client_room::connection> parting_; ///< closing by itself, after a goodbye
  std::optional<client_room::login> login_;
  tls_info session_;
  std::vector<event> early_;   ///< events of a login that is not over
  std::size_t text_bytes_ = 0; ///< what the server said last
  server_certificate server_;

  client_room::membership membership_;
  client_room::membership wanted_;   ///< what is asked for at the next login
  std::string token_;                ///< a secret: says who we are when we come back
  client_room::bookmarks bookmarks_; ///< how far we have read, the program may be behind
  client_room::unacknowledged messages_;
  client_room::request_book requests_;
  client_room::event_queue events_;
  client_room::pending<connected> connecting_;
  std::vector<client_room::pending<>> closing_;

  client_room::backoff backoff_;
  std::minstd_rand random_;
  std::chrono::milliseconds retry_in_{};
  std::vector<error_code> told_; ///< why attempts failed since the connection was lost
  steady_time ready_since_;
  timer retry_timer_;
};

} // namespace asio_chat
