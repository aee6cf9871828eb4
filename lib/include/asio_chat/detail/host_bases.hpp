// Internal: what `host_member` and `log_watch` are, whatever the type of their executor.
#pragma once

#include <asio_chat/detail/abi.hpp>
#include <asio_chat/entry.hpp>
#include <asio_chat/error.hpp>
#include <asio_chat/event.hpp>

#include <boost/asio/any_completion_handler.hpp>

#include <map>
#include <memory>
#include <string>
#include <variant>

namespace asio_chat {

/// Something that the host says.
struct host_message {
  std::string room; ///< whether it has members or not
  std::string text; ///< sanitized and limited like that of a member; `limits::text_bytes`
  entry_kind kind = entry_kind::message;
  /// A message of the same name and id is stored once within `limits::id_time`. Empty: always.
  std::string id = {};
};

/// An entry of a log, or that entries which should have come are no longer kept.
using watched = std::variant<entry, entries_missed>;

} // namespace asio_chat

namespace asio_chat::detail {

class server_base;

class host_member_base {
 public:
  class impl;

 protected:
  template <class T>
  using handler = boost::asio::any_completion_handler<void(result<T>)>;

  host_member_base(server_base& in, std::string name);
  ~host_member_base();
  host_member_base(host_member_base&&) noexcept;
  host_member_base& operator=(host_member_base&&) noexcept;

  const std::string& name() const noexcept;
  void post(handler<position> h, host_message what);
  void history(handler<history_page> h, std::string room, log_range part);
  void check_call(const char* operation) const;

 private:
  std::unique_ptr<impl> impl_;
};

class log_watch_base {
 public:
  class impl;

 protected:
  using handler = boost::asio::any_completion_handler<void(result<watched>)>;

  log_watch_base(server_base& of, std::map<std::string, position> after);
  ~log_watch_base();
  log_watch_base(log_watch_base&&) noexcept;
  log_watch_base& operator=(log_watch_base&&) noexcept;

  void receive(handler h);
  const std::map<std::string, position>& positions() const noexcept;
  void check_call(const char* operation) const;

 private:
  std::shared_ptr<impl> impl_;
};

} // namespace asio_chat::detail
