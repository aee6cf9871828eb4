// What is known of an account for its own sake: whom it ignores, how it is displayed,
// and that it wanted to be forgotten.
#pragma once

#include "accounts/people_store.hpp"
#include "model/identity.hpp"

#include <asio_chat/time.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// Whose messages the clients of an account hide.
struct ignored_members {
  identity account{};
  std::map<identity, std::string> accounts{};  ///< and what they were called
  std::map<std::string, std::string> others{}; ///< by folded name: whoever bears it
  bool empty() const noexcept { return accounts.empty() && others.empty(); }
  std::size_t size() const noexcept { return accounts.size() + others.size(); }
};

/// How an account wants to be called beside its name.
struct displayed_name {
  identity account{};
  std::string name;
};

/// An account is gone, and what it has said is being destroyed. The fact goes when that is done.
struct farewell {
  identity account{};
  std::string name;
  std::vector<identity>
      authors{}; ///< whose texts: the account, and guests who came with its devices
  wall_time asked{};
};

fact fact_of(const ignored_members& i);
fact fact_of(const displayed_name& d);
fact fact_of(const farewell& f);
displayed_name displayed_in(const fact& f);
ignored_members ignored_in(const fact& f);
farewell farewell_in(const fact& f);

/// What a server states of it, as a JSON object: `account`, `name`, `time` (RFC 3339), the numbers
/// of `authors`, and the `head` of the journal, which has the fact.
std::string statement_of(const farewell& f, std::string_view head);

} // namespace asio_chat
