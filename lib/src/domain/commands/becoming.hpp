// How a connection becomes an account's: by an app password, by another device, and the steps that
// all ways share.
#pragma once

#include "accounts/app_password.hpp"
#include "accounts/facts.hpp"
#include "domain/commands/commands.hpp"
#include "domain/hub.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
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

/// @name app_password_commands.cpp
/// @{
/// Null: the secret is no app password of the account, or nobody comes in by it.
const app_password* app_opened_by(const hub& in, const account& of, std::string_view secret);

result<void> log_in_by_app(const asked& q, const app_password& by);
/// @}

/// @name new_device_commands.cpp: between `/login` without a password and `/devices confirm`
/// @{
/// Shows a code to who asks, and tells the devices of the account, if there is one.
/// @param name of the account, as it was typed; empty: the one of the connection
result<void> ask_older_devices(const asked& q, const std::string& name);

/// Lets the new device in that shows this code.
/// @param name that it is listed by; may be empty
result<void> confirm_new_device(const asked& q, const std::string& code, std::string_view name);

/// Lets none in that asks now.
result<void> refuse_new_devices(const asked& q);
/// @}

} // namespace asio_chat::commands
