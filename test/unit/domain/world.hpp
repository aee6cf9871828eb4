// A hub with its journal, a clock that the test moves, and members that record their events.
#pragma once

#include "domain/command_table.hpp"
#include "domain/hub.hpp"
#include "journal/memory_journal.hpp"
#include "model/command_text.hpp"
#include "support/recording_sink.hpp"
#include "support/task_queue.hpp"
#include "testing/manual_clock.hpp"
#include "unit/domain/describe.hpp"
#include "unit/domain/failing_journal.hpp"

#include <fmt/format.h>

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::test {

using heard = std::vector<std::string>;

struct person {
  recording_sink ear;
  endpoint* self = nullptr;
  heard heard_at_login{};

  /// The events since the last call, see `describe`.
  heard news() {
    heard lines;
    for (const event& e : std::exchange(ear.events, {}))
      lines.push_back(describe(e));
    return lines;
  }
};

inline event as_page(history_page p, std::size_t) {
  return p;
}

/// Hashes nothing, and takes its time.
class plain_hasher final : public password_hasher {
 public:
  explicit plain_hasher(scheduler later)
      : later_(std::move(later)) {}
  void hash(std::string password, std::function<void(result<std::string>)> done) override {
    later_([this, password, done] {
      if (busy) return done(fail(errc::not_available, "many are logging in; try again in 2 s"));
      if (slow) return late.push_back([password, done] { done("plain " + password); });
      done("plain " + password);
    });
  }
  void verify(std::string hash, std::string password,
              std::function<void(result<bool>)> done) override {
    ++verified;
    later_([hash, password, done] { done(hash == "plain " + password); });
  }
  bool busy = false;
  bool slow = false; ///< what is to be hashed waits in `late`
  std::vector<std::function<void()>> late{};
  int verified = 0;

 private:
  scheduler later_;
};

/// A code is `code` and the number of its step.
class plain_factor final : public second_factor {
 public:
  std::string new_secret() override { return "secret" + std::to_string(++secrets); }
  std::vector<std::string> setup_of(std::string_view secret, std::string_view account) override {
    return {fmt::format("{} of {}", secret, account)};
  }
  std::optional<std::uint64_t> step_of(std::string_view secret, std::string_view code,
                                       wall_time at) override {
    for (const std::uint64_t n : {step_at(at) - 1, step_at(at), step_at(at) + 1})
      if (code == fmt::format("code{}-{}", n, secret)) return n;
    return {};
  }
  std::vector<std::string> new_recovery_codes() override { return {"spare-one", "spare-two"}; }
  std::string hash_of_recovery_code(std::string_view code) override {
    return fmt::format("hash of {}", code);
  }
  static std::uint64_t step_at(wall_time at) {
    return static_cast<std::uint64_t>(at.time_since_epoch() / std::chrono::seconds(30));
  }
  int secrets = 0;
};

/// Draws one number after the other, and hashes nothing.
class plain_secrets final : public secret_source {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    ++drawn;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes[bytes.size() - 1 - i] = static_cast<std::uint8_t>(i < 8 ? drawn >> (8 * i) : 0);
  }
  identity hash_of(std::string_view secret) const override {
    identity hash{};
    for (std::size_t i = 0; i < secret.size(); ++i)
      hash[i % hash.size()] = static_cast<std::uint8_t>(hash[i % hash.size()] * 31 + secret[i]);
    return hash;
  }
  std::uint64_t drawn = 0;
};

class domain_world {
 public:
  /// By default a member who joins gets no earlier entries.
  static limits without_history() {
    limits l;
    l.join_history = 0;
    return l;
  }

  explicit domain_world(limits l = without_history(), memory_journal::bounds kept = {},
                        people_store* store = nullptr, bool registration = true, bool guests = true,
                        factor_need needs_factor = factor_need::nobody,
                        bool needs_invitation = false)
      : given(l)
      , memory(tasks.later(), 7, kept)
      , log(memory, tasks.later())
      , passwords(tasks.later())
      , hub({log,
             clock,
             given,
             counters,
             tasks.later(),
             "lobby",
             {},
             &log,
             {},
             nullptr,
             {},
             store,
             &passwords,
             registration,
             guests,
             [this] { return admission; },
             [this](std::uint64_t session, const account* tried) {
               wrong.push_back(fmt::format("{} {}", session, tried ? tried->name : "-"));
             },
             &factor,
             needs_factor,
             needs_invitation,
             [this](std::uint64_t session, const std::string& room) {
               wrong_keys.push_back(fmt::format("{} {}", session, room));
             },
             &secrets}) {}

  person& enter(const std::string& name, bool many_rooms = true) {
    person& p = people.emplace_back();
    p.self = hub.enter(p.ear, {new_identity(), name, many_rooms, many_rooms}).value();
    return p;
  }
  /// A member who is in a room and has received everything that announced it.
  person& in(const std::string& name, const std::string& room = "lobby", bool many_rooms = true) {
    person& p = enter(name, many_rooms);
    hub.join(*p.self, room, "").value();
    settle();
    return p;
  }
  /// Returns another member number each time.
  identity new_identity() {
    identity who{};
    for (std::size_t i = 0, n = ++identities; i < 8; ++i, n >>= 8)
      who[i] = static_cast<std::uint8_t>(n);
    return who;
  }
  void leave(person& p, bool for_good = false) {
    hub.leave(*std::exchange(p.self, nullptr), for_good);
  }

  /// Types a line; nothing is answered before `run`.
  void type(person& p, std::string_view line, std::string_view room = {},
            std::string_view ref = {}) {
    const parsed_line typed = parse_command_line(line);
    hub.dispatch(*p.self, read_command(typed.name, typed.arguments, std::string(room),
                                       std::string(ref), p.self->many_rooms()));
  }
  /// Sends a message with an id of its author.
  void send(person& p, std::string_view text, std::string_view id, std::string_view room = {}) {
    hub.dispatch(*p.self, {std::string(room), std::string(id),
                           requests::say{std::string(text), std::string(id)}});
  }
  void run() { tasks.run(); }
  std::uint64_t memory_head(const std::string& room) {
    std::uint64_t head = 0;
    memory.read(room, {}, [&](const auto& p) { head = p.value().head.offset; });
    run();
    return head;
  }
  void settle() {
    run();
    for (person& p : people)
      p.ear.events.clear();
  }

  limits given;
  server_counters counters;
  testing::manual_clock clock;
  task_queue tasks;
  memory_journal memory;
  std::uint64_t identities = 0;
  failing_journal log;
  plain_hasher passwords;
  plain_factor factor;
  heard admission;    ///< what `/limits` tells of it
  heard wrong;        ///< passwords: over which connection, of which account
  heard wrong_keys{}; ///< over which connection, of which room
  plain_secrets secrets;
  asio_chat::hub hub;
  std::deque<person> people;
};

} // namespace asio_chat::test
