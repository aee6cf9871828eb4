// Puts a server together.
#pragma once

#include "accounts/authenticator.hpp"
#include "base/clock.hpp"
#include "base/logger.hpp"
#include "base/work_watch.hpp"
#include "domain/hub.hpp"
#include "net/listener.hpp"
#include "net/protocols/protocol_table.hpp"
#include "net/reactor.hpp"
#include "net/refusal_log.hpp"
#include "net/session.hpp"
#include "server/storage.hpp"
#include "server/tls_keeper.hpp"

#include <asio_chat/server.hpp>

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

namespace asio_chat {

/// What a server is put together with besides its configuration.
struct server_parts {
  std::span<const net::protocol_row> protocols = net::default_protocols();
  std::unique_ptr<authenticator> who = {}; ///< none: whoever knows the passphrase
};

/// Members are in the order in which they need each other; they are destroyed in reverse.
class server::impl final : public std::enable_shared_from_this<impl>, private net::session_keeper {
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
  /// All of these addresses; gives where it listens.
  result<std::vector<boost::asio::ip::tcp::endpoint>>
  open(const std::vector<boost::asio::ip::tcp::endpoint>& at, stream_maker make_stream);
  result<void> check_directory(const storage_config& config) const;
  void watch_clock();
  bool is_full(transport::tcp_socket& next);
  /// Checks all connected clients anew.
  void trust_has_changed();
  /// Checks some of the connected clients, and then the others.
  /// @param after the session checked last; null: none yet
  void judge_some(net::session* after);
  void begin(std::unique_ptr<transport::stream> stream, std::string address, std::uint16_t port);
  void ended(net::session& s) override;
  void cut_off_all();
  void complete_stop();

  boost::asio::io_context& context_;
  const server_config config_;
  logger log_;
  time_source& clock_;
  clock_watch clock_watch_{clock_};
  work_watch watch_;
  const std::shared_ptr<tls_keeper> tls_; ///< has none: in memory only
  storage storage_;
  hub hub_;
  const std::unique_ptr<authenticator> authenticator_;
  net::protocol_set protocols_;
  net::refusal_log refusals_;
  net::server_context shared_;
  net::reactor reactor_;
  std::vector<std::shared_ptr<net::listener>> listeners_;
  /// In an order, so that a walk through them can be interrupted.
  std::map<net::session*, boost::intrusive_ptr<net::session>> sessions_;
  std::unique_ptr<timer> drain_;
  std::vector<stop_handler> stopping_;
  std::uint64_t accepted_ = 0;
  bool full_ = false; ///< and has said so
};

} // namespace asio_chat
