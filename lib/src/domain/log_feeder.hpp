// Endpoints that are behind are fed from the log, each at its own pace.
#pragma once

#include "domain/endpoint.hpp"

#include <asio_chat/journal.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat {

struct room_services;

/// How far an endpoint that is behind has got in the log.
struct cursor {
  position delivered; ///< of another epoch: the log is not the one that the member knew
  std::uint64_t visit = 0;
  bool announced = true; ///< whether the member is told of entries that are missing
  bool reading = false;
  bool asked = false;               ///< by joining, for what the cursor goes through
  bool missed = false;              ///< a member came, left or has another name
  std::vector<std::uint64_t> own{}; ///< entries ahead that came over this endpoint
};

/// An endpoint in a room. Without a cursor it is live: delivered all up to the head, or up to
/// `delivered` if that is further on.
struct subscriber {
  endpoint* who;
  std::uint64_t delivered = 0;
  std::unique_ptr<cursor> behind;
  bool spoke = false; ///< some of what is not delivered yet came over it
};

/// Reads pages of one room's log, and delivers them to all who wait for the same one. What is
/// stored meanwhile is kept, so that it follows the page without a seam.
class log_feeder : public std::enable_shared_from_this<log_feeder> {
 public:
  /// Those who are fed.
  class readers {
   public:
    /// If it is still here, and behind on the same visit.
    virtual subscriber* find_reader(std::uint64_t number, std::uint64_t visit) = 0;
    virtual position head() const = 0;
    /// Everything that is stored has been delivered to those who are live.
    virtual void deliver_pending() = 0;
    virtual void caught_up(subscriber& s) = 0;

   protected:
    ~readers() = default;
  };

  /// @param room, log the room's name, and that of its log; must live as long
  log_feeder(readers& of, const std::string& room, const std::string& log, room_services& services);

  /// The next page for one that is behind.
  void read(subscriber& s);
  /// Nobody is here any more to be fed: the room may go before their pages come.
  void forget_readers();

  /// The next entry of the log is stored: kept if anybody reads.
  void stored(const shared_event& e, std::uint64_t offset, const identity& author);
  bool keeps_newest() const noexcept { return !newest_.empty(); }
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
  bool end_page_at(const position& end, journal::page& page, const page_size& max) const;

 private:
  struct stored_entry {
    shared_event what;
    std::uint64_t offset;
    identity who;
  };
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
    journal::log_is compared;
  };
  /// A page on its way, for all who asked for it meanwhile: after a restart everybody comes back
  /// with the same position.
  struct page_read {
    position after;
    bool may_be_shared; ///< not if it was further on than the log: later it need not be
    std::deque<reader> waiting;
    std::optional<content> answer{}; ///< none: not yet, or it cannot be read
    std::vector<reader> fed{};       ///< waiting for the next page
  };
  using read_under_way = std::list<page_read>::iterator;
  struct follower {
    subscriber* who;
    backpressure left = backpressure::ready;
  };

  void on_page(read_under_way r, const result<journal::page>& page);
  /// Feeds some of its readers, and the others later.
  void serve(read_under_way r);
  void serve_later(read_under_way r);
  std::vector<follower> next_followers(page_read& r);
  /// What was asked for and is no longer there is told as missing.
  void announce_gap(follower& f, const content& page);
  void feed(follower& f, const content& page);
  void feed_newest(follower& f);
  void go_on(subscriber& s);
  void give(follower& f, const shared_event& e);
  bool came_over(const subscriber& s, const identity& author, const entry& e) const;
  bool is_unanswered(const subscriber& s, const identity& author, const entry& e) const;

  readers& readers_;
  const std::string& room_;
  const std::string& log_;
  room_services& services_;
  const std::weak_ptr<void> hub_alive_; ///< a room may outlive its hub
  std::list<page_read> reads_;          ///< under way
  std::vector<stored_entry> newest_;
  std::size_t pages_ = 0; ///< being read for members who asked for the newest entries
};

/// Of an event that is an entry.
inline std::uint64_t offset_of(const shared_event& e) {
  return std::get<entry>(e->value).at.offset;
}

/// Anything else of one's own is told by its acknowledgement.
inline bool is_news_to_its_author(const entry& e) noexcept {
  return e.kind == entry_kind::topic || e.refers.how != entry_reference::kind::none;
}

} // namespace asio_chat
