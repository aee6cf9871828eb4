// What one commit carries: of each author a share, so that nobody waits for all that another has
// sent.
#pragma once

#include "journal/sqlite/operation.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace asio_chat::sqlite {

/// Operations are carried out in their order, but what is more than its author's share in a commit
/// waits for the next one, and so does whatever comes after it in the same room: the calls about a
/// room keep their order. An author who is alone gets no more, since others may come at any moment.
class commit_shares {
 public:
  /// In bytes of text, which is what takes time: it is sealed and indexed. A few milliseconds.
  static constexpr std::size_t of_author = 40 * 1024;
  static constexpr std::size_t of_commit = 1024 * 1024; ///< of all authors together, about
  static constexpr std::size_t cost_of_entry = 64;      ///< besides its text

  /// @param busy rooms in which something is destroyed: what is about them waits
  /// @return the places of those that have to wait, ascending; mostly none
  std::vector<std::size_t> left_for_later(std::span<const operation> waiting,
                                          const std::multiset<std::string>& busy = {});

 private:
  std::size_t authors_ = 1; ///< that had something in the last commit that was shared
};

} // namespace asio_chat::sqlite
