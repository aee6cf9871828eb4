// All rooms and everybody in them.
#pragma once

#include "accounts/drawn_secrets.hpp"
#include "accounts/login_attempts.hpp"
#include "accounts/passwords.hpp"
#include "accounts/people.hpp"
#include "base/sliced_work.hpp"
#include "domain/account_exporter.hpp"
#include "domain/audit_notes.hpp"
#include "domain/endpoint.hpp"
#include "domain/forgetter.hpp"
#include "domain/guest_rooms.hpp"
#include "domain/host_commands.hpp"
#include "domain/key_guests.hpp"
#include "domain/limiter.hpp"
#include "domain/login_requests.hpp"
#include "domain/member.hpp"
#include "domain/name_book.hpp"
#include "domain/post_shares.hpp"
#include "domain/room.hpp"
#include "domain/short_rooms.hpp"
#include "model/request.hpp"

#include <asio_chat/account_change.hpp>
#include <asio_chat/second_factor.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace asio_chat {

struct command_row;
class direct_logs;
class read_marks;

class hub {
 public:
  struct services {
    journal& log;
    const clock& time;
    const asio_chat::limits& limits;
    server_counters& counters;
    scheduler later;
    std::string default_room;                        ///< as `check_room_name` makes it
    std::function<void(const entry&)> on_entry = {}; ///< hears of each entry stored
    name_store* names = nullptr; ///< where names are held; none: in memory alone
    std::map<std::string, std::size_t> join_history = {}; ///< of rooms for which the limit differs
    work_watch* watch = nullptr;                          ///< of requests and answers; may be null
    post_hook on_post = {}; ///< is asked about each message; answers once, or never any more
    people_store* people =
        nullptr; ///< where accounts, roles and bans are kept; none: in memory alone
    password_hasher* passwords = nullptr; ///< null: there are no accounts
    bool registration = true;             ///< whoever comes may make an account
    bool guests = true;                   ///< whoever has none may do more than log in
    /// Who is kept from coming in, and why, in lines for an operator; may be empty.
    std::function<std::vector<std::string>()> admission = {};
    /// Hears of each wrong password: which connection, and for which account, if there is one.
    std::function<void(std::uint64_t session, const account* tried)> on_wrong_password = {};
    second_factor* factor = nullptr; ///< null: there is none
    factor_need needs_factor = factor_need::nobody;
    bool needs_invitation = false; ///< to make an account
    /// Hears of each wrong key of a room: which connection, and for which room.
    std::function<void(std::uint64_t session, const std::string& room)> on_wrong_key = {};
    secret_source* secrets = nullptr; ///< null: nothing is drawn for members
  };

  explicit hub(services s);
  ~hub();
  hub(const hub&) = delete;
  hub& operator=(const hub&) = delete;

  /// From now on members are held to limits; see `limiter::begin`.
  void limit(const run_time_limits& configured, time_source& time, bool beyond_loopback);
  asio_chat::limiter& limiter() noexcept { return limiter_; }
  const asio_chat::limiter& limiter() const noexcept { return limiter_; }
  const asio_chat::guest_rooms& guest_rooms() const noexcept { return guest_rooms_; }
  /// Nothing is done by the time any more: the server ends.
  void rest();

  /// A new connection, in no room yet. The sink must live until `leave`. If the same identity is
  /// here already, it is one more of that member, whose name stays, beside those that it does not
  /// replace (`replaced_by`). If it replaces them all, it is a new member with the name of `l`.
  /// Those that are replaced are told to go, and are out of all rooms at once.
  result<endpoint*> enter(sink& s, const login& l);
  /// Out of all rooms, and gone: the reference is dead afterwards. With the last one its member is
  /// gone as well.
  /// @param for_good the member will not come back: the name is free at once
  void leave(endpoint& e, bool for_good = false);
  /// Its sink can take more.
  static void ready(endpoint& e);

  /// The gate: whatever a member asks comes in here. Carries it out at once, or when what was asked
  /// before lets it, after the checks that its row of the command table asks for; until then the
  /// sink is on hold. The answer, or why it is refused, goes to the sink.
  void dispatch(endpoint& e, request&& r);
  /// It wants to go, or has to: the sink is closed when all that it asked is answered.
  void quit(endpoint& e, const close_reason& why);

