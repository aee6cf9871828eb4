#include "accounts/device_authenticator.hpp"

#include <variant>

namespace asio_chat {

void device_authenticator::admit(credentials c, admit_done done) {
  first_->admit(std::move(c), [this, done = std::move(done)](answer a) {
    auto* yes = std::get_if<admission>(&a);
    if (yes == nullptr || yes->token.empty()) return done(std::move(a));
    yes->device = yes->who;
    const account* known = people_.of_device(yes->who);
    if (known == nullptr) return done(std::move(a));
    if (known->disabled)
      return done(denial{fail(errc::not_allowed, "this account is disabled"), close_code::removed});
    yes->who = known->id;
    yes->name = known->name;
    yes->as = known->role;
    yes->has_account = true;
    done(std::move(a));
  });
}

} // namespace asio_chat
