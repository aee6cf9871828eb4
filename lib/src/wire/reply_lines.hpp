// Answers as lines for a person: all that is said of them in prose is said here.
#pragma once

#include <asio_chat/event.hpp>
#include <asio_chat/time.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace asio_chat::wire {

struct reply_lines {
  std::vector<std::string> lines;
  std::vector<std::string> items; ///< names, rooms or commands in it
};

/// With so many bytes an answer in lines fits a frame of the native protocol, even if every
/// character has to be escaped.
inline constexpr std::size_t max_answer_bytes = 28'000;

/// Writes the time before an entry, with a blank behind it.
using time_writer = std::function<std::string(wall_time)>;
/// `[2026-11-21 10:07:12 UTC] `
std::string utc_time(wall_time t);

/// Lists that are longer than `max_bytes` are cut, and a line says how to go on; of a log the
/// newest entries are shown.
reply_lines show(const reply_data& a, std::size_t max_bytes = max_answer_bytes,
                 const time_writer& time = utc_time);

/// Makes lines and items of the data, if there is data.
void fill_lines(reply& r, std::size_t max_bytes = max_answer_bytes);

/// `[2026-11-21 10:07:12 UTC] alice: hello`, an action `… ~ alice waves`, a topic `… * alice set
/// the topic: tea`; line ends in the text become ` / `.
/// @param max_text in bytes; of a longer one the end is cut
std::string entry_line(const entry& e, std::size_t max_text = std::string::npos,
                       const time_writer& time = utc_time);

} // namespace asio_chat::wire
