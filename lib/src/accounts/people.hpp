// The people whom the server knows: accounts and their devices, roles and modes of rooms, bans.
#pragma once

#include "accounts/ban_book.hpp"
#include "accounts/direct_facts.hpp"
#include "accounts/facts.hpp"
#include "accounts/people_store.hpp"
#include "accounts/read_book.hpp"
#include "accounts/self_facts.hpp"
#include "base/clock.hpp"
#include "base/scheduler.hpp"
#include "names/look.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat {

class account_book;

/// What is in memory is what is on the disk: a change is seen when it is kept, and not before. So
/// changes are made one after the other, each from what those before it have left.
class people {
 public:
  using done = std::function<void(result<void>)>;
  using maker = std::function<result<std::vector<fact>>()>;

  /// @param store may be null: then all of it ends with the process
  /// @param later runs tasks soon, on the same thread
  people(people_store* store, const clock& time, scheduler later);
  people(const people&) = delete;
  people& operator=(const people&) = delete;
  ~people();

  /// Asks `make` for facts when its turn has come, and keeps them; a failure changes nothing.
  /// @param then later, never from inside the call; not at all if this has gone
  void change(maker make, done then);

  /// A device has come: kept soon, once an hour at most, and many at once as one change.
  void saw(const identity& token);
  /// One of two accounts has heard what they said to each other until then: kept soon, and many as
  /// one change; what the disk refuses, with the next one. What was heard before stays so.
  void heard(const identity& who, const identity& other, const position& until);
  /// Also what is not kept yet; zero: nothing.
  position heard_until(const identity& who, const identity& other) const;
  /// How far accounts have read rooms. What is changed there has to be kept by `keep_reads`.
  read_book& reads() noexcept { return reads_; }
  const read_book& reads() const noexcept { return reads_; }
  /// Of no more than so many accounts. What the disk refuses has to be kept again.
  void keep_reads(std::size_t max, done then);
  /// Everything, before the end: in the order of the calls, if nothing else is under way at once.
  void keep_all_reads();

  /// What others are told anew, because an account has come or gone: never before the change is
  /// kept, and from inside of that.
  struct listener {
    /// The account is displayed otherwise: it has got a lookalike, or has none any more.
    std::function<void(const identity& account)> displayed{};
    /// Of one that is gone, and that others ignore: its name is another one's.
    std::function<void(const identity& gone)> name_passed_on{};
  };
  void tell(listener l) { listener_ = std::move(l); }

