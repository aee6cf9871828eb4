// Connections that are not read for a while, since their members ask for too much.
#pragma once

#include "base/clock.hpp"
#include "domain/token_bucket.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace asio_chat {

class endpoint;

class held_endpoints {
 public:
  /// @param find an endpoint by its number; null: it is gone
  held_endpoints(time_source& time, std::function<endpoint*(std::uint64_t)> find);
  held_endpoints(const held_endpoints&) = delete;
  held_endpoints& operator=(const held_endpoints&) = delete;

  /// One that is held already stays so for as long as it was to be.
  /// @param why for an operator
  void hold(endpoint& e, token_bucket::seconds wait, std::string why);
  /// Those that are held stay so: all of them end.
  void rest() { timer_.reset(); }

  /// Who is held now, for how long and why: the first of many.
  std::string describe() const;

 private:
  struct held {
    std::uint64_t number;
    std::string why;
  };

  void wake_later();
  void wake();

  const clock& time_;
  std::function<endpoint*(std::uint64_t)> find_;
  std::multimap<steady_time, held> until_;
  std::unique_ptr<timer> timer_; ///< null: it rests
};

} // namespace asio_chat
