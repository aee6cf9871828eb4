#include "typed_line.hpp"

#include "base/ascii.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "model/command_text.hpp"

#include <algorithm>
#include <utility>

namespace asio_chat::app {

namespace {

bool is_control(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u < 0x20 && c != '\t' && c != '\n') || u == 0x7F;
}

} // namespace

std::string without_controls(std::string_view raw) {
  std::string kept;
  kept.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    // C1 controls, as UTF-8 writes them.
    const bool c1 = raw[i] == '\xC2' && i + 1 < raw.size() &&
                    static_cast<unsigned char>(raw[i + 1]) >= 0x80 &&
                    static_cast<unsigned char>(raw[i + 1]) < 0xA0;
    if (c1) {
      ++i;
    } else if (!is_control(raw[i])) {
      kept += raw[i];
    }
  }
  return sanitize(kept);
}

typed_line read_typed_line(std::string_view raw, bool bare_quit) {
  std::string clean = without_controls(raw);
  if (is_blank(clean)) return {intent::nothing, {}};
  const std::string_view line = trim(clean);
  if (bare_quit && ascii::equal_ignoring_case(line, "quit")) return {intent::leave, {}};
  if (!line.starts_with('/')) return {intent::say, std::move(clean)};
  if (line.starts_with("//")) return {intent::say, clean.erase(clean.find('/'), 1)};
  if (ascii::equal_ignoring_case(line.substr(0, line.find_first_of(" \t\n")), "/quit"))
    return {intent::leave, {}};
  return {intent::command, std::string(line)};
}

std::size_t secret_from(std::string_view line, std::span<const command_info> commands) {
  constexpr std::string_view blanks = " \t\n";
  constexpr auto none = std::string_view::npos;
  std::size_t at = line.find_first_not_of(blanks);
  if (at == none) return none;
  const command_info* command = command_of(line.substr(at), commands);
  if (command == nullptr) return none;
  const auto secret = std::ranges::find(command->arguments, true, &command_argument::secret);
  if (secret == command->arguments.end()) return none;
  for (auto words = secret - command->arguments.begin() + 1; words > 0 && at != none; --words) {
    at = line.find_first_of(blanks, at);
    if (at != none) at = line.find_first_not_of(blanks, at);
  }
  return at;
}

typed_line read_literal_line(std::string_view raw) {
  std::string clean = without_controls(raw);
  if (is_blank(clean)) return {intent::nothing, {}};
  return {intent::say, std::move(clean)};
}

} // namespace asio_chat::app
