// Puts a server together.
#pragma once

#include "accounts/authenticator.hpp"
#include "accounts/passwords.hpp"
#include "base/clock.hpp"
#include "base/logger.hpp"
#include "base/work_watch.hpp"
#include "domain/hub.hpp"
#include "net/admission_control.hpp"
#include "net/protocols/protocol_table.hpp"
#include "net/proxy_gate.hpp"
#include "net/reactor.hpp"
#include "net/refusal_log.hpp"
#include "server/hook_runner.hpp"
#include "server/listening_set.hpp"
#include "server/log_watcher.hpp"
#include "server/random_secrets.hpp"
#include "server/session_set.hpp"
#include "server/storage.hpp"
#include "server/tls_keeper.hpp"
#include "server/waiting_results.hpp"
#include "transport/call_check.hpp"
#include "transport/completion.hpp"
#include "transport/loop_time.hpp"
#include "transport/turn_queue.hpp"

#include <asio_chat/host_member.hpp>
#include <asio_chat/log_watch.hpp>
#include <asio_chat/server.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace asio_chat {

/// What a server is put together with besides its configuration.
struct server_parts {
  std::span<const net::protocol_row> protocols = net::default_protocols();
  std::unique_ptr<authenticator> who = {}; ///< none: whoever knows the passphrase
  server_hooks hooks = {};
};

/// Members are in the order in which they need each other; they are destroyed in reverse. They are
/// many because this is where the parts of a server meet, and nothing else.
class detail::server_base::impl final : public std::enable_shared_from_this<impl> {
 public:
  using tcp = boost::asio::ip::tcp;

  impl(const boost::asio::any_io_executor& executor, server_config config, server_parts parts = {},
       place_function place = {});

  result<void> reload_tls(const tls_server_config& config);
  void reload_tls_later(handler<result<void>> h, tls_server_config config);
  result<void> reload_storage(const storage_config& config);
  void reload_storage_later(handler<result<void>> h, storage_config config);
  void change_account_later(handler<result<void>> h, account_change change); // host_access.cpp
  result<void> announce(std::string text);                                   // likewise
  void stop(handler<error_code> h);
  server_stats stats() const;
  void check_call(const char* of, const char* operation) const { calls_.check(of, operation); }
  // connections.cpp
  result<tcp::endpoint> listen(const std::string& host, std::uint16_t port);
  void listen_later(handler<result<tcp::endpoint>> h, const std::string& host, std::uint16_t port);
  result<tcp::endpoint> listen_insecure_plaintext(const std::string& host, std::uint16_t port);
  result<void> listen_on(int listening_socket);
  std::vector<tcp::endpoint> listening_on() const { return listening_.addresses(); }
  result<void> accept(tcp::socket socket);
  memory_transport connect_in_memory();
  // host_access.cpp
  result<void> add_command(host_command c);
  std::vector<session_info> sessions() const { return sessions_->list(); }
  std::vector<room_info> rooms() const;
  bool close(std::uint64_t session, const close_reason& why);
  const transport::completion_owner& owner() const noexcept { return owner_; }
  result<std::string> reserve_name(const std::string& name) { return hub_.reserve_name(name); }
  void give_name_back(const std::string& name) { hub_.give_name_back(name); }
  void post(entry draft, const identity& who, handler<result<position>> h);
  void read_log(const std::string& room, const log_range& part, handler<result<history_page>> h);
  std::shared_ptr<log_watch_base::impl> make_watch(std::map<std::string, position> after);
  /// Cuts everything off: the server goes.
  void end();

 private:
  bool keeps_accounts(const server_parts& parts) const;
  std::unique_ptr<authenticator> make_authenticator(server_parts& parts);
  post_hook ask_about_posts();
  std::function<void(std::uint64_t, const account*)> login_log();
  std::function<void(std::uint64_t, const std::string&)> key_log();
  /// What writes messages into the log, where that is asked for.
  std::function<void(const entry&)> message_log() const;
  void log_message(const entry& e) const;
  template <class Do>
  void for_each_watch(Do what) {
    for (const auto& one : watches_)
      if (const auto alive = one.lock()) what(*alive);
  }
  using stream_maker = std::unique_ptr<transport::stream> (impl::*)(transport::tcp_socket socket,
                                                                    const origin& from);
  std::unique_ptr<transport::stream> make_tls_stream(transport::tcp_socket s, const origin& from);
  std::unique_ptr<transport::stream> make_plain_stream(transport::tcp_socket s, const origin& from);
  /// What is done with a connection that comes.
  void begin(transport::tcp_socket socket, const tcp::endpoint& from, stream_maker make_stream);
  void begin_from_unix(transport::tcp_socket socket);
  /// It is known where it really comes from.
  void admit(transport::tcp_socket socket, const origin& from, stream_maker make_stream);
  result<void> check_can_listen() const;
  result<tcp::endpoint> listen_at(const listening_set::endpoints& wanted);
  result<void> check_directory(const storage_config& config) const;
  void cancel_stop(std::uint64_t number, boost::asio::cancellation_type type);
  void begin_limits();
  void limit_beyond_loopback(const std::vector<tcp::endpoint>& at);
  void watch_clock();
  /// Checks all connected clients anew.
  void trust_has_changed();
  void stop_parts();
  void complete_stop();

  const server_config config_;
  const server_hooks hooks_;
  const transport::completion_owner owner_;
  const transport::loop loop_;
  transport::call_check calls_;
  logger log_;
  time_source& clock_ = *loop_.time;
  clock_watch clock_watch_{clock_};
  work_watch watch_;
  server_counters counters_;
  const std::shared_ptr<hook_runner> hook_runner_;
  const std::shared_ptr<tls_keeper> tls_; ///< has none: in memory only
  storage storage_;
  const std::unique_ptr<password_hasher> passwords_; ///< null: there are no accounts
  random_secrets secrets_;
  hub hub_;
  const std::unique_ptr<authenticator> authenticator_;
  net::protocol_set protocols_;
  net::refusal_log refusals_;
  net::admission_control admission_;
  net::session_context shared_;
  net::reactor reactor_;
  listening_set listening_;
  const std::shared_ptr<net::proxy_gate> proxies_;
  const std::shared_ptr<transport::turn_queue> handshakes_; ///< wait for their turns here
  const std::shared_ptr<session_set> sessions_;
  std::vector<std::weak_ptr<log_watch_base::impl>> watches_;
  const std::shared_ptr<waiting_results<void>> reloads_;
  const std::shared_ptr<waiting_results<position>> posts_;
  const std::shared_ptr<waiting_results<history_page>> pages_;
  std::vector<std::string> page_rooms_; ///< by the place of the ticket
  bool stopped_ = false;                ///< or about to be
  struct waiting_stop {
    std::uint64_t number;
    transport::completion<error_code> complete;
  };
  std::vector<waiting_stop> stopping_;
  std::uint64_t stops_ = 0; ///< calls so far
  bool drained_ = false;    ///< no connection is left
};

} // namespace asio_chat
