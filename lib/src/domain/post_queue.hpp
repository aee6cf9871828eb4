// The messages of a room about which the host is asked, before the journal gets them.
#pragma once

#include "model/identity.hpp"

#include <asio_chat/entry.hpp>
#include <asio_chat/host_requests.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace asio_chat {

class endpoint;
class room;
struct room_services;

/// The host is asked about all of them at once, but they leave in their order: one that is decided
/// waits for those before it. How many there are is bounded by `limits::posts_under_way` of each
/// author.
class post_queue : public std::enable_shared_from_this<post_queue> {
 public:
  /// @param in, services, which have the hook, must live as long; `in` keeps this
  post_queue(room& in, room_services& services)
      : room_(in)
      , services_(services) {}

  /// @param ref of the answer to the author
  void ask(endpoint& author, entry draft, std::string ref);

 private:
  struct undecided {
    std::uint64_t author; ///< number of the endpoint
    identity who;
    bool has_account;
    entry draft;
    std::string ref;
    std::optional<post_answer> answer;
  };

  void decide(std::uint64_t number, post_answer a);
  void release();
  void let_go(undecided&& u);

  room& room_;
  room_services& services_;
  std::deque<undecided> waiting_;
  std::uint64_t first_ = 0; ///< the number of the first one that waits
  bool releasing_ = false;
};

} // namespace asio_chat
