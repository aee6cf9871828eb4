// A room: who is in it, and the log of what was said.
#pragma once

#include "base/clock.hpp"
#include "base/scheduler.hpp"
#include "base/work_watch.hpp"
#include "domain/audience.hpp"
#include "journal/journal.hpp"

#include <asio_chat/limits.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace asio_chat {

class room;

/// What all rooms of a hub share.
struct room_services {
  journal& log;
  const clock& time;
  const asio_chat::limits& limits;
  scheduler later;
  std::function<void(const entry&)> on_entry; ///< hears of each entry stored; may be empty
  std::uint64_t entries = 0;                  ///< stored, for the statistics
  std::uint64_t deliveries = 0;               ///< likewise
  /// Finds a member that may have gone since; null if it has.
  std::function<member*(std::uint64_t number)> find_member;
  /// Lets go of a room that nobody is in.
  std::function<void(const room&)> drop;
  /// The member is live in one room more: now another one may feed it.
  std::function<void(member&)> caught_up;
  work_watch* watch = nullptr; ///< of answers of the journal; may be null
};

class room : public std::enable_shared_from_this<room> {
 public:
  room(std::string name, room_services& services);

  const std::string& name() const noexcept { return name_; }
  const std::string& topic() const noexcept { return topic_; }
  std::size_t size() const noexcept { return audience_->size(); }
  const std::set<std::string>& member_names() const noexcept { return audience_->names(); }

  bool has(const member& m) const noexcept { return audience_->has(m); }
  /// Takes a member in, tells everybody, and tells him the state of the room as soon as it is
  /// known, before any entry; then the log, from where he wants it.
  void join(member& m, const beginning& from, std::string_view ref);
  /// Who is in many rooms has most of them told a little later: not all of their members are to be
  /// told at once.
  enum class announcement { now, soon };
  void leave(member& m, announcement when = announcement::now);
  void tell_renamed(const std::string& from, const std::string& to,
                    announcement when = announcement::now);
  /// The sink of the member with this seat can take more. Whether a page was asked for.
  bool hungry(const member::seat& s) { return audience_->hungry(s); }

  /// Appends an entry; when the journal has it, the members are told and `author` gets his
  /// acknowledgement, in the order of the log. An author whose command has neither id nor ref asks
  /// for none.
  void post(member& author, entry_kind kind, std::string text, std::string_view id,
            std::string_view ref);

  /// Answers with a page of the log, as `shape` makes it.
  void read_history(member& reader, const log_range& part, std::string_view ref,
                    event (*shape)(history_page));

  /// Answers with what `answer` makes of the entries found.
  /// @param q of this room, whatever it says
  void search(member& reader, search_query q, std::string_view ref,
              std::function<reply(const journal::hits&)> answer);

 private:
  void opened(const result<journal::log_state>& state);
  void stored(std::uint64_t author, const identity& who, std::string ref,
              result<journal::appended> a);
  /// Of those whose log was asked for before the answer came.
  void admit_some();
  void admit(member& m, const beginning& from, std::string ref);
  void announce(event e, announcement when);

  struct waiting_for_state {
    std::uint64_t number;
    beginning from;
    std::string ref;
    bool left = false;
  };

  std::string name_;
  room_services& services_;
  std::shared_ptr<audience> audience_; ///< shared with reads under way
  std::string topic_;
  position head_;
  wall_time last_time_{};
  bool open_ = false;    ///< the state of the log is known
  bool opening_ = false; ///< and asked for
  std::deque<waiting_for_state> waiting_;
  std::size_t answered_ = 0;         ///< so many of them wait for nothing but their turn
  std::optional<failure> why_not_{}; ///< they cannot come in; none: they can
};

} // namespace asio_chat
