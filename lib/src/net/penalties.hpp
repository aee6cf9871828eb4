// Addresses that misbehave have to wait, longer each time.
#pragma once

#include "base/clock.hpp"
#include "net/address_key.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace asio_chat::net {

/// What a stranger did, from nothing to the worst.
enum class offence {
  none,
  left,     ///< went before it logged in: a look at which ports are open
  tls,      ///< no handshake came of it, or TLS broke
  login,    ///< a wrong passphrase, a certificate that is not accepted
  protocol, ///< bytes that are of no protocol, a frame that is too large
  deadline, ///< the handshake or the login was not done in time
};

/// As PerSourcePenalties of OpenSSH: each offence costs seconds, which run down as time goes by.
/// With `enforced_from` of them a host is refused for that long; the next time for twice as long,
/// and so on, and after `forgotten_after` without an offence it is new again. The table is bounded:
/// when it is full, the host that would be forgotten first is.
class penalties {
 public:
  static constexpr std::chrono::seconds enforced_from{15};
  static constexpr std::chrono::minutes forgotten_after{10};
  static constexpr std::size_t max_hosts = 65'536;

  /// @param longest how long a host is refused at most; zero: never. May change, and must live as
  ///   long
  penalties(const clock& time, const std::chrono::milliseconds& longest)
      : time_(time)
      , longest_(longest) {}
  penalties(const clock& time, const std::chrono::milliseconds&& longest) = delete;

  static std::chrono::seconds cost_of(offence o);

  /// @return for how long the host is refused from now on; zero: it is not, or was already
  std::chrono::milliseconds add(const address_key& host, offence o);
  bool is_refused(const address_key& host);
  std::size_t refused_hosts() const; ///< takes longer, the more there are
  /// The first of them, and for how long each is refused; likewise.
  std::vector<std::pair<address_key, std::chrono::milliseconds>> refused(std::size_t max) const;
  std::size_t size() const noexcept { return hosts_.size(); }

 private:
  struct record {
    steady_time debt_until{};
    steady_time refused_until{};
    unsigned times = 0; ///< that it was refused
    steady_time forgotten_at{};
  };

  void forget_old();
  void remember_until(const address_key& host, record& r, steady_time t);

  const clock& time_;
  const std::chrono::milliseconds& longest_;
  std::map<address_key, record> hosts_; ///< no hash, whose collisions somebody could choose
  std::set<std::pair<steady_time, address_key>> by_end_;
};

} // namespace asio_chat::net
