// Implements `basic_client`: connects, logs in, reconnects.
#pragma once

#include "client/connection.hpp"
#include "client/conversation.hpp"
#include "client/event_queue.hpp"
#include "client/outstanding.hpp"
#include "client/reconnection.hpp"
#include "transport/call_check.hpp"

#include <asio_chat/detail/client_base.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_type.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace asio_chat::detail {

/// Carries out what its parts decide: `conversation` after a message, `reconnection` after a lost
/// connection. Handlers wait in `outstanding` and `event_queue`.
///
/// idle: never connected, or over · connecting: the first attempt, for which a caller waits ·
/// ready: logged in · waiting: until the next attempt · returning: during that attempt · leaving:
/// waits for the last answers, then says bye
class client_base::impl final : public std::enable_shared_from_this<impl>,
                                private client_room::connection_user {
 public:
  impl(boost::asio::any_io_executor executor, place_function place, client_config config);
  ~impl();

  void connect(handler<connected> h, diagnostics* why);
  void connect_in_memory(handler<connected> h, diagnostics* why, memory_transport transport);
  void send(handler<acknowledged> h, diagnostics* why, outgoing_message message);
  void command(handler<reply> h, diagnostics* why, std::string room, std::string line);
  void history(handler<history_page> h, diagnostics* why, std::string room, log_range part);
  void receive(handler<client_event> h, diagnostics* why);
  void close(handler<> h);
  bool reconnect();
  std::optional<std::chrono::milliseconds> next_attempt_in() const;
  /// Aborts everything, because the client is being destroyed.
  void abort();

  const server_certificate& server() const noexcept { return server_; }
  resume_state saved_state() const {
    return {conversation_.token(), events_.given().all(), conversation_.has_account()};
  }
  void check_call(const char* operation) const { calls_.check("client", operation); }

 private:
  enum class state { idle, connecting, ready, waiting, returning, leaving };

  // connection_user
  void on_open(tls_info tls) override;
  void on_message(wire::native::message m) override;
  void on_closed(const failure& why) override;

  /// @param repeatable whether another connection can be made after this one
  bool begin(handler<connected> h, diagnostics* why, bool repeatable);
  void open_connection(boost::intrusive_ptr<client_room::dialer> way);
  void forget_connection();
  void retire_connection();

  client_room::request_sender to_connection();
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
  /// @param idempotent whether it makes no difference to anybody that it was carried out
  template <class T, class Make>
  void request(handler<T> h, diagnostics* why, bool idempotent, Make make);

  // Each operation has a number: a slot that is emitted late finds nothing under it.
  using slot = boost::asio::cancellation_slot;
  using cancellation = boost::asio::cancellation_type;
  using canceller = void (impl::*)(std::uint64_t number, cancellation type);
  void cancel_by(slot s, canceller cancel, std::uint64_t number);
  void cancel_connect(std::uint64_t number, cancellation type);
  void cancel_send(std::uint64_t number, cancellation type);
  void cancel_request(std::uint64_t number, cancellation type);
  void cancel_receive(std::uint64_t number, cancellation type);
  void cancel_close(std::uint64_t number, cancellation type);
  client_room::request_remover from_connection();

  void push(client_event e);
  void log(severity s, std::string_view message, const std::string& detail) const;

  const boost::asio::any_io_executor executor_;
  const transport::completion_owner owner_{executor_};
  std::shared_ptr<const client_config> config_;
  const std::shared_ptr<time_source> time_;
  transport::call_check calls_;
  std::unique_ptr<client_room::network> network_;

  state state_ = state::idle;
  boost::intrusive_ptr<client_room::connection> connection_;
  boost::intrusive_ptr<client_room::connection> parting_; ///< closes by itself, after a goodbye
  server_certificate server_;

  client_room::conversation conversation_;
  client_room::outstanding outstanding_;
  client_room::event_queue events_;
  std::uint64_t operations_ = 0; ///< connecting, receiving and closing, so far
  client_room::pending<connected> connecting_;
  std::uint64_t connecting_number_ = 0;
  struct waiting_close {
    std::uint64_t number;
    client_room::pending<> waiting;
  };
  std::vector<waiting_close> closing_;

  client_room::reconnection reconnection_;
  std::unique_ptr<timer> retry_timer_;
  steady_time retry_at_{}; ///< while it waits
};

} // namespace asio_chat::detail
