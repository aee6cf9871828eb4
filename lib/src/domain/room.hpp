// A room: its members, and the log of what was said.
#pragma once

#include "base/clock.hpp"
#include "base/scheduler.hpp"
#include "base/work_watch.hpp"
#include "domain/displayed_names.hpp"
#include "domain/read_turns.hpp"
#include "domain/subscribers.hpp"
#include "model/request.hpp"

#include <asio_chat/host_requests.hpp>
#include <asio_chat/journal.hpp>
#include <asio_chat/limits.hpp>
#include <asio_chat/server_counters.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace asio_chat {

class people;
class room;
class post_queue;
class referring_posts;

/// What members are told of a failure of the journal: files and disks are no business of theirs.
failure for_members(const failure& f);

/// What the journal has read, as a reader gets it.
history_page page_of(std::string room, journal::page p);

/// Makes the answer to a member who asked for so many entries.
using page_shape = event (*)(history_page page, std::size_t asked);

/// What all rooms of a hub share.
struct room_services {
  journal& log;
  const clock& time;
  const asio_chat::limits& limits;
  server_counters& counters;
  scheduler later;
  std::function<void(const entry&)> on_entry; ///< hears of each entry stored; may be empty
  /// Finds an endpoint that may have gone since; null if it has.
  std::function<endpoint*(std::uint64_t number)> find_endpoint;
  /// Lets go of a room that nobody is in.
  std::function<void(const room&)> drop;
  /// The endpoint is live in one room more: now another one may feed it.
  std::function<void(endpoint&)> caught_up;
  work_watch* watch = nullptr; ///< of answers of the journal; may be null
  /// For tasks that keep their room: it may outlive the hub, and all of this.
  std::weak_ptr<void> hub_alive = {};
  post_hook on_post = {}; ///< is asked about each message; may be empty
  /// Nothing was ever said in the room, and somebody wants to be in it: why not, or nothing, now or
  /// later; may be empty.
  std::function<void(const room&, std::function<void(const result<void>&)> done)> begun = {};
  std::function<void(const room&)> said_first = {}; ///< now something was; may be empty
  /// Whether a member may do something in a room that depends on what it is done to.
  std::function<bool(endpoint&, const room&, right)> may = {};
  /// Writes down what a moderator has done there, over this connection.
  std::function<void(const room&, std::uint64_t by, std::string)> note = {};
  /// Something is stored in a log that two accounts share, by a connection.
  std::function<void(const room&, std::uint64_t author, const position&)> stored_direct = {};
  /// Where pins of rooms are kept; null: nowhere.
  people* facts = nullptr;
  /// There are others than guests, or were since the start: guests are told from them.
  bool marks_guests = false;
  /// Of what is delivered at this moment.
  asio_chat::priority priority = asio_chat::priority::few;
};

/// Of a log that two accounts share: whose room this is, and who the other one is.
struct direct_side {
  identity own{};
  std::string own_name; ///< of the account, whatever its member calls itself
  identity other{};
};

/// A room follows its log. It tells its members of an entry when the journal hands that over,
/// whoever has appended it.
class room final : public journal::listener, public std::enable_shared_from_this<room> {
 public:
  room(std::string name, room_services& services);
  /// One account's view of the log that it shares with another one: see `direct_logs`.
  room(std::string name, room_services& services, const direct_side& between);

  const std::string& name() const noexcept { return name_; }
  /// In the journal; of most rooms it is their name.
  const std::string& log_name() const noexcept { return log_name_; }
  /// What an entry of this member names as its author.
  const std::string& author_name(const std::string& of_member) const noexcept {
    return between_ ? between_->own_name : of_member;
  }
  /// Null: it is a room for everybody.
  const direct_side* direct() const noexcept { return between_ ? &*between_ : nullptr; }
  const position& head() const noexcept { return head_; }
  const std::string& topic() const noexcept { return topic_; }
  std::size_t size() const noexcept { return subscribers_->size(); } ///< in members
  bool empty() const noexcept { return subscribers_->empty(); }
  /// By name.
  const std::map<std::string, const member*>& member_names() const noexcept {
    return subscribers_->names();
  }
  /// Whether members are told that this one of them is a guest.
  bool is_marked(const std::string& name) const {
    const auto found = services_.marks_guests ? member_names().find(name) : member_names().end();
    return found != member_names().end() && found->second->proof() == 0;
  }

