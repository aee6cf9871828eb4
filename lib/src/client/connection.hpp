// One connection to a server: connects, then carries messages both ways.
#pragma once

#include "client/connection_state.hpp"
#include "client/dialer.hpp"
#include "transport/stream.hpp"
#include "wire/client_codec.hpp"
#include "wire/frame.hpp"

#include <asio_chat/client_config.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::client_room {

/// Receives the events of a connection. It is never called inside a call of the connection's user,
/// nor after `on_closed` or after the user has abandoned the connection.
class connection_user {
 public:
  virtual void on_open(tls_info tls) = 0; ///< the server is verified; send the hello now
  virtual void on_message(wire::native::message m) = 0;
  virtual void on_closed(const failure& why) = 0; ///< no error if the user has left

 protected:
  ~connection_user() = default;
};

/// Carries out what `connection_state` decides, with one read, one write and one timer under way.
/// Its operations keep it alive; the user holds one more reference and may drop it at any time
/// after `abandon` or `retire`.
class connection final : public transport::stream_owner {
 public:
  connection(std::shared_ptr<time_source> time, std::shared_ptr<const client_config> config,
             connection_user& user);
  ~connection() override;

  void open(boost::intrusive_ptr<dialer> way);
  /// See `connection_state`.
  void welcomed(std::optional<std::chrono::milliseconds> idle_time);
  /// The login has succeeded; from here on only silence ends the connection.
  void logged_in();

  /// What is sent while a write is under way leaves together after it.
  void send(const wire::native::request& r);
  /// Takes back the request with this id or reference, if none of its bytes was written. Returns
  /// whether there was one.
  bool withdraw(std::string_view name);
  /// The server has to wait while the client does not read.
  void set_reading(bool on);

  /// The connection ends within five seconds.
  void begin_leaving();
  /// Says bye after the waiting frames, and reads to the end.
  void say_bye();
  /// For when the server has said goodbye: closes properly, without further calls to the user.
  void retire();
  /// Closes at once, without further calls to the user.
  void abandon() noexcept;

  /// The server's certificate; null until the server has shown it.
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

  void add(const wire::native::request& r);
  void flush();
  void write_rest();
  void on_write(const error_code& e, std::size_t n);

  void wait();
  void on_time();
  void on_shutdown(const error_code& e, std::size_t);
  void close(const failure& why);

  /// One write is under way; frames that are added meanwhile wait for the next one.
  struct output {
    struct frame {
      std::string name; ///< the id of a message, the reference of another request
      std::size_t bytes;
    };
    std::string waiting;
    std::vector<frame> frames; ///< that wait
    std::string in_flight;
    std::size_t written = 0; ///< of what is in flight
    bool writing = false;
  };

  const std::shared_ptr<time_source> time_;
  connection_user* user_;
  connection_state state_;
  boost::intrusive_ptr<dialer> dialer_;
  std::unique_ptr<transport::stream> stream_;
  std::unique_ptr<wire::client_codec> codec_; ///< once it is known what the server speaks
  std::vector<wire::native::message> heard_;  ///< in one frame
  wire::frame_reader reader_{wire::native_payload_cap};
  bool want_reading_ = true;
  bool reading_ = false;
  output out_;
  std::unique_ptr<timer> timer_;
};

} // namespace asio_chat::client_room
