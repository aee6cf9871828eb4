#include "facts_reader.hpp"
#include "history.hpp"
#include "history_commands.hpp"
#include "task_queue.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/app_password.hpp"
#include "accounts/people.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/logger.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/forgetter.hpp"
#include "journal/sqlite/sqlite_journal.hpp"
#include "names/look.hpp"
#include "names/member_name.hpp"
#include "ops/control_socket.hpp"
#include "ops/master_key_file.hpp"
#include "ops/privileges.hpp"
#include "server/password_worker.hpp"
#include "tls/file.hpp"
#include "tls/key_passphrase.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <utility>

using namespace asio_chat;

namespace {

std::string day_of(wall_time t) {
  return fmt::format("{:%Y-%m-%d}", std::chrono::floor<std::chrono::seconds>(t));
}

int list(const people& all) {
  for (const account* a : all.accounts())
    fmt::print("{:<24} {:<9} {} {}{}\n", a->name, name_of(a->role), day_of(a->made),
               counted(all.devices_of(a->id).size(), "device", "devices"),
               a->disabled ? ", disabled" : "");
  return 0;
}

std::string_view ways_in(const people& all, const account& a) {
  if (a.disabled) return "disabled";
  const bool certified = !all.certificates_of(a.id).empty();
  if (a.password_hash.empty()) return certified ? "by certificate" : "by nothing";
  return certified ? "by password, device or certificate" : "by password or device";
}

int show(const people& all, const std::string& name) {
  const account& a = account_called(all, name);
  fmt::print("name      {}\nrole      {}\nmade      {}\nlogin     {}\n", a.name, name_of(a.role),
             day_of(a.made), ways_in(all, a));
  if (all.has_factor(a.id)) fmt::print("factor    a code of an app\n");
  for (const device* d : all.devices_of(a.id))
    fmt::print("device    {}, {}{}since {}{}\n", d->number, d->name, d->name.empty() ? "" : ", ",
               day_of(d->made),
               d->app == 0 ? std::string() : fmt::format(", by app password {}", d->app));
  for (const account_certificate* c : all.certificates_of(a.id))
    fmt::print("cert      {}, {}{}{}, since {}\n", c->number, pin_of(c->key),
               c->subject.empty() ? "" : ", ", c->subject, day_of(c->made));
  for (const app_password* p : all.app_passwords_of(a.id))
    fmt::print("app       {}, {}, {}, since {}\n", p->number, std::string(p->name),
               scope_of(p->speaks, p->rooms), day_of(p->made));
  return 0;
}

std::string new_password(const ops::history_request& wanted) {
  auto typed = tls::obtain_passphrase(
                   {wanted.password_file, "--password-file", "CHAT_ACCOUNT_PASSWORD",
                    wanted.account_password, "password"},
                   "New password: ", tls::prompting::twice, "an account needs a password: give it")
                   .value();
  check_new_password(typed).value();
  return typed;
}

std::optional<key_hash> pin_in(const ops::history_request& wanted) {
  if (wanted.pin.empty()) return {};
  const auto key = read_pin(wanted.pin);
  if (!key) throw error(fail(errc::bad_setting, "--pin: " + key.error().message));
  return *key;
}

/// Changes accounts in the journal while no daemon runs. Started by root, it works as the owner of
/// the directory: there may be links in it.
class changer {
 public:
  changer(const ops::settings& s, history& kept)
      : as_owner_(s.data_directory)
      , memory_(s.server.people.password_memory) {
    kept.keys.reset();
    journal_ =
        sqlite_journal::open({.directory = kept.directory, .masters = kept.masters}, queue_.later())
            .value();
    people_.emplace(journal_.get(), time_, queue_.later());
  }

  people& all() { return *people_; }
  void change(people::maker make) {
    std::optional<result<void>> how;
    people_->change(std::move(make), [&how](const result<void>& r) { how = r; });
    queue_.run_until(how).value();
  }
  /// Destroys what accounts have said that are gone: this one, and others that were not done.
  /// @return how that went
  std::string forget(const identity& account) {
    std::optional<std::string> told;
    forgetter work({*journal_, *people_, queue_.later(),
                    [&told](std::string what) { told = std::move(what); }});
    work.begin();
    std::string all;
    do {
      all += (all.empty() ? "" : "\n") + queue_.run_until(told);
      told.reset();
    } while (work.works());
    if (people_->farewells().contains(account)) throw error(fail(errc::storage_failed, all));
    return all;
  }
  /// What an account has been told that is to be destroyed.
  std::string receipt_of(const identity& account) {
    return journal_->sign(statement_of(people_->farewells().at(account), journal_->head()));
  }
  std::string hash(std::string password) {
    const auto worker = make_password_worker(queue_.later(), memory_, time_);
    std::optional<result<std::string>> made;
    worker->hash(std::move(password), [&made](const result<std::string>& r) { made = r; });
    return queue_.run_until(made).value();
  }

