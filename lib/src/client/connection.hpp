// One connection to a server: dialled, then messages both ways.
#pragma once

#include "client/connection_state.hpp"
#include "client/dialer.hpp"
#include "transport/stream.hpp"
#include "wire/frame.hpp"
#include "wire/native_codec.hpp"

#include <asio_chat/client.hpp>

#include <memory>
#include <optional>
#include <string>

namespace asio_chat::client_room {

/// What is told of a connection. Never called inside a call of the connection's user, and never
/// again after `on_closed` or after the user abandoned it.
class connection_user {
 public:
  virtual void on_open(tls_info tls) = 0; ///< verified; time to say hello
  virtual void on_message(wire::native::message m) = 0;
  virtual void on_closed(const failure& why) = 0; ///< no error if it was left

 protected:
  ~connection_user() = default;
};

/// Does what `connection_state` says: one read and one write under way, and one timer. Its
/// operations keep it alive; the user holds one more reference and may let it go at any time after
/// `abandon` or `retire`.
class connection final : public transport::stream_owner {
 public:
  connection(time_source& time, std::shared_ptr<const client_config> config, connection_user& user);
  ~connection() override;

  void open(boost::intrusive_ptr<dialer> way);
  /// See `connection_state`.
  void welcomed(std::optional<std::chrono::milliseconds> idle_time);
  /// The login is over: from here on only silence is limited.
  void logged_in();

  /// What is sent while a write is under way leaves together after it.
  void send(std::string_view frame);
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
  const tls::certificate_info* server() const noexcept;

 private:
  using self = boost::intrusive_ptr<connection>;
  using phase = connection_state::phase;

  void look_up();
  void connect();
  void secure();
  void begin_login();

  void read();
  void on_read(const error_code& e, std::size_t n);
  void handle_frames();
  void handle(std::string_view payload);
  void on_end_of_input(const error_code& e);

  void flush();
  void write_rest();
  void on_write(const error_code& e, std::size_t n);

  void wait();
  void on_time();
  void on_shutdown(const error_code& e, std::size_t);
  void close(const failure& why);

  /// One write under way; what comes meanwhile waits for the next.
  struct output {
    std::string waiting;
    std::string in_flight;
    std::size_t written = 0; ///< of what is in flight
    bool writing = false;
  };

  time_source& time_;
  connection_user* user_;
  connection_state state_;
  boost::intrusive_ptr<dialer> dialer_;
  std::unique_ptr<transport::stream> stream_;
  wire::frame_reader reader_{wire::native_payload_cap};
  bool want_reading_ = true;
  bool reading_ = false;
  output out_;
  std::unique_ptr<timer> timer_;
};

} // namespace asio_chat::client_room
