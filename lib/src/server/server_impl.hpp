// Puts a server together.
#pragma once

#include "accounts/authenticator.hpp"
#include "base/clock.hpp"
#include "base/logger.hpp"
#include "base/work_watch.hpp"
#include "domain/hub.hpp"
#include "net/protocols/protocol_table.hpp"
#include "net/reactor.hpp"
#include "net/refusal_log.hpp"
#include "server/listening_set.hpp"
#include "server/session_set.hpp"
#include "server/storage.hpp"
#include "server/tls_keeper.hpp"
#include "transport/completion.hpp"

#include <asio_chat/server.hpp>

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace asio_chat {

/// What a server is put together with besides its configuration.
struct server_parts {
  std::span<const net::protocol_row> protocols = net::default_protocols();
  std::unique_ptr<authenticator> who = {}; ///< none: whoever knows the passphrase
};

/// Members are in the order in which they need each other; they are destroyed in reverse. They are
/// many because this is where the parts of a server meet, and nothing else.
class server::impl final : public std::enable_shared_from_this<impl> {
 public:
  impl(boost::asio::io_context& context, server_config config, server_parts parts = {});

  result<boost::asio::ip::tcp::endpoint> listen(const std::string& host, std::uint16_t port);
  result<boost::asio::ip::tcp::endpoint> listen_insecure_plaintext(const std::string& host,
                                                                   std::uint16_t port);
  std::vector<boost::asio::ip::tcp::endpoint> listening_on() const;
  memory_transport connect_in_memory();
  result<void> reload_tls(const tls_server_config& config);
  void reload_tls_later(tls_server_config config, reload_handler handler);
  result<void> reload_storage(const storage_config& config);
  void reload_storage_later(storage_config config, reload_handler handler);
  void stop(stop_handler handler);
  server_stats stats() const;
  /// Cuts everything off: the server goes.
  void end();

 private:
  /// What writes messages into the log, where that is asked for.
  std::function<void(const entry&)> message_log() const;
  using stream_maker =
      std::function<std::unique_ptr<transport::stream>(transport::tcp_socket socket)>;
  /// What is done with a connection that comes.
  net::listener::accepted begin_with(stream_maker make_stream);
  result<void> check_directory(const storage_config& config) const;
  void watch_clock();
  /// Checks all connected clients anew.
  void trust_has_changed();
  void stop_parts();
  void complete_stop();

  boost::asio::io_context& context_;
  const server_config config_;
  logger log_;
  time_source& clock_;
  clock_watch clock_watch_{clock_};
  work_watch watch_;
  server_counters counters_;
  const std::shared_ptr<tls_keeper> tls_; ///< has none: in memory only
  storage storage_;
  hub hub_;
  const std::unique_ptr<authenticator> authenticator_;
  net::protocol_set protocols_;
  net::refusal_log refusals_;
  net::session_context shared_;
  net::reactor reactor_;
  listening_set listening_;
  const std::shared_ptr<session_set> sessions_;
  bool stopped_ = false; ///< or about to be
  std::vector<transport::completion<error_code>> stopping_;
};

} // namespace asio_chat
