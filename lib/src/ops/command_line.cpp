#include "ops/command_line.hpp"

#include "base/sanitize.hpp"
#include "ops/history_commands.hpp"
#include "ops/nearest.hpp"
#include "ops/setting_table.hpp"

#include <CLI/CLI.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <boost/version.hpp>
#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

namespace asio_chat::ops {

namespace {

constexpr std::string_view examples = R"(Examples:
  asio-chatd                      on 127.0.0.1:8443, with a certificate for development
  asio-chatd --listen 0.0.0.0:8443 --listen '[::]:8443' --cert cert.pem --key key.pem
  asio-chatd --config asio-chatd.toml --check-config
  asio-chatd tls --json           what TLS is spoken, and why
  asio-chatd backup chat.db       a copy of the history, while the server runs
  asio-chatd restore chat.db      put it back
  CHAT_SECRET=... asio-chatd --require-passphrase

Each setting is also a key of the config file (idle-timeout = 300s) and an environment variable
(ASIO_CHATD_IDLE_TIMEOUT=300s; lists have commas). The command line wins over the environment, that
over the file, that over the defaults. CHAT_SECRET in the environment is the users' passphrase,
CHAT_KEY_PASSPHRASE that of an encrypted key.
TIME is like 300, 300s, 5m or 250ms; BYTES like 65536, 64k or 4M. The default of --data is
$STATE_DIRECTORY, else $XDG_STATE_HOME/asio-chat, else ~/.local/state/asio-chat. The history is
sealed by the master key: that of --master-key-file, else CHAT_MASTER_KEY in the environment, else
systemd's credential master-key, else master.key in the data directory, made on the first start.)";

constexpr std::string_view flags[] = {"--help",         "--version", "--check-config", "--config",
                                      "--print-config", "-h",        "--begin-anew"};

std::string described(const setting& s) {
  return s.default_value.empty() ? std::string(s.help)
                                 : fmt::format("{} [{}]", s.help, s.default_value);
}

/// CLI11's view of the table. It splits the command line; values stay text here.
class parser {
 public:
  parser()
      : app_("asio-chatd: secure chat over TLS", "asio-chatd") {
    app_.set_help_flag();
    app_.allow_extras();
    app_.get_formatter()->column_width(37);
    app_.footer(std::string(examples));
    add_action("-h,--help", wants_help_, "print this");
    add_action("--version", wants_version_, "print the versions of the program and its libraries");
    add_action("--print-config", wants_config_, "print every setting and where its value is from");
    add_action("--check-config", wants_check_, "say whether the server would start");
    // No setting: it is meant for one start, and must not stand in a file for all later ones.
    app_.add_flag("--begin-anew", begins_anew_, "start though the journal of keys.db is lost")
        ->group("History");
    tls_ = app_.add_subcommand("tls", "print what is spoken: versions, suites, options, and why");
    tls_->add_flag("--json", wants_json_, "as a JSON object");
    tls_->add_flag("-h,--help", wants_help_, "print this");
    tls_->footer("It takes the settings of TLS from where the server does; see asio-chatd --help.");
    tls_->fallthrough();
    policy_ = app_.add_subcommand("policy", "print what each role may do");
    policy_->add_flag("-h,--help", wants_help_, "print this");
    history_.emplace(app_);
    config_ = app_.add_option("--config", config_values_, "take settings from this file")
                  ->option_text("FILE")
                  ->group("Files");
    take_one_value(config_);
    for (const auto& s : setting_table()) {
      auto* option = app_.add_option(fmt::format("--{}", s.name), unused_, described(s))
                         ->option_text(std::string(s.value))
                         ->group(std::string(s.section));
      take_one_value(option);
      if (s.is_switch()) option->expected(0, 1);
      options_.emplace_back(&s, option);
    }
  }

  result<command_line> parse(std::span<const std::string> arguments) {
    // CLI11 takes them in reverse order, to pop from the end.
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    try {
      app_.parse(reversed);
    } catch (const CLI::ArgumentMismatch& e) {
      return without_value(e.what());
    } catch (const CLI::ParseError& e) {
      return fail(errc::bad_setting,
                  fmt::format("command line: {}", sanitize_for_log(e.what(), 256)));
    }
    if (const auto swallowed = find_swallowed_flag()) return *swallowed;
    auto extras = app_.remaining(true);
    std::erase(extras, "--"); // what comes behind it is a FILE or a ROOM, whatever it begins with
    if (!extras.empty()) return unknown(extras.front());
    if (!wants_help_ && !history_->wants_help())
      if (const auto second = find_second_wish()) return *second;
    command_line line;
    line.action = chosen_action();
    line.json = wants_json_;
    line.begin_anew = begins_anew_;
    if (line.action == action::print_help) line.help = help();
    if (const auto& asked = *history_; asked.chosen()) {
      line.history = asked.request();
      if (line.action != action::print_help) {
        if (auto complete = asked.check(); !complete) return complete.error();
      }
    }
    if (config_->count() > 1) return given_twice("config");
    if (config_->count() == 1) {
      line.config_file = config_->results().front();
      if (line.config_file.empty()) return without_value("--config", "FILE");
    }
    for (const auto& [s, option] : options_) {
      if (option->count() == 0) continue;
      if (option->count() > 1 && !s->repeatable) return given_twice(s->name);
      std::vector<std::string> values = option->results();
      const bool has_empty_value =
          std::ranges::find(arguments, fmt::format("--{}=", s->name)) != arguments.end();
      // A switch alone is on.
      if (s->is_switch() && values.front().empty() && !has_empty_value) values.front() = "on";
      line.given[std::string(s->name)] = {std::move(values), "command line",
                                          fmt::format("command line: --{}", s->name)};
    }
    return line;
  }