 private:
  ops::acting_as_owner as_owner_;
  task_queue queue_;
  system_clock time_;
  std::size_t memory_;
  std::unique_ptr<sqlite_journal> journal_;
  std::optional<people> people_;
};

struct imported {
  std::string name;
  key_hash key{};
};

/// @throws error that names the line
std::vector<imported> read_accounts(const std::string& path, const limits& allowed) {
  const std::string text = tls::read_file(path, "the list of accounts").value();
  std::vector<imported> all;
  std::size_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    ++number;
    line = trim(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const std::string_view name = line.substr(0, line.find_first_of(" \t"));
    auto proper = check_member_name(name, allowed);
    const auto key = read_pin(trim(line.substr(name.size())));
    if (!proper || !key)
      throw error(fail(errc::bad_setting,
                       fmt::format("'{}', line {}: {}", path, number,
                                   proper ? key.error().message : proper.error().message)));
    all.push_back({*std::move(proper), *key});
  }
  return all;
}

int import(changer& c, const std::vector<imported>& all) {
  std::set<std::string> looks;
  std::set<key_hash> keys;
  c.change([&]() -> result<std::vector<fact>> {
    std::vector<fact> facts;
    for (const imported& one : all) {
      bool is_new = keys.insert(one.key).second;
      for (std::string& look : looks_of(one.name))
        is_new &= looks.insert(std::move(look)).second;
      if (!is_new)
        return fail(errc::bad_setting,
                    fmt::format("the name or the certificate of {} is there twice, or a name that "
                                "looks like it",
                                one.name));
      const auto made = c.all().new_account(one.name, {});
      if (!made) return made.error();
      const auto opens = c.all().new_certificate(one.key, made->id, {}, true);
      if (!opens) return fail(errc::bad_setting, one.name + ": " + opens.error().message);
      facts.push_back(fact_of(*made));
      facts.push_back(fact_of(*opens));
    }
    return facts;
  });
  fmt::print("{} made\n", counted(all.size(), "account", "accounts"));
  return 0;
}

/// What is there when the account is gone: lines for the operator, found before it goes.
std::string left_by(const people& all, const account& a) {
  std::string lines =
      fmt::format("what it has said stays; account delete NAME --forget would have destroyed it, "
                  "and erase ROOM --author {} does\n",
                  a.name);
  for (const identity& other : all.correspondents_of(a.id))
    lines += fmt::format("with {} alone: asio-chatd erase {}\n",
                         all.find(other) ? all.find(other)->name : "one who is gone",
                         direct_log_name(a.id, other));
  return lines;
}

account_change::kind kind_of(const ops::history_request& wanted) {
  using enum account_change::kind;
  if (wanted.forget) return forget;
  for (const account_change::kind k :
       {add, disable, enable, reset, remove, role, certify, uncertify})
    if (name_of(k) == wanted.account_action) return k;
  throw error(fail(errc::bad_setting, "there is no such action"));
}

account_change change_of(const ops::history_request& wanted, const people& known,
                         const limits& allowed) {
  account_change c{kind_of(wanted), wanted.account_name};
  if (c.what != account_change::kind::add) {
    c.name = account_called(known, wanted.account_name).name;
  } else if (c.name = check_member_name(wanted.account_name, allowed).value(); known.find(c.name)) {
    throw error(fail(errc::bad_setting, fmt::format("there is an account {} already", c.name)));
  }
  if (const auto key = pin_in(wanted)) c.pin = pin_of(*key);
  const bool gives_one = !wanted.password_file.empty() || !wanted.account_password.empty();
  if (has_password(c.what) && (gives_one || needs_password(c))) c.password = new_password(wanted);
  c.as = find_role(wanted.role).value_or(role::member);
  return c;
}

/// By the daemon that has the directory, or here if none runs.
void carry_out(ops::settings& s, history& kept, const account_change& c) {
  if (const auto told = ops::ask_daemon(s.data_directory, c)) {
    const std::string receipt = told->value();
    fmt::print("{}\n", outcome_of(c));
    if (c.what == account_change::kind::forget)
      fmt::print("what it has said is being destroyed; the room audit tells when that is done\n"
                 "receipt: {}\n",
                 receipt);
    return;
  }
  changer here(s, kept);
  const std::string hash = c.password.empty() ? std::string() : here.hash(c.password);
  identity of{};
  here.change([&] {
    if (const account* a = here.all().find(c.name)) of = a->id;
    return facts_of(here.all(), c, hash);
  });
  fmt::print("{}\n", outcome_of(c));
  if (c.what != account_change::kind::forget) return;
  const std::string receipt = here.receipt_of(of);
  fmt::print("{}\nreceipt: {}\n", here.forget(of), receipt);
}

} // namespace

int change_accounts(ops::settings& s, const ops::history_request& wanted) {
  const bool makes = wanted.account_action == "add";
  if (makes && !is_there(s.data_directory + "/journal.db")) { // before the first start
    ops::prepare_first_storage(s, logger({})).value();
    const ops::acting_as_owner maker(s.data_directory);
    sqlite_journal::options first{.directory = s.data_directory, .masters = master_keys(s)};
    task_queue queue;
    sqlite_journal::open(std::move(first), queue.later()).value();
  }
  history kept(s);
  std::optional<account_change> wish;
  std::string left;
  {
    facts_reader facts(kept);
    const system_clock time;
    const people all(&facts, time, {});
    if (wanted.account_action == "list") return list(all);
    if (wanted.account_action == "show") return show(all, wanted.account_name);
    if (wanted.account_action != "import") wish = change_of(wanted, all, s.server.limits);
    if (wish && wish->what == account_change::kind::remove)
      left = left_by(all, account_called(all, wish->name));
  }
  if (wish) {
    carry_out(s, kept, *wish);
    fmt::print("{}", left);
    return 0;
  }
  const auto listed = read_accounts(wanted.account_name, s.server.limits); // root's own file, maybe
  changer c(s, kept);
  return import(c, listed);
}
