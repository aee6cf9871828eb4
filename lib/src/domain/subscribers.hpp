// The endpoints that listen in a room, and how far each has been told of its log.
#pragma once

#include "domain/endpoint.hpp"
#include "domain/log_feeder.hpp"

#include <asio_chat/journal.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat {

class room;
struct room_services;

/// Where in a log a member begins to listen: after the position they have, or else with so many
/// of the last entries.
struct start_position {
  std::optional<position> after = {};
  std::optional<std::size_t> history = {}; ///< none: as many as the room gives
};

/// Every endpoint is told all entries but those that came over it, in the order of the log, none
/// twice, and none left out that is not announced as missing. One that keeps up is told as entries
/// are stored. One that comes back, or reads more slowly than the room speaks, has a cursor, and is
/// fed from the log through it at its own pace until it has caught up.
///
/// Meanwhile such a member is not told that others came, left or changed their names; a member who
/// has missed that is told who is here once they have caught up.
///
///   live --- the sink is full ---> waiting --- ready ---> reading --- caught up ---> live
///
/// A sink that one room has filled is told nothing by the others: nobody's outbox grows beyond its
/// bound by what others say.
class subscribers final : public std::enable_shared_from_this<subscribers>,
                          private log_feeder::readers {
 public:
  subscribers(room& owner, room_services& services);

  std::size_t size() const noexcept { return names_.size(); } ///< in members
  bool empty() const noexcept { return all_.empty(); }
  /// With what proves each of them (`member::proof`).
  const std::map<std::string, const member*>& names() const noexcept { return names_; }
  bool has(const endpoint& m) const noexcept;

  /// Subscribes, and is told nothing of the log before `begin`. Whether its member is new here.
  bool add(endpoint& m);
  /// Whether its member is here no more.
  bool remove(endpoint& m);
  void rename(const std::string& from, const std::string& to);
  /// The log is as long as `head` now.
  void begin(endpoint& m, const start_position& where, position head);

  /// What can be missed: who is where. Not to members who lag, but for the one it is about.
  void tell(const event& e, const member* about = nullptr);
  /// The same, a little later, but before anything else is told and before anybody comes in.
  void tell_soon(event e, const member* about = nullptr);

  /// The next entry of the log. It is told as soon as everything is here that was stored with it,
  /// so that each member is visited once for all: in a crowd most of the time goes into fetching
  /// its members into the cache. Its author knows it, but a topic is news to everybody.
  /// @param author none if they have left
  /// @param receipt for the author, in the entry's place; none if they did not ask for it
  void add_entry(entry e, const identity& who, endpoint* author,
                 std::optional<acknowledged> receipt);
  /// Tells what was added. Comes before whatever else is told of this room and its log.
  void deliver_pending() override;
  /// The sink of the endpoint with this membership can take more. Whether a page was asked for.
  bool ready(const endpoint::membership& m);
  /// It cannot: from here on the member is fed from the log.
  void lag_unless_behind(const endpoint& m);

  /// How far the member has been told of the log; none if they are not here.
  std::optional<position> delivered(const endpoint& m) const;
  /// Of those who are behind.
  log_feeder& feeder() noexcept { return *feeder_; }

 private:
  struct news {
    shared_event what;
    std::uint64_t about; ///< the number of the member, or 0
  };
  struct said {
    const endpoint* author; ///< none if they are not in this room
    std::optional<acknowledged> receipt;
  };

  subscriber* find_reader(std::uint64_t number, std::uint64_t visit) override;
  position head() const override { return head_; }
  void caught_up(subscriber& s) override;

  subscriber* subscriber_of(const endpoint& m);
  const subscriber* subscriber_of(const endpoint& m) const;
  void tell_news();
  void tell_now(const shared_event& e, std::uint64_t about);
  void deliver_one_by_one(subscriber& s);
  void deliver_receipts(const subscriber& s);
  /// The sink of this one is full: it has been told so much. All its rooms feed it from the log.
  void lag(subscriber& s, position told);
  void feed_from_log(subscriber& s, position told);
  position before_pending() const;
  void be_live(subscriber& s);

  /// For tasks: a room may outlive its hub.
  bool hub_is_there() const noexcept { return !hub_alive_.expired(); }

  room& owner_;
  room_services& services_;
  const std::weak_ptr<void> hub_alive_;
  const std::shared_ptr<log_feeder> feeder_; ///< reads and tasks under way have weak references
  std::vector<subscriber> all_;
  /// So that nobody who joins a crowd waits until it is sorted.
  std::map<std::string, const member*> names_;
  position head_;
  std::uint64_t visits_ = 0;
  std::vector<news> news_; ///< not told yet; older than what is in `pending_`
  entry_group pending_;
  std::vector<said> said_; ///< by whom, entry by entry
  std::size_t pending_bytes_ = 0;
  std::vector<acknowledged> receipts_; ///< of one author, for entries that follow each other
};

} // namespace asio_chat
