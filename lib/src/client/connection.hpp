// One connection to a server: looked up, connected, verified, then messages both ways.
#pragma once

#include "client/heartbeat.hpp"
#include "transport/connect_race.hpp"
#include "transport/memory_socket.hpp"
#include "transport/stream.hpp"
#include "wire/frame.hpp"
#include "wire/native_codec.hpp"

#include <asio_chat/client.hpp>
#include <asio_chat/tls/server_verifier.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <string>

namespace asio_chat::client_room {

/// What is told of a connection. Never called inside a call of the connection's user, and never
/// again after `on_closed` or after the user abandoned it.
class connection_user {
 public:
  virtual void on_open(const tls_info& tls) = 0; ///< verified; time to say hello
  virtual void on_message(wire::native::message m) = 0;
  virtual void on_closed(const failure& why) = 0; ///< no error if it was left

 protected:
  ~connection_user() = default;
};

/// Its operations keep it alive; the user holds one more reference and may let it go at any time
/// after `abandon` or `retire`.
///
///   looking_up -> connecting -> handshaking -> logging_in -> open -> leaving -> closed
///
/// One timer bounds everything up to `open`, is the heartbeat's from the welcome on, and bounds the
/// leaving.
class connection final : public transport::stream_owner {
 public:
  connection(boost::asio::io_context& context, std::shared_ptr<const client_config> config,
             connection_user& user);
  ~connection() override;

  void open(std::shared_ptr<boost::asio::ssl::context> tls);
  void open_in_memory(std::unique_ptr<asio_chat::detail::memory_socket> socket);
  /// The server has welcomed us, and counts our silence from now on.
  /// @param idle_time as it was told
  void welcomed(std::optional<std::chrono::milliseconds> idle_time);
  /// The login is over: from here on only silence is limited.
  void logged_in();

  /// What is sent while a write is under way leaves together after it.
  void send(std::string frame);
  /// While not reading, the server has to wait.
  void set_reading(bool on);

  /// There are five seconds left.
  void begin_leaving();
  /// Says bye after what is waiting, and hears out the server.
  void say_bye();
  /// The server said goodbye: closes properly, and the user hears nothing more.
  void retire();
  /// Closes at once, and the user hears nothing more.
  void abandon() noexcept;

  /// The server's certificate, as soon as it was seen.
  const std::optional<tls::certificate_info>& server() const noexcept { return verifier_.seen(); }

 private:
  enum class phase { looking_up, connecting, handshaking, logging_in, open, leaving, closed };
  using self = boost::intrusive_ptr<connection>;
  using tcp = boost::asio::ip::tcp;
  using resolver = boost::asio::ip::basic_resolver<tcp, boost::asio::io_context::executor_type>;
  using timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>,
                                        boost::asio::io_context::executor_type>;

  void connect(const resolver::results_type& where);
  void on_connected(const error_code& e, transport::tcp_socket socket);
  void on_handshake(const error_code& e, std::size_t);
  void begin_login(const tls_info& tls);

  void read();
  void on_read(const error_code& e, std::size_t n);
  void handle_frames();
  void handle(std::string_view payload);
  void on_end_of_input(const error_code& e);

  void flush();
  void write_rest();
  void on_write(const error_code& e, std::size_t n);

  void wait_until(steady_time when);
  void on_time();
  void keep_alive();
  void on_shutdown(const error_code& e, std::size_t);
  void close(failure why);

  std::string where() const;
  failure timed_out() const;

  boost::asio::io_context& context_;
  std::shared_ptr<const client_config> config_;
  connection_user* user_;
  phase phase_ = phase::looking_up;

  resolver resolver_;
  std::weak_ptr<transport::connect_race> race_; ///< while connecting
  std::shared_ptr<boost::asio::ssl::context> tls_;
  tls::server_verifier verifier_;
  std::unique_ptr<transport::stream> stream_;

  wire::frame_reader reader_{wire::native_payload_cap};
  bool want_reading_ = true;
  bool reading_ = false;
  std::string outbox_;
  std::string in_flight_; ///< being written
  std::size_t written_ = 0;
  bool writing_ = false;

  timer timer_;
  steady_time deadline_;   ///< of what the timer waits for
  steady_time give_up_at_; ///< of everything up to `open`
  heartbeat heartbeat_;
};

} // namespace asio_chat::client_room