  /// A connection becomes another member, in the same rooms: it has logged in or out.
  void become(endpoint& e, const login& l);

  // What the rows of the command table are made of.

  /// A free name for a member who asked for none or for one that is taken: `wish` itself, or with
  /// a number behind it.
  std::string free_name(std::string_view wish, const identity& who,
                        named by = named::by_themselves) const;
  result<void> rename(member& m, std::string_view wish);
  /// The member goes into a room: this endpoint, which has asked, and the others of it, which are
  /// told the state of the room.
  /// @param from where to begin in its log; no more of the last entries than the room gives
  result<void> join(endpoint& e, std::string_view room_name, std::string_view ref,
                    start_position from = {});
  /// The member goes out of a room: all its endpoints do.
  result<void> part(endpoint& e, std::string_view room_name);
  /// The room a command is about, if the endpoint is in it.
  result<room*> room_of(const endpoint& e, std::string_view room_name) const;
  const member* find_member(const identity& who) const;
  member* find_member(std::string_view name) const;
  const name_book& names() const noexcept { return names_; }
  /// Whether others are told of a member that it has no account.
  bool is_marked(const member& m) const noexcept { return for_rooms_.marks_guests && m.is_guest(); }
  endpoint* find_endpoint(std::uint64_t number) const;
  using rooms_by_name = std::map<std::string, std::shared_ptr<room>, std::less<>>;
  const rooms_by_name& rooms() const noexcept { return rooms_; }
  const asio_chat::limits& limits() const noexcept { return services_.limits; }
  const clock& time() const noexcept { return services_.time; }
  const std::string& default_room() const noexcept { return services_.default_room; }
  std::size_t member_count() const noexcept { return members_.size(); }
  const journal& log() const noexcept { return services_.log; }
  /// What accounts say to each other alone.
  direct_logs& directs() noexcept { return *directs_; }
  /// How far accounts have read.
  read_marks& reads() noexcept { return *reads_; }
  server_counters& counters() const noexcept { return services_.counters; }
  /// Of what sinks are given at this moment.
  asio_chat::priority priority() const noexcept { return for_rooms_.priority; }
  /// What is answered later may be answered when the hub is gone.
  std::weak_ptr<hub*> alive() const noexcept { return self_; }
  /// The commands that the host has added.
  const host_commands& own_commands() const noexcept { return own_commands_; }
  /// Who hears of each entry stored, instead of the one before; may be empty.
  void on_entry(std::function<void(const entry&)> hears) { for_rooms_.on_entry = std::move(hears); }
  /// Nobody can take the name, until it is given back. The value is how it is written.
  result<std::string> reserve_name(std::string_view name);
  void give_name_back(std::string_view name) { names_.give_back(name); }
  result<void> add_command(host_command c) { return own_commands_.add(std::move(c)); }

  // moderation.cpp: roles, bans, and what becomes of those they are about.

