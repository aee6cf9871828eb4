// Whom an account ignores, as its clients hear of it.
#pragma once

#include "base/ascii.hpp"

#include <asio_chat/event.hpp>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace asio_chat {

/// What a server tells the clients of an account at the login and at each change: an answer to no
/// request, without a line for a person.
/// @param names as they are borne now, of all whose messages are to be hidden
inline reply list_of_hidden(std::vector<std::string> names) {
  return {{}, "ignore", {}, std::move(names), {}};
}

/// The list, where messages are hidden: in a client, or for one that cannot.
class hidden_members {
 public:
  /// @return whether it was such a list, with which nothing else is to be done
  bool take(const reply& r) {
    if (r.command == "logout") forget();
    if (r.command != "ignore" || !r.ref.empty() || !r.lines.empty() || r.data) return false;
    kept_ = true;
    folded_.clear();
    for (const std::string& name : r.items)
      folded_.insert(ascii::lower(name));
    return true;
  }
  /// There is another connection, or no account any more.
  void forget() {
    kept_ = false;
    folded_.clear();
  }
  /// The server keeps a list, which may be empty.
  bool is_kept() const noexcept { return kept_; }
  const std::set<std::string>& folded() const noexcept { return folded_; }
  bool empty() const noexcept { return folded_.empty(); }
  bool hides(std::string_view name) const {
    return !folded_.empty() && folded_.contains(ascii::lower(std::string(name)));
  }
  /// Whether it is something that one of them says.
  bool hides(const entry& e) const { return e.kind != entry_kind::topic && hides(e.from); }
  bool hides(const event& e) const {
    if (folded_.empty()) return false;
    if (const auto* said = std::get_if<entry>(&e)) return hides(*said);
    const auto* told = std::get_if<direct_message>(&e);
    return told != nullptr && hides(told->from);
  }
  /// An answer with entries, as it is left; none: there is nothing to hide in it.
  std::optional<reply> without_hidden(const reply& r) const {
    if (folded_.empty() || !r.data) return {};
    const auto hidden = [this](const entry& e) { return hides(e); };
    reply_data data = *r.data;
    if (auto* log = std::get_if<answers::log>(&data)) {
      if (std::erase_if(log->entries, hidden) == 0) return {};
    } else if (auto* found = std::get_if<answers::found>(&data)) {
      if (std::erase_if(found->entries, hidden) == 0) return {};
    } else {
      return {};
    }
    reply left = r;
    left.data = make_reply_data(std::move(data));
    return left;
  }

 private:
  bool kept_ = false;
  std::set<std::string> folded_;
};

} // namespace asio_chat