  /// References are good until the next change.
  const account* find(std::string_view name) const;
  const account* find(const identity& id) const;
  /// Whether the name, which nobody need bear, looks like that of another account than this.
  bool has_lookalike(std::string_view name, const identity& of) const;
  /// The same of what names look like, see `looks_of`.
  bool has_lookalike(const std::vector<std::string>& looks, const identity& of) const;
  /// Of the device with this token; null if it is of none.
  const account* of_device(const identity& token) const;
  /// Those that have logged out the device with this token, which may be a guest's now.
  std::vector<identity> accounts_before(const identity& token) const;
  const device* find_device(const identity& token) const;               ///< null: it is of none
  std::vector<const account*> accounts() const;                         ///< sorted by name
  std::vector<const device*> devices_of(const identity& account) const; ///< by number
  /// That the certificate opens to who asks for this name; null: none. One that nobody has shown
  /// opens it to who asks for the account's name alone.
  const account* of_certificate(const key_hash& key, std::string_view asked) const;
  /// Null: it is of no account.
  const account_certificate* find_certificate(const key_hash& key) const;
  std::vector<const account_certificate*>
  certificates_of(const identity& account) const; ///< likewise
  /// Also one that is not on yet; null: none.
  const account_factor* factor_of(const identity& account) const;
  bool has_factor(const identity& account) const {
    const account_factor* f = factor_of(account);
    return f != nullptr && f->is_on;
  }
  /// Null: there is none with this secret, see `app_password`.
  const app_password* find_app_password(const identity& secret) const;
  std::vector<const app_password*> app_passwords_of(const identity& account) const; ///< by number
  /// Null: the account has none of this number.
  const app_password* app_password_of(const identity& account, std::uint64_t number) const;
  /// One that is not over; null: none.
  const invitation* find_invitation(std::string_view code) const;
  using invitations_by_code = std::map<std::string, invitation, std::less<>>;
  /// Also those that are over.
  const invitations_by_code& invitations() const noexcept { return invitations_; }
  std::size_t invitation_count() const noexcept { return invitations_.size(); }
  const room_facts* room(std::string_view name) const;
  using rooms_by_name = std::map<std::string, room_facts, std::less<>>;
  const rooms_by_name& rooms() const noexcept { return rooms_; }
  /// Those that guests have left, see `room_facts`.
  const std::set<std::string, std::less<>>& guest_rooms() const noexcept { return guest_rooms_; }
  /// Those that keep less than the server would.
  const std::set<std::string, std::less<>>& short_rooms() const noexcept { return short_rooms_; }
  /// Of what these two have said to each other; null: nothing.
  const direct_log* find_direct(const identity& one, const identity& another) const;
  /// Those to whom the account has said something, or who have to it.
  std::vector<identity> correspondents_of(const identity& account) const;
  /// Some of them: the next ones behind that one, in an order that stays.
  std::vector<identity> correspondents_of(const identity& account,
                                          const std::optional<identity>& behind,
                                          std::size_t max) const;
  /// Null: none but those that every account has at first.
  const account_wishes* wishes_of(const identity& account) const;
  /// Null: it ignores nobody.
  const ignored_members* ignored_by(const identity& account) const;
  /// Whether any account ignores this one.
  bool is_ignored(const identity& account) const { return ignorers_.contains(account); }
  /// How the account wants to be called beside its name; null: only by that, or the name looks like
  /// one that another account has taken since.
  const std::string* displayed_by(const identity& account) const;
  /// The same, although another account looks like it.
  const std::string* wishes_to_display(const identity& account) const;
  /// Whether any account has such a name.
  bool displays_names() const noexcept { return !displayed_.empty(); }
  /// Accounts that are gone, and whose texts are not destroyed yet.
  const std::map<identity, farewell>& farewells() const noexcept { return farewells_; }
  /// Whether what the author said at that time is being destroyed, or was since the start.
  bool is_forgotten(const identity& author, wall_time said) const;
  /// That operators have set, by the name of the setting.
  const std::map<std::string, limit_choice, std::less<>>& limits() const noexcept {
    return limits_;
  }
  const ban_book::by_number& bans() const noexcept { return bans_.all(); }
  /// One that is not over, and is about the same in the same place; null: there is none.
  const ban* find_same_ban(const ban& b) const;
  /// Of this kind in this room, or everywhere if it is empty, shown by this name in whatever case.
  std::vector<const ban*> bans_shown_as(ban::kind what, std::string_view room,
                                        std::string_view name) const;
  /// About the account itself, of both kinds in all places.
  std::vector<const ban*> bans_of(const identity& account) const;
  /// One that is not over and is about a network with this host in it, in this room alone.
  const ban* find_ban_of_network(ban::kind what, std::string_view room,
                                 std::string_view host) const;
  /// As far as it is known that they are not over, see `removal_of_old_bans`.
  std::size_t count_bans_in(std::string_view room) const { return bans_.count_in(room); }
  std::size_t count_bans() const noexcept { return bans_.count(); }
  /// One that is not over and holds in this room; empty: everywhere.
  const ban* find_ban(ban::kind what, std::string_view room, const subject& s) const;
  /// How many bans `find_ban` has compared until now.
  std::size_t bans_compared() const noexcept { return bans_.compared(); }
  bool is_over(const ban& b) const { return b.until && time_.wall_now() >= *b.until; }

