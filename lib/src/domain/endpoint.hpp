// One connection of a member, as the domain sees it.
#pragma once

#include "accounts/app_password.hpp"
#include "accounts/certificate.hpp"
#include "domain/inflight_limit.hpp"
#include "domain/member.hpp"
#include "domain/sink.hpp"
#include "model/identity.hpp"
#include "model/request.hpp"

#include <asio_chat/host_requests.hpp>
#include <asio_chat/limits.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace asio_chat {

class hub;
class room;

/// How long a request waits for what was asked before it: requests of one connection are
/// carried out in their order.
enum class turn {
  at_once,       ///< not at all: the journal keeps the order by itself
  after_posts,   ///< until all that was said before is stored and told
  after_answers, ///< until everything is answered
  last,          ///< likewise, and until the entries asked for on joining have come
};

/// How a connection comes in.
struct login {
  identity who{};
  std::string name;
  bool many_rooms = true;     ///< whether the protocol can tell one room from another
  bool may_come_back = false; ///< with the same identity: the name is held meanwhile
  std::string address = {};   ///< that others may see; empty: they may not
  std::string host = {};      ///< a key of the address it comes from, for rates; empty: none
  rights may = rights::all();
  bool data_replies = false; ///< the client wants answers as data, and makes the lines by itself
  std::string user = {};     ///< as the host knows it; empty: it does not
  std::uint64_t session = 0; ///< the number of the connection
  role as = role::guest;     ///< on the server
  bool has_account = false;  ///< `who` is that of an account
  bool name_given = false;   ///< by who proves the members, and not asked for by this one
  /// Of the token that the client keeps; none: it keeps none.
  std::optional<identity> token = {};
  bool token_chosen = false;                 ///< by the client: it becomes no device
  std::shared_ptr<const app_limit> app = {}; ///< what this connection is held to; null: nothing
  std::shared_ptr<const certificate_login> certificate = {}; ///< null: it has shown none
  bool direct_rooms = false; ///< the client has a room for those who write to its account
};

/// What a failure is told as. A code of the system or of a library is `errc::not_available`.
refused refusal_of(std::string_view ref, const failure& why);

/// The same of what the host does not want. Its words are for a person, and may be anything.
failure refusal_by_host(const host_refusal& no);

/// A sink, where it stands in the log of each room, and what it has asked for. The rooms, the name
/// and the rights are its member's. Owned by the hub.
class endpoint {
 public:
  /// @param number never used again for another endpoint
  endpoint(std::uint64_t number, std::shared_ptr<member> of, const login& l, asio_chat::sink& s,
           hub& in, const limits& allowed, std::shared_ptr<allowances> address_allowed = {})
      : number_(number)
      , member_(std::move(of))
      , many_rooms_(l.many_rooms)
      , address_(l.address)
      , data_replies_(l.data_replies)
      , session_(l.session)
      , host_(l.host)
      , token_(l.token)
      , token_chosen_(l.token_chosen)
      , app_(l.app)
      , certificate_(l.certificate)
      , direct_rooms_(l.direct_rooms)
      , sink_(s)
      , hub_(in)
      , address_allowed_(std::move(address_allowed))
      , inflight_{inflight_limit(allowed.posts_under_way), inflight_limit(max_answers),
                  inflight_limit(max_openings),
                  inflight_limit(allowed.rooms_per_member + max_answers),
                  inflight_limit(max_upkeep)} {}

  std::uint64_t number() const noexcept { return number_; }
  member& of() const noexcept { return *member_; }
  const identity& who() const noexcept { return member_->who(); }
  const std::string& name() const noexcept { return member_->name(); }
  asio_chat::sink& sink() const noexcept { return sink_; }
  /// Whether its protocol can tell one room from another.
  bool many_rooms() const noexcept { return many_rooms_; }
  /// That others may see; empty: they may not.
  const std::string& address() const noexcept { return address_; }
  bool data_replies() const noexcept { return data_replies_; }
  /// A key of the address it comes from; empty: none. See `network`.
  const std::string& host() const noexcept { return host_; }
  const std::optional<identity>& token() const noexcept { return token_; }
  bool token_is_chosen() const noexcept { return token_chosen_; }
  /// What this connection is held to beside its role; null: nothing.
  const app_limit* app() const noexcept { return app_.get(); }
  rights lets() const noexcept { return app_ ? app_->lets : rights::all(); }
  /// Whether what is said to its member alone is for this connection, too.
  bool takes_directs() const noexcept { return !app_ || app_->takes_directs(); }
  /// Null: it has shown none.
  const certificate_login* certificate() const noexcept { return certificate_.get(); }
  /// Whether the certificate alone has let it in.
  bool came_by(const key_hash& key) const noexcept;
  /// What it shares with all others of its address; null: nothing.
  allowances* shared_allowances() const noexcept { return address_allowed_.get(); }
  /// Whether what others write to its account comes in rooms, see `direct_logs`; else one by one.
  bool direct_rooms() const noexcept { return direct_rooms_; }
  /// The number of the connection; 0: it has none.
  std::uint64_t session() const noexcept { return session_; }
  /// For the host program.
  member_info info() const { return {name(), member_->user(), session_}; }

