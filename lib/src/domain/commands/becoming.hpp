// How a connection becomes an account's: steps that all ways to log in share.
#pragma once

#include "accounts/app_password.hpp"
#include "accounts/facts.hpp"
#include "domain/commands/commands.hpp"
#include "domain/hub.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace asio_chat::commands {

/// A connection whose member changes: nothing of it is read meanwhile. May be gone at the end.
class changing {
 public:
  changing(const hub& in, endpoint& who)
      : in_(in.alive())
      , number_(who.number()) {
    who.begin_changing();
  }
  explicit changing(const asked& q)
      : changing(q.in, q.by) {}
  /// Calls with the hub and the connection, which is null if it is gone; not at all without a hub.
  template <class Then>
  void end(Then then) const {
    const auto alive = in_.lock();
    if (!alive) return;
    endpoint* by = (*alive)->find_endpoint(number_);
    then(**alive, by);
    // Again: that may have closed it.
    if (endpoint* still = (*alive)->find_endpoint(number_)) still->end_changing();
  }

 private:
  std::weak_ptr<hub*> in_;
  std::uint64_t number_;
};

/// A failure if it is becoming somebody already: another device may let it in at any time.
result<void> check_not_changing(const endpoint& e);

/// For makers: the token that the client keeps opens the account from here on. Of too many devices
/// those go that came last the longest ago, and are not here.
/// @param app the app password that it comes by; null: it may all that the account may
/// @param name of the device
std::vector<fact> with_device(const hub& in, const endpoint& e, std::vector<fact> f,
                              const identity& account, const app_password* app = nullptr,
                              std::string name = {});

/// Whether the account lets nobody in over this connection.
result<void> check_bans_of(const hub& in, const endpoint& e, const account& a);

/// It is theirs from here on.
/// @param app null: nothing holds it back
/// @return what they are told
std::vector<std::string> become_account(hub& in, endpoint& e, const account& a,
                                        std::shared_ptr<const app_limit> app = {});

/// The end of `/login` and `/register`: the account is there, and it is theirs.
void become_account(const changing& who, const identity& account, const later_answer& answer,
                    std::shared_ptr<const app_limit> app = {});

} // namespace asio_chat::commands
