#include "fixed_words.hpp"

#include "model/run_time_limits.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

namespace {

struct fixed_argument {
  std::string_view of; ///< `command ARGUMENT`
  std::array<std::string_view, 5> words;
};

constexpr std::array fixed_arguments{
    fixed_argument{"apppassword ACTION", {"add", "remove"}},
    fixed_argument{"apppassword SCOPE", {"read", "chat"}},
    fixed_argument{"ban REASON", {"everywhere"}},
    fixed_argument{"cert ACTION", {"add", "remove"}},
    fixed_argument{"devices NUMBER", {"all", "confirm", "refuse"}},
    fixed_argument{"export WHOM", {"me"}},
    fixed_argument{"forget WHOM", {"me"}},
    fixed_argument{"kick REASON", {"everywhere"}},
    fixed_argument{"limits ACTION", {"set", "reset"}},
    fixed_argument{"mode MODE", {"private", "moderated", "read-only"}},
    fixed_argument{"mode SWITCH", {"on", "off"}},
    fixed_argument{"mute REASON", {"everywhere"}},
    fixed_argument{"requests SWITCH", {"on", "off"}},
    fixed_argument{"role ROLE", {"guest", "member", "voice", "operator", "owner"}},
    fixed_argument{"role WHERE", {"everywhere"}},
    fixed_argument{"totp ACTION", {"on", "confirm", "off"}},
    fixed_argument{"unban WHERE", {"everywhere"}},
    fixed_argument{"unmute WHERE", {"everywhere"}},
};

} // namespace

void add_fixed_words(vocabulary& words) {
  for (const fixed_argument& one : fixed_arguments) {
    std::vector<std::string>& choices = words.choices[std::string(one.of)];
    for (const std::string_view word : one.words)
      if (!word.empty()) choices.emplace_back(word);
  }
  std::vector<std::string>& limits = words.choices["limits NAME"];
  for (const run_time_limit& row : run_time_limit_table())
    limits.emplace_back(row.name);
}

} // namespace asio_chat::app
