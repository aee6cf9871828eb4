#include "domain/entry_line.hpp"

#include "base/utf8.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/algorithm/string/replace.hpp>

#include <algorithm>

namespace asio_chat {

std::string entry_line(const entry& e, std::size_t most_of_the_text) {
  std::string text(prefix_of_bytes(e.text, most_of_the_text));
  boost::algorithm::replace_all(text, "\n", " / ");
  std::replace(text.begin(), text.end(), '\t', ' ');
  if (std::max(e.text.size(), text.size()) > most_of_the_text) {
    text = prefix_of_bytes(text, most_of_the_text);
    text += " …";
  }
  std::string said;
  switch (e.kind) {
  case entry_kind::message:
    said = fmt::format("{}: {}", e.from, text);
    break;
  case entry_kind::action:
    said = fmt::format("~ {} {}", e.from, text);
    break;
  case entry_kind::topic:
    said = text.empty() ? fmt::format("* {} removed the topic", e.from)
                        : fmt::format("* {} set the topic: {}", e.from, text);
    break;
  }
  return fmt::format("[{:%Y-%m-%d %H:%M:%S} UTC] {}",
                     std::chrono::floor<std::chrono::seconds>(e.time), said);
}

} // namespace asio_chat