  /// Of the subcommand, if there is one.
  std::string help() const {
    return boost::algorithm::replace_all_copy(app_.help(), "\n\n\n", "\n\n");
  }

 private:
  static void take_one_value(CLI::Option* option) {
    option->expected(1)->allow_extra_args(false)->multi_option_policy(
        CLI::MultiOptionPolicy::TakeAll);
  }

  void add_action(const std::string& names, bool& wanted, const std::string& description) {
    app_.add_flag(names, wanted, description)->group("Instead of running");
  }

  ops::action chosen_action() const {
    if (wants_help_ || history_->wants_help()) return action::print_help;
    if (wants_version_) return action::print_version;
    if (tls_->parsed()) return action::print_tls;
    if (policy_->parsed()) return action::print_policy;
    if (const auto chosen = history_->chosen()) return *chosen;
    if (wants_config_) return action::print_config;
    return wants_check_ ? action::check_config : action::run;
  }

  /// CLI11 takes whatever comes next for the value that a flag needs: `--data --backlog 5`.
  std::optional<failure> find_swallowed_flag() const {
    const auto looks_like_flag = [](const std::string& value) { return value.starts_with("--"); };
    for (const auto& [s, option] : options_)
      if (std::ranges::any_of(option->results(), looks_like_flag))
        return without_value(fmt::format("--{}", s->name), s->value);
    if (std::ranges::any_of(config_->results(), looks_like_flag))
      return without_value("--config", "FILE");
    return std::nullopt;
  }

  static failure without_value(std::string_view flag, std::string_view right) {
    return fail(errc::bad_setting,
                fmt::format("command line: {} has no value; give {}", flag, right));
  }

  /// @param complaint CLI11's: the flag, a colon, and what is missing
  failure without_value(std::string_view complaint) const {
    const auto flag = complaint.substr(0, complaint.find(':'));
    const auto* s = find_setting(flag.substr(std::min<std::size_t>(2, flag.size())));
    if (s != nullptr) return without_value(flag, s->value);
    return without_value(flag, history_->value_of(flag).value_or("FILE"));
  }

  /// Of two things to do one would be forgotten without a word.
  std::optional<failure> find_second_wish() const {
    std::vector<std::string> wishes;
    for (const auto& [wanted, flag] :
         {std::pair(wants_version_, "--version"), std::pair(wants_config_, "--print-config"),
          std::pair(wants_check_, "--check-config")})
      if (wanted) wishes.emplace_back(flag);
    for (const CLI::App* command : app_.get_subcommands())
      wishes.push_back(command->get_name());
    if (wishes.size() > 1)
      return fail(errc::bad_setting, fmt::format("command line: {} and {} are two things to do; "
                                                 "give one of them",
                                                 wishes[0], wishes[1]));
    const bool starts = wishes.empty() || wants_check_ || wants_config_;
    if (begins_anew_ && !starts)
      return fail(errc::bad_setting, fmt::format("command line: --begin-anew is about a start, and "
                                                 "has no meaning for {}",
                                                 wishes[0]));
    return std::nullopt;
  }

  static failure given_twice(std::string_view name) {
    return fail(errc::bad_setting,
                fmt::format("command line: --{} is given more than once; give it once", name));
  }

  static failure unknown(const std::string& argument) {
    if (!argument.starts_with('-'))
      return fail(errc::bad_setting,
                  fmt::format("command line: nothing is known to do with \"{}\"; "
                              "see asio-chatd --help",
                              sanitize_for_log(argument, 64, quotes::escape)));
    const std::string name = argument.substr(0, argument.find('='));
    std::vector<std::string> all(std::begin(flags), std::end(flags));
    for (const auto& s : setting_table())
      all.push_back(fmt::format("--{}", s.name));
    const std::vector<std::string_view> names(all.begin(), all.end());
    return fail(errc::bad_setting,
                fmt::format("command line: there is no flag {}{}", sanitize_for_log(name, 64),
                            did_you_mean(name, names)));
  }

  CLI::App app_;
  bool wants_help_ = false;
  bool wants_version_ = false;
  bool wants_config_ = false;
  bool wants_check_ = false;
  bool wants_json_ = false;
  bool begins_anew_ = false;
  CLI::App* tls_;
  CLI::App* policy_ = nullptr;
  std::optional<history_commands> history_;
  CLI::Option* config_;
  std::vector<std::pair<const setting*, CLI::Option*>> options_;
  std::vector<std::string> config_values_;
  std::vector<std::string> unused_;
};

} // namespace

result<command_line> read_command_line(std::span<const std::string> arguments) {
  return parser().parse(arguments);
}

std::string help_text() {
  return parser().help();
}

std::string version_text() {
  return fmt::format("asio-chatd {}\n{}, Boost {}.{}.{}\n", ASIO_CHAT_VERSION,
                     OpenSSL_version(OPENSSL_VERSION), BOOST_VERSION / 100'000,
                     BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100);
}

} // namespace asio_chat::ops
