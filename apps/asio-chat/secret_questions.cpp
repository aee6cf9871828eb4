#include "secret_questions.hpp"

#include "edit_buffer.hpp"
#include "typed_line.hpp"

#include "base/ascii.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "model/command_text.hpp"
#include "model/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace asio_chat::app {

namespace {

constexpr std::string_view blanks = " \t\n";

/// What a person is asked for, where the name of the argument does not tell them.
struct phrase {
  std::string_view command;
  std::string_view argument;
  std::string_view words;
};

constexpr std::array phrases{
    phrase{"register", "PASSWORD", "new password"},
    phrase{"register", "CODE", "code of your invitation"},
    phrase{"login", "PASSWORD", "password"},
    phrase{"login", "CODE", "code of your second factor"},
    phrase{"password", "OLD", "password until now"},
    phrase{"password", "NEW", "new password"},
    phrase{"forget", "PASSWORD", "your password"},
    phrase{"join", "KEY", "key of the room"},
    phrase{"forget", "CODE", "code of your second factor"},
};

/// A name and a phrase come from the server.
/// @param known empty: the command has no action that says what is asked for
/// @param without what Enter alone does; empty: nothing
std::string question_of(const command_info& c, const command_argument& a, std::string_view known,
                        std::string_view without) {
  constexpr std::size_t enough = 80;
  const auto* found = std::ranges::find_if(phrases, [&](const phrase& p) {
    return ascii::equal_ignoring_case(p.command, c.name) && p.argument == a.name;
  });
  // Behind a semicolon stands how it is typed in a line.
  const std::string_view help = std::string_view(a.help).substr(0, a.help.find(';'));
  std::string about(known.empty() ? prefix_of_bytes(help, enough) : std::string_view());
  if (!without.empty()) about += fmt::format("{}{}", about.empty() ? "" : "; ", without);
  const std::string name(!known.empty()           ? known
                         : found != phrases.end() ? found->words
                                                  : prefix_of_bytes(a.name, enough));
  return sanitize_for_terminal(about.empty() ? name : fmt::format("{} ({})", name, about));
}

bool is_new(const command_info& c, const command_argument& a) {
  const auto is = [&](const char* command, const char* name) {
    return ascii::equal_ignoring_case(c.name, command) && a.name == name;
  };
  return is("register", "PASSWORD") || is("password", "NEW");
}

/// Which word before them makes optional secrets needed, and which ones; an empty one: any word.
struct action {
  std::string_view command;
  std::string_view word;
  std::array<std::string_view, 2> secrets; ///< as a person is asked for them; empty: there is none
  /// Some who say it have none, and Enter alone does this; empty: all have one.
  std::string_view without = {};
};

constexpr std::array actions{
    action{"totp", "on", {"your password"}},
    action{"totp", "confirm", {"code that your app shows"}},
    action{"totp", "off", {"your password", "code that your app shows"}},
    action{"cert", "add", {"your password"}, "Enter leaves it out"},
    action{"login", "", {"password"}, "Enter alone: another device lets you in"},
};

const action* find_action(std::string_view command, std::string_view word) {
  const auto* found = std::ranges::find_if(actions, [&](const action& a) {
    return ascii::equal_ignoring_case(a.command, command) && (a.word.empty() || a.word == word);
  });
  return found == actions.end() ? nullptr : found;
}

void wipe(auto& text) {
  std::fill(text.begin(), text.end(), 0);
  text.clear();
}

} // namespace

std::vector<missing_secret> missing_secrets(std::string_view line,
                                            std::span<const command_info> commands,
                                            const std::set<std::string>& wanted) {
  line = trim(line);
  const command_info* c = command_of(line, commands);
  if (c == nullptr) return {};
  std::size_t given = 0;
  std::string_view last; // the word before what is missing
  const quotable secrets = quotable_of(c->arguments);
  const std::size_t places = std::min(count_positions(c->arguments), max_positions);
  for (std::string_view rest = parse_command_line(line).arguments; !rest.empty(); ++given) {
    const std::size_t in_quotes = given < places && secrets[given] ? quoted_length(rest) : 0;
    last = rest.substr(0, in_quotes > 0 ? in_quotes : rest.find_first_of(blanks));
    rest = trim(rest.substr(last.size()));
  }
  if (given >= places) return {};
  const auto rest = std::span(c->arguments).first(places).subspan(given);
  // One that may be left out is asked for where it is known to be needed: what is typed ahead is
  // meant for the line after it.
  const action* a = given == 1 ? find_action(c->name, last) : nullptr;
  const std::string name = ascii::lower(c->name);
  const bool is_wanted =
      wanted.contains(name) || (given == 1 && c->arguments.front().kind == argument_kind::room &&
                                wanted.contains(name + ' ' + proper_room_name(last)));
  std::vector<missing_secret> missing;
  for (const command_argument& one : rest) {
    const std::string_view known =
        a != nullptr && missing.size() < a->secrets.size() ? a->secrets[missing.size()] : "";
    const bool of_action = !known.empty();
    if (!one.secret || (one.optional && !of_action && !is_wanted)) break;
    const std::string_view without = one.optional && of_action ? a->without : std::string_view();
    missing.push_back({question_of(*c, one, known, without), !without.empty(), is_new(*c, one)});
  }
  return missing;
}

