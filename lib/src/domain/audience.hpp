// The endpoints that listen in a room, and how far each has been told of its log.
#pragma once

#include "domain/endpoint.hpp"
#include "journal/journal.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace asio_chat {

class room;
struct room_services;

/// Where in a log a member begins to listen: after the position they have, or else with so many
/// of the last entries.
struct beginning {
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
///   live --- the sink is full ---> waiting --- hungry ---> reading --- caught up ---> live
///
/// A sink that one room has filled is told nothing by the others: nobody's outbox grows beyond its
/// bound by what others say.
class audience : public std::enable_shared_from_this<audience> {
 public:
  audience(room& owner, room_services& services);

  std::size_t size() const noexcept { return names_.size(); } ///< in members
  bool empty() const noexcept { return places_.empty(); }
  const std::set<std::string>& names() const noexcept { return names_; }
  bool has(const endpoint& m) const noexcept;

  /// Takes a seat, and is told nothing of the log before `begin`. Whether its member is new here.
  bool add(endpoint& m);
  /// Whether its member is here no more.
  bool remove(endpoint& m);
  void rename(const std::string& from, const std::string& to);
  /// The log is as long as `head` now.
  void begin(endpoint& m, const beginning& where, position head);

  /// What can be missed: who is where. Not to members who lag, but for the one it is about.
  void tell(const event& e, const member* about = nullptr);
  /// The same, a little later, but before anything else is told and before anybody comes in.
  void tell_soon(event e, const member* about = nullptr);

  /// The next entry of the log. It is told as soon as everything is here that was stored with it,
  /// so that each member is visited once for all: in a crowd most of the time goes into fetching
  /// its members into the cache. Its author knows it, but a topic is news to everybody.
  /// @param author none if they have left
  /// @param receipt for the author, in the entry's place; none if they did not ask for it
  void add_entry(entry e, const identity& who, endpoint* author, shared_event receipt);
  /// Tells what was added. Comes before whatever else is told of this room and its log.
  void tell_entries();
  /// The sink of the member with this seat can take more. Whether a page was asked for.
  bool hungry(const endpoint::seat& s);
  /// It cannot: from here on the member is fed from the log.
  void lag_unless_behind(const endpoint& m);

  /// How far the member has been told of the log; none if they are not here.
  std::optional<position> told(const endpoint& m) const;
  /// What is stored is kept, for the end of pages that are being read; as often as it is let go.
  void keep_newest() noexcept { ++pages_; }
  void let_newest_go();
  struct page_size {
    std::size_t entries;
    std::size_t bytes;
  };
  /// Makes a page of the newest entries end at this one: what comes after it is left out, what was
  /// stored since the page was read is added.
  /// @return false if it has to be read anew: the page ends before, or could hold more
  bool end_page_at(const position& end, journal::page& page, const page_size& most) const;

 private:
  struct cursor {
    position told; ///< of another epoch: the log is not the one that the member knew
    std::uint64_t visit = 0;
    bool announced = true; ///< whether the member is told of entries that are missing
    bool reading = false;
    bool asked = false;  ///< by joining, for what the cursor goes through
    bool missed = false; ///< a member came, left or has another name
    std::vector<std::uint64_t> own{}; ///< entries ahead that came over this endpoint
  };
  /// Without a cursor it is live: told all up to the head, or up to `told` if that is further on.
  struct place {
    endpoint* who;
    std::uint64_t told = 0;
    std::unique_ptr<cursor> behind;
    bool spoke = false; ///< some of what is not told yet is their own
  };
  struct stored {
    shared_event what;
    std::uint64_t offset;
    identity who;
  };
  struct news {
    shared_event what;
    std::uint64_t about; ///< the number of the member, or 0
  };
  struct said {
    const endpoint* author; ///< none if they are not in this room
    shared_event receipt;
  };
  /// A page on its way, for all who asked for it meanwhile: after a restart everybody comes back
  /// with the same position.
  struct page_read {
    struct reader {
      std::uint64_t number;
      std::uint64_t visit;
    };
    struct content {
      entry_group entries;
      std::vector<identity> authors; ///< entry by entry
      std::optional<std::uint64_t> gap;
      position head;
      bool more;
    };
    position after;
    bool may_be_shared; ///< not if it was further on than the log: later it need not be
    std::deque<reader> readers;
    std::optional<content> answer{}; ///< none: not yet, or it cannot be read
    std::vector<reader> fed{};       ///< waiting for the next page
  };
  struct follower {
    place* who;
    appetite left = appetite::hungry;
  };

  place* place_of(const endpoint& m);
  const place* place_of(const endpoint& m) const;
  /// If it is the same visit.
  place* place_of(const page_read::reader& r);
  void tell_news();
  /// Nobody is here any more to be fed.
  void forget_readers();
  void tell_now(const shared_event& e, std::uint64_t about);
  bool came_over(const place& p, const identity& author, const entry& e) const;
  bool is_unanswered(const place& p, const identity& author, const entry& e) const;
  void tell_one_by_one(place& p);
  /// The sink of this one is full: it has been told so much.
  void lag(place& p, position told);
  position before_untold() const;
  void read(place& p);
  void on_page(std::list<page_read>::iterator r, const result<journal::page>& page);
  /// Feeds some of its readers, and the others later.
  void serve(std::list<page_read>::iterator r);
  void serve_later(std::list<page_read>::iterator r);
  std::vector<follower> next_followers(page_read& r);
  /// What was asked for and is no longer there is told as missing.
  void announce_gap(follower& f, const page_read::content& page);
  void feed(follower& f, const page_read::content& page);
  void feed_newest(follower& f);
  void go_on(place& p);
  void catch_up(place& p);
  void be_live(place& p);
  void give(follower& f, const shared_event& e);

  /// For tasks: a room may outlive its hub.
  bool hub_is_there() const noexcept { return !hub_alive_.expired(); }

  room& owner_;
  room_services& services_;
  const std::weak_ptr<void> hub_alive_;
  const bool several_; ///< whether a member may have more endpoints than one
  std::vector<place> places_;
  std::set<std::string> names_; ///< so that nobody who joins a crowd waits until it is sorted
  position head_;
  std::uint64_t visits_ = 0;
  std::list<page_read> reads_; ///< under way
  std::vector<news> news_;     ///< not told yet; older than what is in `untold_`
  entry_group untold_;
  std::vector<said> said_; ///< by whom, entry by entry
  std::size_t untold_bytes_ = 0;
  /// What is stored while pages are read: it follows them without a seam.
  std::vector<stored> newest_;
  std::size_t pages_ = 0; ///< being read for members who asked for the newest entries
};

} // namespace asio_chat
