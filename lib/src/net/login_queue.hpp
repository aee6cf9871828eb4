// Logins take turns, and those who come back go first.
#pragma once

#include "accounts/authenticator.hpp"
#include "base/scheduler.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

namespace asio_chat::net {

/// After a restart all come back at once, and everybody who wants to try a login comes as well. One
/// login is answered in each turn of the loop: that of somebody with a token that is known here
/// before that of somebody new, but one in five is a new one if any waits, or nobody would get in
/// who has no token while those with one make a noise.
class login_queue final : public authenticator {
 public:
  /// Whether this is the token of somebody who has been here.
  using is_known = std::function<bool(const std::string& token)>;
  static constexpr std::size_t known_in_a_row = 4;

  /// @param later runs behind what is ready by then
  login_queue(std::unique_ptr<authenticator> then, scheduler later, is_known known)
      : then_(std::move(then))
      , later_(std::move(later))
      , is_known_(std::move(known)) {}

  bool wants_passphrase() const noexcept override { return then_->wants_passphrase(); }
  bool wants_name() const noexcept override { return then_->wants_name(); }
  void admit(credentials c, admit_done done) override;

 private:
  struct waiting {
    credentials who;
    admit_done done;
  };

  void begin_turn();
  void take_turn();

  std::unique_ptr<authenticator> then_;
  scheduler later_;
  is_known is_known_;
  std::deque<waiting> known_;
  std::deque<waiting> new_;
  std::size_t in_a_row_ = 0; ///< known ones, while a new one waited
  bool turn_taken_ = false;  ///< this one
  /// The turn may come when the queue is gone.
  std::shared_ptr<login_queue*> self_ = std::make_shared<login_queue*>(this);
};

} // namespace asio_chat::net
