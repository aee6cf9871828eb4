// What was said and not acknowledged yet.
#pragma once

#include "typed_line.hpp"

#include "base/clock.hpp"

#include <asio_chat/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

/// A line on the screen looks as if it had been said. Where that is in doubt, because there is no
/// connection or the server does not answer, the person is told, and told again when it is certain:
/// such a line is marked.
class said_lines {
 public:
  struct line {
    std::string text;
    bool marked = false;
    line_origin from = {};
    bool overdue = false;
  };

  /// An answer that takes longer leaves a line in doubt.
  static constexpr std::chrono::seconds patience{2};

  /// @return the number to ask for the line with
  std::uint64_t add(line l, steady_time now);
  /// The line has its answer.
  line take(std::uint64_t number);
  /// The connection is gone: marks every line, and gives those that were not marked.
  std::vector<line> mark_all();
  /// Those that are overdue since the last time, and are not marked.
  /// @param mark whether they are marked from now on
  std::vector<line> find_overdue(steady_time now, bool mark);
  /// When there will be one more.
  std::optional<steady_time> next_overdue() const noexcept;

 private:
  struct said {
    line what;
    steady_time when;
  };

  std::uint64_t last_ = 0;
  std::map<std::uint64_t, said> lines_; ///< in the order of saying
};

/// `[WHAT]` about a line, which is named by its number if it came from a pipe.
std::string notice_about(const line_origin& line, std::string_view what);

/// What a person is told of a marked line when it has its answer.
/// @param why the sentence of the error
std::string fate_of(const said_lines::line& said, const error_code& e, std::string_view why);

/// The beginning of a text, short enough to be recognised in a notice and harmless to a terminal.
std::string excerpt(std::string_view text);

} // namespace asio_chat::app
