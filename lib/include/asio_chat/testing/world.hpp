// For the tests of a host program: a server, its network and its time, all in memory and all in the
// hand of the test. Link `asio_chat::testing`; needs no socket, no certificate and no waiting.
//
//     testing::world w;
//     my_bot bot(w.context());      // calls client::async_connect as ever: it reaches w.server()
//     w.run();                      // what can happen now happens
//     w.link(0).cut();              // the connection is lost
//     w.advance(1s);                // and the bot comes back by a new one
#pragma once

#include <asio_chat/server.hpp>
#include <asio_chat/server_hooks.hpp>
#include <asio_chat/time.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace asio_chat::testing {

/// The two ends of a link.
enum class end { client, server };

/// One message that went over a link.
struct recorded {
  end from;
  wall_time at{};   ///< by the time of the world, when it was sent
  std::string text; ///< the JSON of the native protocol, see docs/protocol.md
};

/// What carries one connection of a client to the server. It belongs to its world.
class link {
 public:
  /// Ends the connection for both ends, without a goodbye; what has not gone through is lost.
  void cut();
  /// Nothing goes through any more, in either direction, and neither end is told: as when a cable
  /// is pulled. Up to 64 KiB and what the ends hold back wait.
  void stall();
  /// Goes on after `stall` or `slow`, with what waits. A link that was cut stays so.
  void heal();
  /// No more than so many bytes a second go through in each direction; at least 1.
  void slow(std::size_t bytes_per_second);

  bool is_cut() const noexcept;
  /// All messages so far, in the order in which they were sent; those that a stalled link holds are
  /// among them.
  const std::vector<recorded>& traffic() const noexcept;

  class impl; ///< internal

 private:
  friend class world;
  explicit link(std::shared_ptr<impl> i)
      : impl_(std::move(i)) {}

  std::shared_ptr<impl> impl_;
};

/// An io_context with a server on it, on which time stands still until `advance`. Clients that are
/// made on this context reach that server, whatever host and port they are told, and come back to
/// it by themselves. Make one world in each test.
class world {
 public:
  explicit world(server_config config = {}, server_hooks hooks = {});
  /// Ends all links, then the server. Clients have to go first: they are on its context.
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  boost::asio::io_context& context() noexcept;
  asio_chat::server& server() noexcept;

  /// Everything happens that can happen without waiting.
  void run();
  /// Time passes. Each timer that becomes due meanwhile ends at its exact time: what is due after
  /// 30 s has happened after `advance(30s)`, and not after 29'999 ms.
  void advance(std::chrono::milliseconds by);
  /// The time of day; begins at the same moment in every world.
  wall_time now() const;

  /// How many connections were made, also those that have ended.
  std::size_t links() const noexcept;
  /// In the order in which they were made.
  /// @throws std::out_of_range if there is no such link
  testing::link& link(std::size_t n);

  /// Whether new connections are refused from now on.
  void refuse(bool on) noexcept;
  /// Destroys the server, cuts all links, and makes a new server of the same configuration. Its
  /// logs are new, unless they are on disk.
  void restart();

 private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace asio_chat::testing