  /// Whether this is somebody who has been here: a member, one who has gone and may come back, or a
  /// device of an account.
  bool remembers(const identity& who) const {
    return by_identity_.contains(who) || names_.holds_for(who) || people_.of_device(who);
  }
  asio_chat::people& people() noexcept { return people_; }
  const asio_chat::people& people() const noexcept { return people_; }
  const services& parts() const noexcept { return services_; }
  login_attempts& attempts() noexcept { return attempts_; }
  const login_attempts& attempts() const noexcept { return attempts_; }
  /// New devices that ask older ones to let them in.
  asio_chat::login_requests& login_requests() noexcept { return login_requests_; }
  role role_in(const member& m, std::string_view room) const;
  /// Of `as`, what counts of an account: less where a second factor is wanted that it has not.
  role counted(const identity& account, role as) const;
  /// Whether somebody has to make a second factor before anything else.
  bool must_make_factor(const member& m) const;
  /// `you are owner once you have a second factor: …`; empty: the role of their account counts, on
  /// the server and in the room.
  std::string waiting_role(const member& m, std::string_view room = {}) const;
  /// Tells that to one who has come in.
  void tell_waiting_role(endpoint& e) const;
  /// Whether somebody has to show more of who they are before anything else: that they have an
  /// account, or its second factor.
  bool is_stranger(const member& m) const {
    return (!services_.guests && !m.has_account()) || must_make_factor(m);
  }
  /// Whether somebody may hear that there is such a room.
  /// @param lets what is left of the rights of their role
  bool may_see(const member& m, const std::string& room, rights lets = rights::all()) const;
  /// The same, over this connection.
  bool may_see(const endpoint& e, const std::string& room) const;
  /// What the role on the server gives, over this connection.
  static rights rights_on_server(const endpoint& e) noexcept {
    return rights_of(e.of().role()) & e.lets();
  }
  /// Roles, modes or bans of the room have changed; empty: of all rooms. Takes a while where many
  /// are here.
  void grade(std::string_view room);
  /// The role of an account on the server has changed, or the account has gone.
  void take_role(const identity& account);
  /// Out of the room, or off the server if it knows no other.
  void put_out(member& m, const std::string& room, const std::string& why);
  void close_all(member& m, const std::string& why);
  /// Everybody whom the ban is about, from where it holds. Takes a while where many are here.
  void enforce(const ban& b, const std::string& why);
  /// Those connections of the account.
  void close_those(const identity& account, const std::function<bool(const endpoint&)>& which,
                   const std::string& why);
  /// Does it to everybody, to the first few at once and to the others in slices; to whoever comes
  /// meanwhile, too. So it has to depend on what is known then alone.
  void sweep(std::function<void(member&)> what);
  /// Other long work, in slices likewise.
  void in_slices(sliced_work::slice work) { sweeps_.add(std::move(work)); }
  /// Destroys what accounts have said that are gone.
  asio_chat::forgetter& forgetter() noexcept { return forgetter_; }
  /// Of what is kept of accounts, for them.
  account_exports& exports() noexcept { return exports_; }
  /// What an operator does (account_changes.cpp): whoever is in that account is told, and closed.
  /// @param done from inside the call or later; not at all if the hub is gone
  void change_account(account_change c, people::done done);
  /// Says something in a room, as the server itself.
  void announce(const std::string& room, std::string text);
  /// Tells everybody who is here, as the server itself; strangers hear nothing. Takes a while
  /// where many are.
  void tell_all(const std::string& text);
  /// Writes down what a moderator has done.
  void note(std::string text) { announce(std::string(audit_room), std::move(text)); }
  /// The same of what was done in a room: no more than `audit` takes of those who keep order in
  /// rooms alone.
  /// @param by number of the connection; of one that is gone it is no operator's
  void note_in(const std::string& room, std::uint64_t by, std::string text);
  /// What an account did with itself, as often as it likes: as much as of a room.
  void note_own(const identity& account, std::string text);
  /// Tells operators who is held back.
  void alarm(std::string text) { announce(std::string(alarm_room), std::move(text)); }
  /// What one who is muted is told.
  std::string sentence_of_mute(const ban& b) const;
  /// Whether the server lets nobody in whom this ban is about.
  result<void> check_bans(const subject& s, std::string_view room) const;
  /// `errc::key_required` if it is private, and nothing else keeps them out.
  result<void> check_may_enter_room(const endpoint& e, const std::string& room) const;
  asio_chat::key_guests& key_guests() noexcept { return key_guests_; }
  asio_chat::short_rooms& short_rooms() noexcept { return short_rooms_; }

  /// So many members, or rooms of theirs, are gone through in one piece.
  static constexpr std::size_t max_swept = 128;
  static constexpr std::string_view audit_room = "audit";
  static constexpr std::string_view alarm_room = "alarms";
  /// Written by the server alone, for those who operate it.
  static bool is_of_server(std::string_view room) noexcept {
    return room == audit_room || room == alarm_room;
  }

 private:
  friend class direct_logs; // rooms of its own
  friend class endpoint;    // goes on when it is answered

  static constexpr std::size_t max_upkeep = 100'000;

