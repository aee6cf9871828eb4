// What is refused because it bothers others: the settings against abuse.
#pragma once

#include "base/clock.hpp"
#include "domain/allowances.hpp"
#include "domain/conduct.hpp"
#include "model/request.hpp"

#include <asio_chat/abuse_limits.hpp>
#include <asio_chat/error.hpp>
#include <asio_chat/server_counters.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace asio_chat {

class endpoint;
class member;
class room;

/// Knows nothing of operators: who asks it leaves them out.
class abuse_guard {
 public:
  /// Of a refusal.
  struct verdict {
    failure told;     ///< with the time after which it may be done
    std::string what; ///< goes on after the name, for operators: the same for all of a kind
  };
  /// Who bears a name; null: nobody.
  using bearer_of = std::function<const member*(std::string_view name)>;
  /// The room that the request is about, if the endpoint is in it; null: it is not.
  using room_of = std::function<const room*(const endpoint&, const request&)>;

  /// The folded name of whom the request says something to directly, here or away; empty: nobody,
  /// or the one who says it.
  using receiver_of = std::function<std::string(const endpoint&, const request&)>;

  /// Whether it is about such requests at all.
  static bool is_judged(const request& r) noexcept;

  /// All must live as long.
  abuse_guard(const abuse_limits& limits, const clock& time, bearer_of bearer, room_of in_room,
              receiver_of receiver);

  /// None: it may be done, and is counted. What is refused counts for nothing.
  std::optional<verdict> judge(endpoint& e, const request& r);
  /// Somebody new comes from an address, under a name that is new.
  /// @param shared may be null
  std::optional<verdict> judge_name(allowances* shared);

 private:
  std::optional<verdict> judge_text(conduct& done, std::string_view text);
  std::optional<verdict> judge_mentions(const endpoint& e, const request& r,
                                        std::string_view text) const;
  std::optional<verdict> judge_receiver(conduct& done, std::string_view receiver);
  std::optional<verdict> judge_newcomer(conduct& done, const member& by);
  void keep(const member& by, conduct& done, std::string_view text, std::string_view receiver);
  void keep_receiver(conduct& done, std::string_view receiver);
  bool is_newcomer(const member& m) const;

  const abuse_limits& limits_;
  const clock& time_;
  bearer_of bearer_;
  room_of in_room_;
  receiver_of receiver_;
};

} // namespace asio_chat
