// Which key does what: the names of keys, and those that a person has bound anew.
#pragma once

#include "key_reader.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

/// `Ctrl-X`, `Alt-x`, `PageUp`, `F5` …; a letter with Alt counts as it is written.
std::optional<key> key_named(std::string_view name);
/// Empty for a key that cannot be bound, such as a letter.
std::string name_of(const key& k);

/// Each action has a key of its own, and a key that is bound to an action stands for that key; so
/// nothing else has to know of bindings.
class key_bindings {
 public:
  /// @param spec `KEY ACTION`, `KEY /LINE`, or `KEY nothing`
  /// @return what is wrong with it; empty: nothing
  std::string bind(std::string_view spec);
  /// The key is what it was at first.
  bool unbind(std::string_view name);

  struct meaning {
    key as = {};           ///< the key that it stands for
    std::string line = {}; ///< or a line that it enters
    bool nothing = false;
  };
  meaning of(const key& k) const;

  /// What each key does, a line each; those that are bound anew first.
  std::string list() const;
  /// The keys that are bound.
  std::vector<std::string> bound() const;
  static std::vector<std::string> names_of_actions();
  std::string list_own() const;

 private:
  std::map<std::string, std::string> bound_; ///< names of keys to what they do, as it was typed
};

} // namespace asio_chat::app