  result<endpoint*> try_to_enter(sink& s, login l);
  void carry_out(endpoint& e, request&& r);
  /// It is an operator of the server who keeps order: no storm shall keep that waiting.
  bool moderates(endpoint& e, const request& r, const command_row* row);
  limiter::services for_limits();
  guest_rooms::services for_guest_rooms();
  /// The folded name of whom the request is to say something to, and to nobody else; empty: there
  /// is no such member or account, or it is who says it.
  std::string receiver_of(const endpoint& e, const request& r) const;
  /// What the request takes and the member has not; none: nothing.
  right right_lacking(const endpoint& e, const endpoint::membership* place, const command_row& row,
                      const request& r) const;
  /// A failure if the member is to be silent for a while, or may not do this.
  result<void> check_may(endpoint& e, endpoint::membership*& place, const command_row& row,
                         const request& r);
  /// Whether a member may do this in a room that the endpoint is in, as it is now.
  bool may(endpoint& e, const room& r, right what);
  static failure refusal_of_app(const app_limit& l);
  failure refusal_of_right(const endpoint& e, const endpoint::membership* place,
                           right lacking) const;
  result<endpoint::membership*> place_of(endpoint& e, std::string_view room_name);
  void grade(member& m, room& r);
  void grade_direct(member& m, room& r);
  void grade(member& m);
  static subject subject_of(const endpoint& e, role here);
  void note_opener(const std::string& room, const endpoint& e);
  /// Nothing was ever said in it: keeps whose it is, or tells why there can be no such room.
  void begin_room(const room& r, std::function<void(const result<void>&)> done);
  /// Whose room this is about is being looked at: what is said in it waits.
  bool is_being_opened(const endpoint& e, const request& r) const;
  void make_way(std::string_view name, const identity& who);
  void forget(member& m, bool for_good);
  void account_changed(const account_change& c, const identity& of);
  static void wait(endpoint& e, endpoint::waiting_request r);
  void go_on_later(const endpoint& e);
  void go_on(endpoint& e);
  std::shared_ptr<member> member_of(const login& l);
  void replace(member& old);
  /// The connections of its member whose place one that comes so takes.
  std::vector<endpoint*> replaced_by(const member& m, const login& l) const;
  /// The member that has other connections than those it replaces, which are closed; null: none.
  std::shared_ptr<member> beside_others(const login& l);
  /// @param by whose connection it is done for; null: for none that is still here
  name_store::change_done begin_upkeep(endpoint* by);
  void leave_rooms(endpoint& e);
  std::size_t join_history_of(const std::string& room) const;
  void drop_if_empty(const room& r, endpoint* last = nullptr);

  std::shared_ptr<hub*> self_; ///< for what may be answered when the hub is gone
  services services_;
  room_services for_rooms_;
  host_commands own_commands_;
  std::unordered_map<std::uint64_t, std::unique_ptr<endpoint>> endpoints_;
  std::map<std::uint64_t, std::shared_ptr<member>> members_; ///< by number, see `sweep`
  std::map<identity, member*> by_identity_;                  ///< those who may come back
  post_shares post_shares_;
  std::size_t upkeep_ = 0; ///< under way, also for members who are gone
  name_book names_;
  asio_chat::people people_;
  asio_chat::forgetter forgetter_{{services_.log, people_, services_.later,
                                   [this](std::string what) { note(std::move(what)); }}};
  account_exports exports_{services_.time};
  login_attempts attempts_;
  asio_chat::login_requests login_requests_;
  sliced_work sweeps_;
  /// Who has made a room whose log is being opened.
  struct opener {
    identity who{};
    bool has_account = false;
    std::string shown{}; ///< to operators
  };
  std::map<std::string, opener, std::less<>> openers_; ///< but for who the host knows
  asio_chat::limiter limiter_;
  audit_notes notes_;
  asio_chat::guest_rooms guest_rooms_;
  asio_chat::key_guests key_guests_;
  asio_chat::short_rooms short_rooms_;
  std::unique_ptr<direct_logs> directs_;
  std::unique_ptr<read_marks> reads_;
  rooms_by_name rooms_;           ///< sorted, so that nobody who lists them waits until they are
  std::uint64_t last_number_ = 0; ///< of an endpoint or a member
};

} // namespace asio_chat
