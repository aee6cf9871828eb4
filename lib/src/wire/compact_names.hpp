// Numbers instead of the names of logs and authors: how they are given, and how they are read.
#pragma once

#include <asio_chat/entry.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace asio_chat::wire::compact {

/// A room's log under its number, and those who have said something in it under theirs. The numbers
/// are the same for all receivers.
class numbered_log {
 public:
  numbered_log(std::uint32_t number, std::string room, std::uint64_t epoch, wall_time base)
      : number_(number)
      , room_(std::move(room))
      , epoch_(epoch)
      , base_(base) {}

  std::uint32_t number() const noexcept { return number_; }
  const std::string& room() const noexcept { return room_; }
  std::uint64_t epoch() const noexcept { return epoch_; }
  wall_time base() const noexcept { return base_; } ///< the others are counted from here
  /// How many there are; their numbers are from 0 on.
  std::uint32_t authors() const noexcept { return static_cast<std::uint32_t>(names_.size()); }
  /// The number of an author, who may be new.
  std::uint32_t author(const std::string& name);

  /// The frames that tell the log, with all its authors, or only those from this number on: several
  /// where so many names do not fit one.
  std::string announcement() const { return frames(0, true); }
  std::string announcement(std::uint32_t first_author) const { return frames(first_author, false); }

 private:
  std::string frames(std::uint32_t first_author, bool with_log) const;

  std::uint32_t number_;
  std::string room_;
  std::uint64_t epoch_;
  wall_time base_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::uint32_t last_ = 0; ///< the author that was asked for last: often it is the same again
};

/// All logs of a server. A number is never given twice. Where there are too many names they are all
/// forgotten, and new numbers are given.
class log_numbers {
 public:
  static constexpr std::size_t max_authors_of_log = 4'096;
  static constexpr std::size_t max_names = 250'000;

  /// @param more so many authors may be asked for
  numbered_log& of(const std::string& room, std::uint64_t epoch, wall_time now, std::size_t more);
  /// Null: it is forgotten.
  const numbered_log* find(std::uint32_t number) const noexcept;

 private:
  struct counted_log {
    numbered_log log;
    std::size_t counted = 0; ///< of its authors
  };

  void forget(std::unordered_map<std::string, counted_log>::iterator one);

  std::uint32_t last_ = 0;
  std::size_t names_ = 0; ///< as of when each log was asked for last
  std::unordered_map<std::string, counted_log> by_room_;
  std::unordered_map<std::uint32_t, const numbered_log*> by_number_;
};

/// What a client knows of them.
class heard_logs {
 public:
  static constexpr std::size_t max = 256;

  struct log {
    std::string room;
    std::uint64_t epoch = 0;
    wall_time base{};
    std::vector<std::string> authors;
  };
  /// Of several that are too many the one that was announced first goes.
  void announce(std::uint32_t number, log l);
  log* find(std::uint32_t number) noexcept;

 private:
  std::map<std::uint32_t, log> logs_;
  std::deque<std::uint32_t> order_; ///< of announcements
};

} // namespace asio_chat::wire::compact