  bool has(const endpoint& m) const noexcept { return subscribers_->has(m); }
  /// Takes an endpoint in, tells all members if its own is new here, and tells it the state of the
  /// room as soon as it is known, before any entry; then the log, from where it wants it.
  void join(endpoint& m, const start_position& from, std::string_view ref);
  /// For a member of many rooms most of them are told a little later: not all of their members
  /// are to be told at once.
  enum class announcement { now, soon };
  void leave(endpoint& m, announcement when = announcement::now);
  void tell_renamed(const member& who, const std::string& from,
                    announcement when = announcement::now);
  /// How an account is displayed has changed: tells those whom `join` tells of its member.
  void tell_displayed(const member& who, announcement when = announcement::now);
  /// It is away, or back: tells the same ones.
  void tell_away(const member& who, announcement when = announcement::now);
  /// Tells a member the names of the members, and the topic.
  void tell_state(const endpoint& m, std::string ref = {});
  /// The sink of the endpoint with this membership can take more. Whether a page was asked for.
  bool ready(const endpoint::membership& s) { return subscribers_->ready(s); }
  /// It cannot, by what it was told of another room.
  void lag_unless_behind(const endpoint& m) { subscribers_->lag_unless_behind(m); }

  /// Appends an entry; `author` gets the acknowledgement in the entry's place in the order of the
  /// log. An author whose command has neither id nor ref asks for none.
  void post(endpoint& author, entry_kind kind, std::string text, std::string_view id,
            std::string_view ref);

  /// The same of one that refers to something said before; see `referring_posts`.
  void refer(endpoint& author, entry_reference::kind how, requests::referring what,
             std::string_view ref);

  /// Answers with a page of the log, as `shape` makes it. A page of the newest entries ends with
  /// the last one that the member has been told: the events from then on follow it.
  void read_history(endpoint& reader, const log_range& part, std::string_view ref,
                    page_shape shape);

  /// Answers with what `answer` makes of the entries found.
  /// @param q of this room, whatever it says
  void search(endpoint& reader, search_query q, std::string_view ref,
              std::function<reply(journal::hits)> answer);

  /// The hub drops the room: nobody is in it any more.
  void unfollow(journal::unfollow_done done);

 private:
  /// An entry that was posted here, between the answer of the journal and the entry itself.
  struct own_post {
    std::uint64_t author; ///< number of the member
    std::string ref;
    journal::appended kept;
  };
  struct page_request {
    std::uint64_t number; ///< of the endpoint
    log_range part;
    std::string ref;
    page_shape shape;
    bool newest;
    std::shared_ptr<read_turns> turns;
    int reads = 0;
  };
  struct early_page {
    page_request request;
    journal::page page;
  };

  friend class post_queue;
  friend class referring_posts;
  void append(std::uint64_t author, const identity& who, entry&& draft, std::string&& ref);
  void followed(const result<journal::log_state>& state);
  /// Whose room it is has been kept, or why it can be nobody's.
  void opened(const result<void>& may);
  /// Of those whose log was asked for before the answer came.
  void admit_some();
  void answered(std::uint64_t author, std::string ref, const result<journal::appended>& a);
  void on_entry(journal::record next) override;
  void read_page(page_request r);
  void on_page(page_request r, result<journal::page> p);
  void give_page(page_request r, journal::page p);
  void give_early_pages();
  void found(std::uint64_t reader, const std::string& ref,
             const std::function<reply(journal::hits)>& answer, result<journal::hits> f);
  void admit(endpoint& m, const start_position& from, std::string ref);
  void announce(event e, announcement when, const member* about = nullptr);
  /// Those who come are told another list of displayed names.
  void change_displayed(const member& who, const std::string& name);

  struct waiting_for_state {
    std::uint64_t number;
    start_position from;
    std::string ref;
    bool left = false;
  };

  std::string name_;
  std::optional<direct_side> between_{};
  std::string log_name_;
  room_services& services_;
  displayed_list displayed_{};
  std::shared_ptr<subscribers> subscribers_; ///< reads and tasks under way have weak references
  std::string topic_;
  position head_;
  enum class log_use { none, asked_for, followed } use_ = log_use::none;
  std::optional<own_post> own_{}; ///< the next entry is this one
  std::deque<waiting_for_state> waiting_;
  std::size_t answered_ = 0;         ///< so many of them wait for nothing but their turn
  std::optional<failure> why_not_{}; ///< they cannot come in; none: they can
  /// They have entries that the journal has not said yet that it has stored.
  std::deque<early_page> early_;
  std::shared_ptr<post_queue> undecided_;      ///< made when the first message is asked about
  std::shared_ptr<referring_posts> referring_; ///< made when the first one comes
};

} // namespace asio_chat
