// All that holds members back, and what operators are told of it.
#pragma once

#include "accounts/facts.hpp"
#include "domain/abuse_guard.hpp"
#include "domain/address_allowances.hpp"
#include "domain/alarm_book.hpp"
#include "domain/held_endpoints.hpp"
#include "domain/rate_keeper.hpp"
#include "model/run_time_limits.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

struct command_row;
class endpoint;
class member;
class room;

/// The limits as they are configured, as operators have set them since, and what carries them out.
/// Until `begin` there are none.
class limiter {
 public:
  struct services {
    server_counters& counters;
    std::function<endpoint*(std::uint64_t number)> find; ///< null: it is gone
    abuse_guard::bearer_of bearer;
    abuse_guard::room_of in_room;
    abuse_guard::receiver_of receiver;
    /// Whether a member keeps order where the request is about: they are held to rates alone.
    std::function<bool(endpoint&, const request&)> keeps_order;
    std::function<void(std::string)> alarm; ///< says something to operators
  };

  explicit limiter(services s);
  limiter(const limiter&) = delete;
  limiter& operator=(const limiter&) = delete;

  /// @param time must live as long
  /// @param beyond_loopback whether limits are on that are so by themselves beyond loopback
  void begin(const run_time_limits& configured, time_source& time, bool beyond_loopback);
  void listens_beyond_loopback();

  /// Those that hold now; the reference stays good.
  const run_time_limits& now() const noexcept { return now_; }
  const run_time_limits& configured() const noexcept { return configured_; }
  /// What operators have set holds, and all else as configured. One that is no limit any more is
  /// passed over.
  void choose(const std::map<std::string, limit_choice, std::less<>>& set);

  bool is_on() const noexcept { return rates_ || guard_; }
  /// A request has come: why it has to be refused, or nothing. Its endpoint may be held for a
  /// while.
  /// @param row null: of a request that cannot be read
  std::optional<failure> judge(endpoint& e, const request& r, const command_row* row);
  /// What is counted only once it is known that it can be done; likewise.
  std::optional<failure> charge(endpoint& e, rated kind) {
    return rates_ ? rates_->charge(e, kind) : std::nullopt;
  }
  /// Somebody new comes from an address, whom no name is held for. `of_address` is theirs.
  result<void> judge_new_name(const std::string& host, std::string_view name);
  /// What all members with the same key share: of their address. May be null.
  std::shared_ptr<allowances> of_address(const std::string& host);

  /// Nothing is done by the time any more.
  void rest();

  /// Counts a refusal, and tells operators.
  /// @return what the member is told
  failure refuse(abuse_guard::verdict no, std::string who);
  /// Tells operators of something, folded as refusals are.
  void tell(std::string who, std::string what);

  /// Null: none are on.
  const abuse_limits* abuse() const noexcept { return guard_ ? &now_.abuse : nullptr; }
  const rate_keeper* rates() const noexcept { return rates_.get(); }
  /// Who is held back now, for an operator.
  std::vector<std::string> describe_held() const;

 private:
  /// What needs the time.
  struct timed {
    timed(time_source& t, const services& s);
    time_source& time;
    held_endpoints held;
    alarm_book alarms;
  };

  void apply();

  const services services_;
  run_time_limits configured_;
  run_time_limits now_;
  bool beyond_loopback_ = false;
  std::unique_ptr<timed> timed_;
  address_allowances addresses_;
  std::unique_ptr<rate_keeper> rates_;
  std::unique_ptr<abuse_guard> guard_;
};

/// `alice (192.0.2.7)`
std::string with_address(std::string_view name, std::string_view host);

} // namespace asio_chat