  /// @name For makers
  /// @{
  /// A failure if the name is another account's, or looks like it.
  result<account> new_account(std::string name, std::string password_hash,
                              role on_server = role::member) const;
  device new_device(const identity& token, const identity& account) const;
  /// A failure if the certificate is another account's, or this one's already, or if it has as many
  /// as it can have. One that nobody has shown gives way to one that is.
  result<account_certificate> new_certificate(const key_hash& key, const identity& account,
                                              std::string subject, bool proven) const;
  /// A failure if the account has as many as it can have.
  result<app_password> new_app_password(app_password asked) const;
  std::uint64_t next_ban() const noexcept {
    return bans().empty() ? 1 : bans().rbegin()->first + 1;
  }
  room_facts room_or_new(std::string_view name) const;
  direct_log direct_or_new(const identity& one, const identity& another) const;
  account_wishes wishes_or_new(const identity& account) const;
  ignored_members ignored_or_new(const identity& account) const;
  /// The account and all that opens it, gone. What it was given in rooms is of no use to others.
  std::vector<fact> removal_of(const account& a) const;
  /// The same, and that what it has said is to be destroyed.
  std::vector<fact> forgetting(const account& a) const;
  std::vector<fact> removal_of_devices(const identity& account) const;
  std::vector<fact> removal_of_factor(const identity& account) const;
  std::vector<fact> removal_of_certificates(const identity& account) const;
  /// Without the devices that came by them.
  std::vector<fact> removal_of_app_passwords(const identity& account) const;
  /// Of bans that are over; of very many some.
  std::vector<fact> removal_of_old_bans();
  std::vector<fact> removal_of_bans_in(std::string_view room) const;
  /// Of invitations that are over.
  std::vector<fact> removal_of_old_invitations() const;
  /// @}

  std::size_t account_count() const noexcept;

 private:
  struct wanted {
    maker make;
    done then;
  };

  void take(const fact& f);
  void keep_seen();
  void keep_heard();
  void take_account(const fact& f);
  /// An account has this name now, or has it no more.
  void tell_of_name(const std::string& name, const identity& whose);
  void take_room(const fact& f);
  void take_device(const fact& f);
  void take_certificate(const fact& f);
  void take_app_password(const fact& f);
  void take_direct_log(const fact& f);
  void take_ignored(const fact& f);
  void take_displayed(const fact& f);
  void take_farewell(const fact& f);
  void begin_next();
  void kept(const std::vector<fact>& facts, const done& then, result<void> how);

  people_store* store_;
  const clock& time_;
  scheduler later_;
  std::shared_ptr<people*> self_;
  std::deque<wanted> waiting_;                           ///< the first of them is under way
  std::set<identity> seen_;                              ///< devices of which that has to be kept
  bool keeps_seen_ = false;                              ///< some of them are under way
  std::unique_ptr<account_book> accounts_;               ///< and what opens them
  std::set<std::pair<identity, identity>> left_devices_; ///< tokens, and of which account
  look_book looks_;                                      ///< of accounts
  std::map<identity, account_factor> factors_;           ///< by account
  std::map<identity, app_password> app_passwords_;       ///< by secret
  std::map<std::pair<identity, std::uint64_t>, identity>
      app_secrets_;                 ///< of the same, by account and number
  invitations_by_code invitations_; ///< by code
  rooms_by_name rooms_;
  std::set<std::string, std::less<>> guest_rooms_;
  std::set<std::string, std::less<>> short_rooms_;
  std::map<std::string, direct_log, std::less<>> direct_logs_;
  std::set<std::pair<identity, identity>> correspondents_;  ///< each with each of theirs
  std::map<std::pair<identity, identity>, position> heard_; ///< by whom, of whom: has to be kept
  bool keeps_heard_ = false;                                ///< some of that is under way
  read_book reads_;
  std::map<identity, account_wishes> wishes_;   ///< by account
  std::map<identity, ignored_members> ignored_; ///< by account
  std::map<identity, std::size_t> ignorers_;    ///< by whom they ignore: how many
  struct shown_name {
    std::string name;
    std::vector<std::string> looks;
  };
  std::map<identity, shown_name> displayed_;             ///< by account
  std::multimap<std::string, identity> displayed_looks_; ///< of the same
  std::multimap<std::string, identity> ignored_names_;   ///< folded; whom accounts ignore
  listener listener_{};
  std::map<identity, farewell> farewells_;  ///< by account
  std::map<identity, wall_time> forgotten_; ///< authors, and until when they spoke
  std::map<std::string, limit_choice, std::less<>> limits_;
  ban_book bans_;
};

/// A number of 128 bits that nobody else has: not a secret.
identity draw_identity();

} // namespace asio_chat