bool wants_optional_secret(std::string_view command, error_code refusal,
                           std::span<const command_info> commands) {
  const auto found = std::ranges::find_if(
      commands, [&](const command_info& c) { return ascii::equal_ignoring_case(c.name, command); });
  if (found == commands.end()) return false;
  const bool has_one = std::ranges::any_of(
      found->arguments, [](const command_argument& a) { return a.secret && a.optional; });
  return has_one && (refusal == errc::login_required || refusal == errc::key_required);
}

std::size_t well_known_secret_from(std::string_view line) {
  const auto one = [](const char* name, std::initializer_list<bool> secrets) {
    command_info c;
    c.name = name;
    for (const bool secret : secrets)
      c.arguments.emplace_back().secret = secret;
    return c;
  };
  static const std::array all{one("register", {true, true}),     one("login", {false, true, true}),
                              one("password", {true, true}),     one("totp", {false, true, true}),
                              one("cert", {false, true, false}), one("forget", {false, true, true}),
                              one("join", {false, true}),        one("key", {true})};
  return secret_from(line, all);
}

secret_questions::secret_questions(std::string line, std::vector<missing_secret> missing)
    : line_(std::move(line))
    , missing_(std::move(missing)) {
  std::ranges::reverse(missing_);
}

secret_questions::~secret_questions() {
  wipe(typed_);
  wipe(first_);
  wipe(line_);
}

std::string secret_questions::prompt() const {
  const std::string& question = missing_.back().question;
  return fmt::format("{}{}{}: ", why_, first_.empty() ? "" : "once more: ", question);
}

secret_questions::state secret_questions::press(const key& k) {
  const auto is = [&](char32_t c) { return k.what == key::kind::control && k.character == c; };
  if (k.what == key::kind::character) {
    typed_ += k.character;
  } else if (k.what == key::kind::paste) {
    const std::string text(trim(k.text));
    if (text.find_first_of("\r\n") != std::string::npos)
      return ask_again("that paste has several lines; ");
    typed_ += widen(text);
  } else if (is(U'?') || is(U'H')) {
    if (!typed_.empty()) typed_.pop_back();
  } else if (is(U'U')) {
    wipe(typed_);
  } else if (k.what == key::kind::escape || is(U'G') || (is(U'D') && typed_.empty())) {
    return state::given_up;
  } else if (is(U'J') || is(U'M')) {
    std::string text = narrow(typed_);
    wipe(typed_);
    const state now = answer(text);
    wipe(text);
    return now;
  }
  return state::asks;
}

secret_questions::state secret_questions::answer(const std::string& text) {
  const missing_secret& asked = missing_.back();
  if (text != trim(text)) return ask_again("it cannot have blanks at its ends; ");
  if (!can_be_quoted(text)) return ask_again("it cannot have a \" before a blank; ");
  if (text.empty() && first_.empty() && asked.optional) {
    missing_.clear(); // what comes after it has no place then
    return next();
  }
  if (text.empty()) return ask_again("it is needed, or Esc gives up; ");
  if (asked.twice && first_.empty()) {
    first_ = text;
    why_.clear();
    return state::asks;
  }
  if (asked.twice && text != first_) return ask_again("these were two different ones; ");
  line_ += " " + asio_chat::quoted(text);
  missing_.pop_back();
  return next();
}

secret_questions::state secret_questions::next() {
  wipe(first_);
  why_.clear();
  return missing_.empty() ? state::whole : state::asks;
}

secret_questions::state secret_questions::ask_again(std::string why) {
  wipe(first_);
  why_ = std::move(why);
  return state::asks;
}

} // namespace asio_chat::app
