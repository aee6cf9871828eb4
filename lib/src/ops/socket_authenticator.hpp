// Asks a program of the operator's who somebody is, over the program's Unix socket.
#pragma once

#include "base/clock.hpp"
#include "base/logger.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/server_hooks.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace asio_chat::ops {

/// A line of JSON goes to the program for each login, and one comes back, in any order; the page
/// docs/operating.md has the fields. It connects when there is something to ask, and anew after
/// a connection was lost. Whoever cannot be asked about is told to try again. Questions and answers
/// are 64 KiB at most.
class socket_authenticator : public std::enable_shared_from_this<socket_authenticator> {
 public:
  struct options {
    std::string path;
    /// Whose program may listen there: it is given passwords.
    std::vector<uid_t> users;
    std::chrono::milliseconds answer_time = std::chrono::seconds(10);
    std::size_t max_waiting = 256; ///< questions at the same time
  };

  /// @param time must live as long
  socket_authenticator(boost::asio::any_io_executor on, time_source& time, options o,
                       log_function log);
  ~socket_authenticator();

  /// Connects, so that the log says at once where that fails.
  void start();
  /// For `server_hooks::authenticate`.
  void ask(const login_request& who, login_answer_handler answer);
  /// Nothing is asked any more, and nothing of it keeps the loop running.
  void close();

 private:
  struct connection;
  struct question {
    login_answer_handler answer;
    steady_time until;
  };

  void connect();
  void connected(const std::shared_ptr<connection>& c);
  void write();
  void read();
  void take(std::string_view line);
  void lost(std::string_view reason);
  void expire();
  void wait_for_first();

  const boost::asio::any_io_executor executor_;
  time_source& time_;
  const options options_;
  const logger log_;
  std::shared_ptr<connection> connection_;
  std::map<std::uint64_t, question> waiting_; ///< by number: the first was asked first
  std::uint64_t asked_ = 0;
  std::string out_; ///< questions that are not being written yet
  std::unique_ptr<timer> timer_;
  bool fails_ = false; ///< and the log has said so
  bool closed_ = false;
};

/// The question's line. @param number is in the answer, too
std::string question_line(std::uint64_t number, const login_request& who);

struct numbered_answer {
  std::uint64_t number;
  result<login_answer> answer; ///< a failure: it says something else than an answer may
};
/// @returns a failure where it is not even known what is answered
result<numbered_answer> read_answer_line(std::string_view line);

} // namespace asio_chat::ops
