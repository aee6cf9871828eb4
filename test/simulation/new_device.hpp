// A device that asks to be let into an account by a code.
#pragma once

#include "domain/hub.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace asio_chat::simulation {

/// A guest until an older device of the account has confirmed its code.
class new_device final : public sink {
 public:
  new_device(std::string name, const identity& token)
      : name_(std::move(name))
      , token_(token) {}

  backpressure deliver(const shared_event& e) override {
    if (const auto* r = std::get_if<reply>(&e->value)) learn(*r);
    return backpressure::ready;
  }
  bool full() const noexcept override { return false; }
  void hold(bool) override {}
  void wind_down(const close_reason&) override {}
  void close(close_reason) override { told_to_go_ = true; }
  answers::protection protection() const override { return {}; }

  bool is_connected() const noexcept { return self_ != nullptr; }
  bool told_to_go() const noexcept { return told_to_go_; }
  /// Comes as a guest, and asks to be let into the account.
  void ask(hub& chat, const std::string& account) {
    login l{token_, name_, true, true};
    l.token = token_;
    if (const auto entered = chat.enter(*this, l)) self_ = *entered;
    if (self_) chat.dispatch(*self_, {"", "login", requests::log_in{account, "", ""}});
  }
  void leave(hub& chat) {
    chat.leave(*self_);
    cut_off();
  }
  void cut_off() noexcept { self_ = nullptr; }

  const identity& token() const noexcept { return token_; }
  /// That it shows to whoever holds it; empty: none yet.
  const std::string& code() const noexcept { return code_; }
  /// The owner of the account has typed its code.
  bool was_confirmed = false;

 private:
  void learn(const reply& r) {
    constexpr std::string_view before = "your code is ";
    for (const std::string& line : r.lines)
      if (line.starts_with(before)) code_ = line.substr(before.size(), 6);
  }

  std::string name_;
  identity token_;
  endpoint* self_ = nullptr;
  bool told_to_go_ = false;
  std::string code_;
};

} // namespace asio_chat::simulation
