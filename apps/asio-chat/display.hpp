// How what happens is put into lines.
#pragma once

#include "typed_line.hpp"

#include <asio_chat/client.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

struct shown_line {
  enum class kind {
    chat,   ///< belongs to the conversation
    notice, ///< about the connection
  };
  kind what;
  std::string text; ///< harmless to a terminal, without a line's end
};

/// A name has another bearer than when something was heard from it last.
struct changed_member {
  std::string room; ///< where that was noticed; `@alice`: in what she says to one alone
  std::string name;
  bool guest; ///< nothing proves this one, and an account or a certificate did before
};

class display {
 public:
  virtual ~display() = default;
  /// @param room the one the person is looking at
  /// @param answered the line that the event answers, if it answers one
  virtual std::vector<shown_line> show(const client_event& e, std::string_view room,
                                       const line_origin& answered) = 0;
  std::vector<shown_line> show(const client_event& e, std::string_view room) {
    return show(e, room, {});
  }
  /// Before anything is shown that the new one says.
  virtual std::vector<shown_line> show(const changed_member& m) = 0;
  /// Carries out a command that is about what is shown alone, and not about what the server keeps.
  /// @return what to tell; none: it is no such command
  virtual std::optional<std::vector<shown_line>> carry_out(std::string_view /*line*/,
                                                           std::string_view /*own_name*/) {
    return std::nullopt;
  }
  /// One's own entry, which is not shown again once the server has it.
  virtual void remember(const entry& /*own*/) {}
  /// Whether it shows itself what becomes of that line, so that no notice has to.
  virtual bool tracks(const line_origin&) const { return false; }
  /// It is in doubt whether a line that it tracks is said.
  virtual void doubt(const line_origin&) {}
};

} // namespace asio_chat::app
