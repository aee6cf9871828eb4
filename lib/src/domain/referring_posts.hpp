// What members do with what was said before: edit it, delete it, answer it, react to it.
#pragma once

#include "accounts/facts.hpp"
#include "model/identity.hpp"
#include "model/request.hpp"

#include <asio_chat/host_requests.hpp>
#include <asio_chat/journal.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

class endpoint;
class room;
struct room_services;

/// Each looks into the log for what it is about before it says anything, so each waits until the
/// one before is done: a deletion finds the edit that was asked for earlier. The author is not
/// listened to meanwhile, and so there is one of each connection.
///
///   add -> look for the entry -> is it theirs, is it there? -> look for what refers to it
///     edit:     append it, then destroy what it replaces
///     deletion: destroy the text and its edits, then append that they are gone
///     pin:      keep it among the facts of the room, then append
///     unpin:    append, then take it from the facts: nothing has to be put back
///     others:   append
class referring_posts : public std::enable_shared_from_this<referring_posts> {
 public:
  /// An entry can be edited until so many others have followed it: what has to be destroyed with it
  /// is found among them.
  static constexpr std::uint64_t reach = 10'000;

  /// @param in, services must live as long; `in` keeps this
  referring_posts(room& in, room_services& services)
      : room_(in)
      , services_(services) {}

  /// @param ref of the answer to the author
  void add(endpoint& author, entry_reference::kind how, requests::referring&& what,
           std::string_view ref);

 private:
  struct wish {
    std::uint64_t author; ///< number of the endpoint
    identity who;
    std::optional<identity> token;
    member_info info;
    entry_reference::kind how;
    requests::referring what;
    std::string ref;
  };
  /// What is known of the entry that it is about.
  struct target {
    journal::record it;
    std::vector<std::uint64_t> edits; ///< whose texts are there
    entry_kind kind = entry_kind::message;
    std::string text; ///< as members see it
    bool edited = false;
    bool removed = false;
    std::optional<journal::appended> removed_by_author_of_wish;
    bool said_before = false;          ///< the same answer or reaction by the same author
    std::optional<pinned_entry> pin{}; ///< that was made
    bool is_there() const noexcept {
      return !removed && (edited || it.what.kind != entry_kind::destroyed);
    }
  };

  void go_on();
  void finish();
  void refuse(failure why);
  void read(const log_range& part, void (referring_posts::*then)(journal::page&));
  void find_newest(journal::page& p);
  void found(journal::page& p);
  void look_at(std::uint64_t offset);
  void look_for_referring(std::uint64_t after);
  void found_referring(journal::page& p);
  result<void> check(endpoint& author) const;
  bool is_own() const noexcept { return about_.it.author == now_->who; }
  void carry_out();
  void ask_host();
  void decided(post_answer a);
  void put_pin();
  void take_pin();
  /// The newest entry that says that something was pinned, or is no more.
  struct pin_note {
    entry_reference::kind how = entry_reference::kind::none; ///< none: there is no such entry
    journal::appended said{};
  };
  using note_found = std::function<void(const result<pin_note>&)>;
  void find_pin_note(note_found then, const position& before = {});
  /// What is wanted is so already.
  void answer_pin_again(std::string line, failure otherwise);
  void append_pin();
  /// The pin was not there before, and was not said.
  void undo_pin();
  void unpin_said(const journal::appended& a);
  void drop_pin();
  void append();
  void appended(const result<journal::appended>& a);
  std::vector<std::uint64_t> doomed() const;
  /// What is left of what this edit has replaced, if it is sent again because the server ended
  /// before it was answered; nothing, if it was itself replaced.
  std::vector<std::uint64_t> replaced_by(std::uint64_t edit) const;
  /// After an edit.
  void destroy(std::vector<std::uint64_t> gone);
  std::string text_of_removal() const;
  /// What is stored as said.
  std::string text() const;

  room& room_;
  room_services& services_;
  std::deque<wish> waiting_;
  wish* now_ = nullptr; ///< the first of them, while it is looked after
  target about_{};
};

} // namespace asio_chat
