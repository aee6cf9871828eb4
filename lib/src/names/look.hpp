// Names that look alike and are not the same (Unicode Technical Standard 39).
#pragma once

#include "model/identity.hpp"

#include <asio_chat/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace asio_chat {

/// A failure if the name is written so that people take it for another one, whoever bears that:
/// letters of several scripts (Chinese, Japanese and Korean ones beside Latin ones are usual),
/// digits of several kinds, or marks that are not seen.
/// @param name valid UTF-8
result<void> check_seen_as_it_is(std::string_view name);

/// What a name that is not ASCII looks like, folded as names are: its TR39 skeleton, but for ASCII
/// characters, which stand for themselves. So it is kept from all names from which the ASCII name
/// that it looks like would be kept, and ASCII names are to each other what they always were. As it
/// is shown, and folded; of an ASCII name that is its folded form. Another version of Unicode may
/// say otherwise: this is nothing to keep.
/// @param name valid UTF-8
std::vector<std::string> looks_of(std::string_view name);

/// Whose names look how. ASCII names are not in it: they are found by themselves.
class look_book {
 public:
  void put(std::string_view name, const identity& who);
  /// Nothing happens if it is not there.
  void remove(std::string_view name, const identity& who);
  /// @param look one of `looks_of`
  std::vector<identity> owners_of(const std::string& look) const;

 private:
  std::unordered_multimap<std::string, identity> owners_; ///< by look
};

} // namespace asio_chat
