// How a command reaches the daemon that has the data directory: by a Unix socket in it.
#pragma once

#include "base/clock.hpp"
#include "base/logger.hpp"

#include <asio_chat/account_change.hpp>
#include <asio_chat/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::ops {

/// `control` there.
std::string control_path(const std::string& data_directory);

/// Takes one change of an account, or one announcement, for each connection, as a line of JSON, and
/// answers with one. Whoever connects has to be root or the daemon's own user; others are closed
/// without a word.
class control_socket : public std::enable_shared_from_this<control_socket> {
 public:
  /// A receipt, or nothing where there is none.
  using answer = std::function<void(const result<std::string>&)>;
  using taker = std::function<void(account_change, answer)>;
  using announcer = std::function<result<void>(std::string text)>;
  static constexpr std::size_t max_line = std::size_t{64} * 1024; ///< twice the longest text
  static constexpr std::size_t max_connections = 8;               ///< more wait
  static constexpr std::chrono::seconds line_time{10};
  static constexpr std::chrono::seconds accept_pause{1}; ///< after a failure

  /// @param listening which it closes
  /// @param time must live as long
  control_socket(const boost::asio::any_io_executor& on, time_source& time, int listening,
                 taker take, announcer announce, log_function log);

  void start();
  /// Who waits for an answer gets none.
  void close();

 private:
  struct connection;

  void accept();
  void accept_later();
  void read(const std::shared_ptr<connection>& c);
  void carry_out(const std::shared_ptr<connection>& c, std::string_view line);
  void answer_with(const std::shared_ptr<connection>& c, const result<std::string>& how);
  void end(const std::shared_ptr<connection>& c);

  boost::asio::local::stream_protocol::acceptor acceptor_;
  time_source& time_;
  std::unique_ptr<timer> pause_;
  const taker take_;
  const announcer announce_;
  const logger log_;
  std::vector<std::weak_ptr<connection>> connections_;
  bool accepting_ = false;
  bool closed_ = false;
};

/// A line without its end, and back.
std::string control_line(const account_change& c);
result<account_change> read_control_line(std::string_view line);

/// The same of what everybody is to be told; none: the line is about something else.
std::string announcement_line(std::string_view text);
std::optional<std::string> announcement_in(std::string_view line);

/// Asks the daemon that uses the directory, and waits for its answer.
/// @returns none: no daemon listens there; what it has answered, see `control_socket::answer`
std::optional<result<std::string>> ask_daemon(const std::string& data_directory,
                                              const account_change& c);
std::optional<result<std::string>> ask_daemon_to_announce(const std::string& data_directory,
                                                          std::string_view text);

} // namespace asio_chat::ops