  /// A room it is in, and where it stands in the list of its subscribers.
  struct membership {
    room* in;
    std::size_t index;
    rights may = rights::all();   ///< by the role in this room, and its modes
    std::chrono::seconds slow{0}; ///< between two messages; 0: no matter
  };
  const std::vector<membership>& memberships() const noexcept { return memberships_; }

  void tell(event e) const {
    if (auto* r = std::get_if<reply>(&e)) r->data_alone = data_replies_;
    sink_.deliver(share(std::move(e)));
  }
  /// It is logged out, and nothing that it still waits for is done. Its connection ends soon.
  void dismiss(const std::string& why);
  bool is_dismissed() const noexcept { return dismissed_; }
  /// The answer to a request that is not carried out.
  void refuse(std::string_view ref, const failure& why) const;

  /// The journal is asked for something, or has answered. An endpoint with too much under way is
  /// not listened to for a while.
  void begin(work w) {
    if (inflight(w).begin()) add_reason_to_hold();
  }
  /// The same for something to be stored, of which a member who floods has less under way.
  void begin_post();
  void end(work w) {
    if (inflight(w).end()) drop_reason_to_hold();
    if (!waiting_.empty()) go_on_later();
  }
  /// Entries were asked for on joining a room, and have come, or it is out of the room.
  void begin_catching_up() noexcept { ++catching_up_; }
  void end_catching_up() {
    --catching_up_;
    if (!waiting_.empty()) go_on_later();
  }
  /// The host is asked about a message of this endpoint, or has answered: the journal does not know
  /// of it yet.
  void begin_undecided() noexcept { ++undecided_; }
  void end_undecided() noexcept { --undecided_; }
  /// Nothing is read of it meanwhile: what it is may change.
  void begin_changing() {
    ++changes_;
    add_reason_to_hold();
  }
  void end_changing() {
    --changes_;
    drop_reason_to_hold();
  }
  bool is_changing() const noexcept { return changes_ > 0; }
  /// Whether a request may be carried out now, if none waits before it.
  bool is_time_for(turn t) const noexcept;

 private:
  static constexpr std::uint32_t part_of_flood = 32; ///< of `limits::posts_under_way`
  static constexpr std::size_t max_answers = 8;
  static constexpr std::size_t max_openings = 32;
  static constexpr std::size_t max_upkeep = 64;

  struct waiting_request {
    turn when;
    std::variant<request, close_reason> what; ///< the last of them may be the end
  };

  inflight_limit& inflight(work w) noexcept { return inflight_[static_cast<std::size_t>(w)]; }
  const inflight_limit& inflight(work w) const noexcept {
    return inflight_[static_cast<std::size_t>(w)];
  }
  void add_reason_to_hold() {
    if (reasons_to_hold_++ == 0) sink_.hold(true);
  }
  void drop_reason_to_hold() {
    if (--reasons_to_hold_ == 0) sink_.hold(false);
  }
  void go_on_later();

  friend class direct_logs;    // what it was told
  friend class hub;            // feeds, waiting requests
  friend class held_endpoints; // holds it for a while
  friend class subscribers;    // memberships

  std::uint64_t number_;
  std::shared_ptr<member> member_;
  bool many_rooms_;
  std::string address_;
  bool data_replies_;
  std::uint64_t session_;
  std::string host_;
  std::optional<identity> token_;
  bool token_chosen_;
  std::shared_ptr<const app_limit> app_;
  std::shared_ptr<const certificate_login> certificate_;
  bool direct_rooms_;
  bool follows_direct_ = false; ///< goes into the room of whoever writes to it
  bool heard_direct_ = false;   ///< was told messages, and has not shown since that it lives
  bool misses_direct_ = false;  ///< its sink was full when there was one to be told
  asio_chat::sink& sink_;
  std::vector<membership> memberships_;
  std::size_t next_fed_ = 0; ///< whose room was fed from last
  hub& hub_;
  std::shared_ptr<allowances> address_allowed_; ///< null: nobody shares any with it
  std::array<inflight_limit, kinds_of_work> inflight_;
  std::uint32_t reasons_to_hold_ = 0;
  std::uint32_t changes_ = 0;            ///< of what it is, under way
  std::uint32_t catching_up_ = 0;        ///< rooms of which entries are to come that were asked for
  std::uint32_t undecided_ = 0;          ///< messages of which the host has not said what becomes
  std::vector<waiting_request> waiting_; ///< in their order; one, where the sink obeys `hold`
  bool waiting_holds_ = false;
  bool dismissed_ = false;
  bool slowed_ = false;  ///< it was faster than its rates allow
  bool goes_on_ = false; ///< a task for that is on its way
};

} // namespace asio_chat
