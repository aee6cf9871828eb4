#include "history_commands.hpp"

#include "base/utf8.hpp"
#include "ops/control_socket.hpp"

#include <fmt/format.h>

#include <iostream>
#include <string>

using namespace asio_chat;

namespace {

/// More than any text that can be said.
constexpr std::size_t max_announcement = std::size_t{32} * 1024;

/// Up to its end, or to where it is too long anyway.
std::string read_standard_input() {
  std::string text(max_announcement, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::cin.gcount()));
  return text;
}

} // namespace

int announce(const ops::settings& s, const ops::history_request& wanted) {
  const std::string text =
      wanted.announcement.empty() ? read_standard_input() : wanted.announcement;
  if (is_blank(text))
    throw error(fail(errc::bad_setting, "there is nothing to say; see asio-chatd announce --help"));
  const auto told = ops::ask_daemon_to_announce(s.data_directory, text);
  if (!told)
    throw error(fail(errc::not_available,
                     fmt::format("no daemon that can be told runs with the data directory '{}': "
                                 "start it, or name its directory by --data",
                                 s.data_directory)));
  told->value();
  fmt::print("everybody who is there is told\n");
  return 0;
}
