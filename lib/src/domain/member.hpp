// A member: somebody in the chat, over one connection or several.
#pragma once

#include "base/clock.hpp"
#include "domain/allowances.hpp"
#include "domain/conduct.hpp"
#include "domain/post_shares.hpp"
#include "domain/read_turns.hpp"
#include "model/identity.hpp"
#include <asio_chat/rights.hpp>

#include <asio_chat/limits.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat {

class endpoint;
class room;

/// An identity with a name, the rooms it is in, and its connections. Lives as long as it has one;
/// to others it is one, however many those are.
class member {
 public:
  /// @param number never used again for another member
  member(std::uint64_t number, const identity& who, std::string name, bool may_come_back,
         rights may, const limits& allowed, std::string user = {}, role as = role::guest,
         bool has_account = false, wall_time came = {})
      : number_(number)
      , who_(who)
      , name_(std::move(name))
      , may_come_back_(may_come_back)
      , may_(may)
      , user_(std::move(user))
      , role_(as)
      , has_account_(has_account)
      , several_(has_account || allowed.member_connections > 1)
      , came_(came)
      , max_openings_(static_cast<double>(std::max(allowed.rooms_per_member, min_openings)))
      , openings_(max_openings_) {}
  member(const member&) = delete;
  member& operator=(const member&) = delete;

  std::uint64_t number() const noexcept { return number_; }
  /// The same for every login with the same token.
  const identity& who() const noexcept { return who_; }
  const std::string& name() const noexcept { return name_; }
  bool may_come_back() const noexcept { return may_come_back_; }
  /// What the host lets them do. Their role may let them do less.
  bool may(right r) const noexcept { return may_.has(r); }
  /// On the server; in a room it may be a higher one.
  asio_chat::role role() const noexcept { return role_; }
  /// Whether `who` is that of an account.
  bool has_account() const noexcept { return has_account_; }
  /// It is neither an account nor whom a host or a certificate knows.
  bool is_guest() const noexcept { return proof_ == 0; }
  /// Whether it may have several connections at the same time. A guest is a token, and has one.
  bool may_have_several() const noexcept { return several_ && !is_guest(); }
  /// What others are told of who it is (proof.hpp); 0: nothing proves it.
  std::uint64_t proof() const noexcept { return proof_; }
  /// By the first of its connections.
  wall_time came() const noexcept { return came_; }
  /// As the host knows it; empty: it does not.
  const std::string& user() const noexcept { return user_; }
  /// In the order in which they came; none in one that has been replaced.
  std::span<endpoint* const> endpoints() const noexcept { return endpoints_; }

  /// A room, and how many of the endpoints are in it.
  struct presence {
    room* in;
    std::size_t endpoints;
    std::optional<steady_time> spoke = {}; ///< where the room is slow
  };
  std::span<const presence> rooms() const noexcept { return rooms_; }
  bool is_in(const room& r) const noexcept {
    return std::ranges::find(rooms_, &r, &presence::in) != rooms_.end();
  }

  /// Why they do not answer; empty: they do. Ends with the member.
  const std::string& away() const noexcept { return away_; }
  void set_away(std::string why) {
    away_ = std::move(why);
    told_away_.clear();
  }
  /// Whether this one has to be told of it, which they are once.
  bool tells_away(const identity& who) { return !away_.empty() && told_away_.insert(who).second; }

  /// What it has left of each rate.
  allowances& allowed() noexcept { return allowed_; }
  /// What it reads of logs and looks for in them; may outlive the member.
  const std::shared_ptr<read_turns>& reads() {
    if (!reads_) reads_ = std::make_shared<read_turns>();
    return reads_;
  }
  /// Of what is said on this server.
  post_share& share() noexcept { return share_; }
  /// What it did lately, where settings against abuse are on.
  conduct& done() {
    if (!done_) done_ = std::make_unique<conduct>();
    return *done_;
  }

  /// To be asked before an empty room is made for this member: each may leave keys and a log
  /// behind. As many as a member may be in are made at once, so that one who comes back gets into
  /// all of theirs again, and no fewer than `min_openings`; then one a second.
  bool may_open_a_room(steady_time now) noexcept {
    const std::chrono::duration<double> passed = now - opened_last_;
    openings_ = std::min(max_openings_, openings_ + passed.count());
    opened_last_ = now;
    if (openings_ < 1) return false;
    openings_ -= 1;
    return true;
  }

 private:
  static constexpr std::size_t min_openings = 64; ///< members of few rooms may change them often

  /// An endpoint has joined the room; whether it is the first one in this room.
  bool subscribed(room& r) {
    const auto found = std::ranges::find(rooms_, &r, &presence::in);
    if (found != rooms_.end()) return ++found->endpoints == 1;
    rooms_.push_back({&r, 1});
    return true;
  }
  /// An endpoint has left the room; whether it was the last one in this room.
  bool unsubscribed(room& r) {
    const auto found = std::ranges::find(rooms_, &r, &presence::in);
    if (--found->endpoints > 0) return false;
    rooms_.erase(found);
    return true;
  }

  friend class hub;         // the name, the rights, the endpoints
  friend class subscribers; // memberships

  std::uint64_t number_;
  identity who_;
  std::string name_;
  bool may_come_back_;
  rights may_;
  std::string user_;
  asio_chat::role role_;
  bool has_account_;
  bool several_; ///< an account has those by its app passwords beside the others
  std::uint64_t proof_ = 0;
  wall_time came_;
  std::string away_{};
  std::set<identity> told_away_{};
  std::vector<endpoint*> endpoints_;
  std::vector<presence> rooms_;
  allowances allowed_;
  std::shared_ptr<read_turns> reads_; ///< made when the first one comes
  post_share share_;
  std::unique_ptr<conduct> done_;
  double max_openings_;
  double openings_;
  steady_time opened_last_{};
};

} // namespace asio_chat
