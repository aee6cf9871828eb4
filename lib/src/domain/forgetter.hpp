// What an account has said is destroyed once it is gone.
#pragma once

#include "accounts/people.hpp"
#include "base/scheduler.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/journal.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace asio_chat {

/// Goes through all logs, a page at a time, and destroys a few texts at a time: nobody waits for
/// more than that. Which accounts are to be forgotten is a fact, so whatever ends it, the next one
/// begins again; what is destroyed already is passed over.
class forgetter {
 public:
  struct services {
    journal& log;
    people& known;
    scheduler later;
    std::function<void(std::string what)> note; ///< for operators
  };
  static constexpr std::size_t read_at_once = 256;
  static constexpr std::size_t destroyed_at_once = 32;
  static constexpr std::size_t rooms_at_once = 256;

  /// Begins soon, if an account was being forgotten when the server ended.
  explicit forgetter(services s);
  forgetter(const forgetter&) = delete;
  forgetter& operator=(const forgetter&) = delete;

  /// Another account is gone.
  void begin();
  /// Whether something is under way.
  bool works() const noexcept { return now_.has_value(); }

 private:
  /// Of the account that is being forgotten.
  struct progress {
    farewell who;
    std::vector<std::string> rooms{}; ///< to be looked through
    std::string next{};               ///< of the list of rooms
    position place{};                 ///< in the last one of them
    bool more = false;                ///< it goes on behind that
    std::vector<std::uint64_t> doomed{};
    std::set<std::uint64_t> gone{}; ///< in this room; its pins are looked for among them
    std::size_t one_by_one = 0;     ///< so many of `doomed` may be such that cannot be destroyed
    std::size_t texts = 0;
    std::size_t old = 0;    ///< texts that cannot be destroyed while the server runs
    std::size_t unread = 0; ///< rooms
  };

  /// @param f is called if there is this still, with what was answered
  template <class Answer, class Function>
  std::function<void(Answer)> when_answered(Function f);

  void list(std::string from);
  void next_room();
  void read();
  void look_at(const journal::page& p);
  void destroy();
  void destroyed(std::vector<std::uint64_t> some, const result<void>& how);
  void leave_room();
  void leave_quiet_rooms(const std::string& behind);
  void finish();
  void stop(const failure& why);

  const services services_;
  std::shared_ptr<forgetter*> self_; ///< for what may be answered when it is gone
  std::optional<progress> now_;
  std::set<identity> given_up_; ///< until the next start
};

} // namespace asio_chat
