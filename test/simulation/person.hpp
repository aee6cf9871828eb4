// A person with a client that follows the protocol: says things, loses the connection, comes back.
#pragma once

#include "disk_journal.hpp"

#include "accounts/app_password.hpp"
#include "domain/hub.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace asio_chat::simulation {

/// Both ends of a connection, and what the client knows across connections. Events take time to
/// arrive: those under way when the connection is lost do not arrive.
class person final : public sink {
 public:
  /// @param has_account its connections know rooms of two accounts
  /// @param app it is a program that comes by this app password; none: a person
  person(std::string name, const identity& who, bool has_account = false,
         std::shared_ptr<const app_limit> app = {})
      : name_(std::move(name))
      , who_(who)
      , has_account_(has_account)
      , app_(std::move(app)) {}

  // The server's end.
  backpressure deliver(const shared_event& e) override;
  bool full() const noexcept override { return full_; }
  void hold(bool on) override { held_ = on; }
  void wind_down(const close_reason&) override {}
  void close(close_reason) override { told_to_go_ = true; }
  answers::protection protection() const override { return {}; }

  // The client.
  bool is_connected() const noexcept { return member_ != nullptr; }
  void connect(hub& chat, const std::vector<std::string>& rooms);
  void disconnect(hub& chat);
  /// The server has crashed and lost everything that it had in memory.
  void cut_off() noexcept;
  /// The same, and what the server had not kept of what was read is lost as well.
  void lose_server() noexcept;
  /// From now on nothing of the room before this entry is told any more.
  void begin_at(const std::string& room, std::uint64_t first) { first_[room] = first; }
  /// Nothing of the room is ever told.
  void keep_out_of(const std::string& room) { closed_.insert(room); }
  /// Wants to come into a room that asks for a key.
  void try_key(hub& chat, const std::string& room, std::string key);
  /// A program tries what it may not.
  void try_anything(hub& chat, const std::string& room, std::uint64_t what);
  void ask(hub& chat, request r);
  bool is_in(const std::string& room) const { return in_.contains(room); }
  bool is_program() const noexcept { return app_ != nullptr; }
  /// Whether the server has closed the connection.
  bool told_to_go() const noexcept { return told_to_go_; }
  void say(hub& chat, const std::string& room, std::string text);
  /// The same to another account alone, in the room of both; goes into that first.
  void tell(hub& chat, const std::string& other, std::string text);
  /// Tells the server that all was read that has come from there, but for the last ones.
  void has_read(hub& chat, const std::string& room, std::uint64_t before_last);
  /// Edits something that was acknowledged, or deletes it if there is no text.
  void change(hub& chat, std::uint64_t which, const std::string& text);
  /// Wants something that was said in the room among its pins, or no longer.
  void pin(hub& chat, const std::string& room, std::uint64_t which, bool on);
  /// Wants what another account says hidden, or no longer.
  void ignore(hub& chat, const std::string& other, bool on);
  /// The account is no more, and nobody comes with it again.
  void retire() noexcept;
  bool is_retired() const noexcept { return retired_; }
  /// Receives at most so many events from the wire.
  void receive(std::size_t max);
  bool has_something_to_receive() const noexcept { return !wire_.empty(); }

  static constexpr std::size_t first_history = 3; ///< entries wanted on the first join of a room

  // What the model checks.
  struct view {
    std::optional<position> last;
    std::optional<position>
        mark;                ///< the position that it comes back with; its own entries count, too
    std::uint64_t begin = 0; ///< entries after this offset are wanted
    std::vector<entry> seen;
    std::vector<entries_missed> gaps;
  };
  const std::string& name() const noexcept { return name_; }
  const identity& who() const noexcept { return who_; }
  const std::map<std::string, view>& views() const noexcept { return views_; }
  /// Texts that the server has acknowledged, by id.
  struct promise {
    std::string room;
    std::string text;
    position at;
    entry_reference refers = {};
  };
  /// What the person wanted to edit or delete may be destroyed, with its edits.
  bool wanted_gone(const std::string& room, std::uint64_t offset) const {
    return changed_.contains({room, offset});
  }
  /// What was said of an entry of a room that they share: whether it was pinned, taken out of the
  /// pins or deleted, if not in vain.
  struct wishes {
    bool pinned = false;
    bool unpinned = false;
    bool deleted = false;
  };
  wishes wanted_of(const std::string& room, std::uint64_t offset) const {
    const auto found = wishes_.find({room, offset});
    return found == wishes_.end() ? wishes() : found->second;
  }
  /// By name; none: it is not known whether the server has heard it.
  const std::map<std::string, std::optional<bool>>& ignored() const noexcept { return ignored_; }
  const std::map<std::string, promise>& promises() const noexcept { return promises_; }
  /// How far its account has read the room, as the server has told since it has started.
  std::uint64_t read_until(const std::string& room) const {
    const auto found = read_.find(room);
    return found == read_.end() ? 0 : found->second;
  }
  bool waits_for_nothing() const noexcept { return unacknowledged_.empty(); }
  std::size_t capacity = 1'000'000; ///< of the wire in events; beyond it the sink is full

 private:
  struct message {
    std::string id;
    std::string room;
    std::string text;
    entry_reference refers = {};
  };

  void send(hub& chat, const message& m) const;
  void learn(const event& e);
  void see(const entry& e);
  void note(const acknowledged& a);
  void note(const entries_missed& m);
  void note(const reply& r);
  void note_read(const std::string& room, std::uint64_t until);
  std::string next_id();

  std::string name_;
  identity who_;
  bool has_account_;
  std::shared_ptr<const app_limit> app_;
  bool retired_ = false;
  std::set<std::string> in_; ///< over this connection
  std::set<std::string> closed_;
  std::map<std::string, std::uint64_t> first_;
  std::map<std::string, std::uint64_t> read_;
  std::map<std::string, std::uint64_t> wants_read_; ///< the furthest that it has said itself
  endpoint* member_ = nullptr;
  bool told_to_go_ = false;
  bool held_ = false;
  bool full_ = false;
  std::deque<shared_event> wire_;
  std::deque<message> unacknowledged_;
  std::uint64_t last_id_ = 0;
  std::map<std::string, view> views_;
  std::map<std::string, promise> promises_;
  std::set<std::pair<std::string, std::uint64_t>> changed_;        ///< room and offset
  std::map<std::pair<std::string, std::uint64_t>, wishes> wishes_; ///< likewise
  std::map<std::string, std::optional<bool>> ignored_;
  struct {
    std::string ref;
    std::string who;
    bool on = false;
  } ignoring_; ///< the newest request of that kind
};

} // namespace asio_chat::simulation
