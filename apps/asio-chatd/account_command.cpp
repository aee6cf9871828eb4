#include "facts_reader.hpp"
#include "history.hpp"
#include "history_commands.hpp"

#include "accounts/account_changes.hpp"
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
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

using namespace asio_chat;

namespace {

/// What is answered on this thread, one after the other.
class tasks {
 public:
  scheduler later() {
    return [this](std::function<void()> task) {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(task));
      came_.notify_one();
    };
  }
  template <class Value>
  Value run_until(const std::optional<Value>& answer) {
    while (!answer) {
      std::unique_lock lock(mutex_);
      came_.wait(lock, [this] { return !waiting_.empty(); });
      const auto task = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      task();
    }
    return *answer;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::function<void()>> waiting_;
};

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
    fmt::print("device    {}, since {}\n", d->number, day_of(d->made));
  for (const account_certificate* c : all.certificates_of(a.id))
    fmt::print("cert      {}, {}{}{}, since {}\n", c->number, pin_of(c->key),
               c->subject.empty() ? "" : ", ", c->subject, day_of(c->made));
  return 0;
}

std::string new_password(const ops::history_request& wanted) {
  auto typed = tls::obtain_passphrase({wanted.password_file, "--password-file",
                                       "CHAT_ACCOUNT_PASSWORD", wanted.account_password},
                                      "New password: ", tls::prompting::twice,
                                      "an account needs a password: give it")
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

/// With a journal that nobody else uses.
class changer {
 public:
  changer(const ops::settings& s, history& kept)
      : memory_(s.server.people.password_memory) {
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
  tasks queue_;
  system_clock time_;
  std::size_t memory_;
  std::unique_ptr<sqlite_journal> journal_;
  std::optional<people> people_;
};

/// An account that a certificate opens, and a password if one is given.
int add_certified(changer& c, const ops::history_request& wanted, const limits& allowed) {
  const std::string name = check_member_name(wanted.account_name, allowed).value();
  if (c.all().find(name))
    throw error(fail(errc::bad_setting, fmt::format("there is an account {} already", name)));
  const auto key = pin_in(wanted);
  const bool has_password = !wanted.password_file.empty() || !wanted.account_password.empty();
  const std::string hash = has_password ? c.hash(new_password(wanted)) : std::string();
  const role as = find_role(wanted.role).value_or(role::member);
  c.change([&]() -> result<std::vector<fact>> {
    auto made = c.all().new_account(name, hash, as);
    if (!made) return made.error();
    const auto opens = c.all().new_certificate(*key, made->id, {}, true);
    if (!opens) return opens.error();
    return std::vector<fact>{fact_of(*made), fact_of(*opens)};
  });
  fmt::print("{} is {} of this server\n", name, name_of(as));
  return 0;
}

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

int import(changer& c, const ops::history_request& wanted, const limits& allowed) {
  const auto all = read_accounts(wanted.account_name, allowed);
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

int certify(changer& c, const ops::history_request& wanted) {
  const account a = account_called(c.all(), wanted.account_name);
  const key_hash key = *pin_in(wanted);
  const bool adds = wanted.account_action == "certify";
  c.change([&]() -> result<std::vector<fact>> {
    if (adds) {
      const auto made = c.all().new_certificate(key, a.id, {}, true);
      if (!made) return made.error();
      return std::vector<fact>{fact_of(*made)};
    }
    const account_certificate* known = c.all().find_certificate(key);
    if (!known || known->account != a.id)
      return fail(errc::bad_setting, fmt::format("{} has no such certificate: asio-chatd account "
                                                 "show {} prints those it has",
                                                 a.name, a.name));
    return std::vector<fact>{without(fact_of(*known))};
  });
  fmt::print("{}: opens {} by the certificate\n", a.name, adds ? "from now on" : "no more");
  return 0;
}

/// Deletes it with all that it has said.
int forget(changer& c, const std::string& name) {
  const account a = account_called(c.all(), name);
  c.change([&]() -> result<std::vector<fact>> { return c.all().forgetting(a); });
  fmt::print("{}: deleted\n", a.name);
  const std::string receipt = c.receipt_of(a.id);
  fmt::print("{}\nreceipt: {}\n", c.forget(a.id), receipt);
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

/// None: it is nothing that a daemon does while it runs.
std::optional<account_change> change_of(const ops::history_request& wanted, const people& known,
                                        const limits& allowed) {
  using enum account_change::kind;
  if (!wanted.pin.empty() || wanted.forget) return {};
  for (const account_change::kind k : {add, disable, enable, reset, remove, role}) {
    if (name_of(k) != wanted.account_action) continue;
    account_change c{k, wanted.account_name};
    if (k != add) {
      c.name = account_called(known, wanted.account_name).name;
    } else if (c.name = check_member_name(wanted.account_name, allowed).value();
               known.find(c.name)) {
      throw error(fail(errc::bad_setting, fmt::format("there is an account {} already", c.name)));
    }
    if (has_password(k)) c.password = new_password(wanted);
    c.as = find_role(wanted.role).value_or(asio_chat::role::member);
    return c;
  }
  return {};
}

/// By the daemon that has the directory, or here if none runs.
void carry_out(ops::settings& s, history& kept, const account_change& c) {
  if (const auto told = ops::ask_daemon(s.data_directory, c)) return told->value();
  changer here(s, kept);
  const std::string hash = has_password(c.what) ? here.hash(c.password) : std::string();
  here.change([&] { return facts_of(here.all(), c, hash); });
}

} // namespace

int change_accounts(ops::settings& s, const ops::history_request& wanted) {
  const bool makes = wanted.account_action == "add";
  if (makes && !is_there(s.data_directory + "/journal.db")) { // before the first start
    ops::prepare_first_storage(s, logger({})).value();
    const ops::acting_as_owner maker(s.data_directory);
    sqlite_journal::options first{.directory = s.data_directory, .masters = master_keys(s)};
    tasks queue;
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
    wish = change_of(wanted, all, s.server.limits);
    if (wish && wish->what == account_change::kind::remove)
      left = left_by(all, account_called(all, wish->name));
  }
  if (wish) {
    carry_out(s, kept, *wish);
    fmt::print("{}\n{}", outcome_of(*wish), left);
    return 0;
  }
  changer c(s, kept);
  if (wanted.forget) return forget(c, wanted.account_name);
  if (makes) return add_certified(c, wanted, s.server.limits);
  if (wanted.account_action == "import") return import(c, wanted, s.server.limits);
  return certify(c, wanted);
}
