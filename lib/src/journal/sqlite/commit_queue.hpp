// Where operations wait for the commit that carries them, so that nobody waits for all that another
// has sent.
#pragma once

#include "accounts/name_store.hpp"
#include "accounts/people_store.hpp"
#include "base/recycled.hpp"
#include "journal/sqlite/operation.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace asio_chat::sqlite {

struct follow_answer {
  std::shared_ptr<journal::listener> to;
  journal::follow_done done;
};
struct unfollow_answer {
  std::shared_ptr<journal::listener> to;
  journal::unfollow_done done;
};
/// What hears how an operation went.
using operation_done =
    std::variant<std::monostate, journal::append_done, follow_answer, unfollow_answer,
                 name_store::change_done, people_store::kept, // also of what is destroyed
                 journal::drop_done, journal::trim_done>;

/// `from` is empty then.
template <class T>
void move_behind(std::vector<T>& to, std::vector<T>& from) {
  if (to.empty()) return std::swap(to, from);
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

/// An operation, what answers it, and its place in the order of the calls. It stays where it was
/// made: on its way from one group to the next only a pointer is moved, and its caller's thread
/// gets back the memory that it gave.
struct queued_call : recycled<queued_call> {
  operation what;
  operation_done answer{};
  std::uint64_t number = 0;
};
using call_group = std::vector<std::unique_ptr<queued_call>>;

/// Operations about one room are carried out in their order, and a commit carries a share of each
/// author. When not all that waits fits into it, rooms take turns, as the flows of RFC 8290 (4.1):
/// one in which nothing waited goes before those with more than a commit could take, but takes no
/// more than half of it from them.
class commit_queue {
 public:
  /// In bytes of text, which is what takes time: it is sealed and indexed. A few milliseconds.
  static constexpr std::size_t of_author = 40 * 1024;
  static constexpr std::size_t of_commit = 1024 * 1024; ///< of all authors together
  static constexpr std::size_t cost_of_entry = 64;      ///< besides its text

  bool empty() const noexcept { return came_.empty() && rooms_.empty(); }
  /// @param came in the order of the calls; is empty then
  void add(call_group& came);
  /// What the next commit carries. An author who is alone gets no more than a share, since others
  /// may come at any moment.
  /// @param busy rooms in which something is destroyed: what is about them waits. Empty if all that
  ///   waits is about them
  call_group take(const std::multiset<std::string>& busy = {});
  /// What the last commit left has something about this room, from before the operation `number`.
  bool waits(const std::string& room, std::uint64_t number) const;
  bool waits(std::uint64_t number) const; ///< the same of any room
  /// All that waits, room by room.
  call_group take_all();

 private:
  struct room_line {
    std::string room;
    std::deque<std::unique_ptr<queued_call>> calls;
  };
  class commit_share;
  using turns = std::deque<room_line*>;

  void sort_in();
  /// Rooms in turn, while the commit costs less than the limit.
  /// @param again gets those of which it leaves something
  void visit(turns& of, commit_share& s, std::size_t limit, turns& again);

  call_group came_; ///< since the last commit; mostly the next one carries all of it
  boost::unordered_flat_map<std::string, std::unique_ptr<room_line>> rooms_; ///< with calls
  turns fresh_; ///< nothing of them waited when the last commit was taken
  turns old_;
};

} // namespace asio_chat::sqlite
