// The way from the options to a connected client, with the questions to the user.
#pragma once

#include "known_hosts.hpp"
#include "options.hpp"
#include "saved_session.hpp"

#include <asio_chat/client.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace asio_chat::app {

class sign_in {
 public:
  /// @param interactive whether a user can be asked
  /// @param fetches whether what was missed is fetched as it is read: the rooms are joined anew
  /// then
  sign_in(boost::asio::io_context& context, options& o, bool interactive, bool fetches);

  /// Tries until the client is connected or nothing more can be tried. If there is no client, every
  /// error has been printed.
  std::unique_ptr<client> run();

  const connected& news() const noexcept { return news_; }
  /// Of the client that is connected; none if it cannot be kept.
  std::optional<saved_session> take_session() { return std::exchange(session_, std::nullopt); }
  /// Why it cannot be kept, if that is no choice of the person's.
  const std::string& why_no_session() const noexcept { return why_no_session_; }
  /// What an earlier client with that name has left.
  const kept_session& earlier() const noexcept { return earlier_; }
  int exit_code() const noexcept { return exit_code_; }

 private:
  bool ask_name();
  void open_session();
  bool ask_passphrase(const failure& why);
  bool log_in(const resume_state& reached);
  /// Returns whether to try again.
  /// @param reached what the client was let in with, if it was
  bool after(const failure& why, const server_certificate& server, const resume_state& reached);
  bool decide_on_trust(const failure& why, const server_certificate& server);
  bool remember(const server_certificate& server);

  boost::asio::io_context& context_;
  options& options_;
  bool interactive_;
  bool fetches_;
  bool name_was_asked_ = false;
  int passphrases_asked_ = 0;
  int logins_ = 0;
  std::optional<resume_state> device_; ///< of an account that was logged in to now
  std::optional<known_hosts> known_;   ///< only where no other trust was given
  std::optional<saved_session> session_;
  std::string why_no_session_;
  kept_session earlier_;
  connected news_;
  int exit_code_ = 0;
};

} // namespace asio_chat::app
