// Messages and requests that the server has not answered yet.
#pragma once

#include "client/pending.hpp"
#include "wire/native_codec.hpp"

#include <asio_chat/client_config.hpp>
#include <asio_chat/event.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace asio_chat::client_room {

/// Sends a request to the server.
using request_sender = std::function<void(const wire::native::request&)>;
/// Takes back the request with this id or reference, if none of it was written; says whether it
/// has.
using request_remover = std::function<bool(std::string_view)>;

/// Messages that are not acknowledged. They outlive a connection: each keeps its id and is sent
/// again over the next one, in the original order. By the id the server recognises those that it
/// has already.
class resend_queue {
 public:
  /// The limits while there is no connection.
  static constexpr std::size_t max_messages = 1000;
  static constexpr std::size_t max_bytes = std::size_t{1} << 20;

  /// @param prefix of all ids; unique to this client
  explicit resend_queue(std::string prefix)
      : prefix_(std::move(prefix) + '-') {}

  /// What the ids have in common: all but the hyphen and the number behind it.
  std::string ids() const { return prefix_.substr(0, prefix_.size() - 1); }
  /// The id of the message that will be added next.
  std::string next_id() const { return prefix_ + std::to_string(last_ + 1); }
  /// Whether a message of so many bytes that cannot be sent now may be added.
  bool has_room_for(std::size_t bytes) const noexcept;
  /// @param id the program's own; empty: that of `next_id`
  /// @returns the number of the message, for `cancel`
  std::uint64_t add(wire::native::send what, std::size_t bytes, pending<acknowledged> waiting,
                    bool sent, std::string id = {});
  /// Withdraws the message if nothing of it was written. Otherwise, and only if that is wanted, it
  /// ends the operation, and the message stays here until it is answered.
  void cancel(std::uint64_t number, bool with_effects, const failure& why,
              const request_remover& remove);

  /// Sends every message, for the first time or again.
  void send_all(const request_sender& send);

  /// Returns whether the event was the answer to a message. Its handler is then completed.
  bool settle(const event& e);

  /// Fails all: a message that was never sent with `not_connected`, one that was sent with
  /// `connection_lost`, because the server may or may not have kept it.
  void give_up(const std::string& why);
  void fail_all(const failure& why);
  bool empty() const noexcept { return messages_.empty(); }

 private:
  enum class progress {
    waits,  ///< for the first connection that it is given to
    given,  ///< to the first connection, which may not have written it yet
    exposed ///< to an earlier connection: it may have got to the server
  };
  struct message {
    wire::native::request what; ///< the next connection may be of another version
    std::string name;           ///< its id
    std::size_t bytes;
    pending<acknowledged> waiting;
    progress got_to;
    std::string id; ///< only if it is the program's own
  };
  using message_map = std::map<std::uint64_t, message>;

  message_map::node_type take(std::string_view id);
  message_map::node_type take(message_map::iterator found);

  std::string prefix_;
  std::uint64_t last_ = 0;
  std::size_t bytes_ = 0;
  /// The program's own ids. One may be here several times; the first to come is the first to go.
  std::multimap<std::string, std::uint64_t, std::less<>> own_ids_;
  message_map messages_; ///< by number, so in the order of sending
};

/// Commands and requests for history. They do not outlive a connection. Each has a reference that
/// its answer repeats. For a command that posts a message (`/me`) the server uses the reference as
/// the message id, so references are unique among all clients.
class pending_requests {
 public:
  using waiting = std::variant<pending<reply>, pending<history_page>>;

  /// @param prefix of all references; unique to this client
  explicit pending_requests(std::string prefix)
      : prefix_(std::move(prefix) + '-') {}

  /// The reference of the request that will be added next.
  std::string next_reference() const { return prefix_ + std::to_string(last_ + 1); }
  /// @param idempotent whether it makes no difference that the server may have carried it out
  /// @returns the number of the request, for `cancel`
  std::uint64_t add(waiting w, bool idempotent) {
    open_.emplace(++last_, request{std::move(w), idempotent});
    return last_;
  }
  /// As that of the messages. The answer that may come is then thrown away.
  void cancel(std::uint64_t number, bool with_effects, const failure& why,
              const request_remover& remove);

  /// Returns whether the event was the answer to a request. Its handler is then completed.
  bool settle(event& e);
  void fail_all(const failure& why);
  bool empty() const noexcept { return open_.empty(); }

 private:
  bool settle(const acknowledged& a);
  bool settle(reply& r);
  bool settle(const room_state& s);
  bool settle(history_page& p);
  bool settle(const refused& r);

  struct request {
    waiting who;
    bool idempotent;
  };

  /// Removes the request of that kind and returns who waits for it, if there is one.
  template <class T>
  std::optional<pending<T>> take(const std::string& ref);

  std::string prefix_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, request> open_; ///< by number, so in the order of asking
};

/// Both of them. Turns them into frames.
class outstanding {
 public:
  outstanding();

  /// @param max_text the longest text that the server takes, in bytes
  /// @param send empty while there is no connection: the message then waits for the next one
  /// @returns the number for `cancel_message`; 0: it has failed
  std::uint64_t say(pending<acknowledged> waiting, outgoing_message m, std::size_t max_text,
                    const request_sender& send);
  /// Of the messages: what their ids have in common.
  std::string ids() const { return messages_.ids(); }
  /// The reference of the request that `ask` sends next.
  std::string next_reference() const { return requests_.next_reference(); }
  /// @returns the number for `cancel_request`; 0: it has failed
  std::uint64_t ask(pending_requests::waiting waiting, const wire::native::request& what,
                    bool idempotent, const request_sender& send);
  /// See `resend_queue::cancel`.
  void cancel_message(std::uint64_t number, bool with_effects, const failure& why,
                      const request_remover& remove) {
    messages_.cancel(number, with_effects, why, remove);
  }
  void cancel_request(std::uint64_t number, bool with_effects, const failure& why,
                      const request_remover& remove) {
    requests_.cancel(number, with_effects, why, remove);
  }

  /// Returns whether the event was an answer. Its handler is then completed.
  bool settle(event& e) { return messages_.settle(e) || requests_.settle(e); }
  bool empty() const noexcept { return messages_.empty() && requests_.empty(); }

  /// Fails the requests. Messages wait for the next connection.
  void lost(const failure& why) { requests_.fail_all(why); }
  /// Sends the messages over a new connection. Call it before anything else is sent there.
  void send_again(const request_sender& send) { messages_.send_all(send); }
  /// For when no other connection will follow.
  void give_up(const failure& why);
  void abort(const failure& why);

 private:
  resend_queue messages_;
  pending_requests requests_;
};

} // namespace asio_chat::client_room
