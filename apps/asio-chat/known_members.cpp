#include "known_members.hpp"

#include "base/ascii.hpp"
#include "base/atomic_file.hpp"
#include "base/file.hpp"
#include "base/sanitize.hpp"
#include "tls/file.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <utility>
#include <variant>

namespace asio_chat::app {

namespace {

constexpr std::string_view members_header = "asio-chat members 1";
constexpr std::chrono::seconds save_pause{1};
constexpr std::size_t longest_name = 512; // 128 characters, which take 4 bytes each

/// What a server says and may say anything: it goes into a line.
bool can_be_kept(std::string_view name, std::string_view proof) {
  const auto is_digit = [](char c) { return ascii::hex_value(c) >= 0 && ascii::lower(c) == c; };
  return proof.size() == 16 && std::ranges::all_of(proof, is_digit) && !name.empty() &&
         name.size() <= longest_name && is_sanitized(name) &&
         name.find_first_of("\n\t ") == name.npos;
}

} // namespace

known_members::known_members(std::filesystem::path file, time_source& time, complaint complain)
    : file_(std::move(file))
    , time_(time)
    , complain_(std::move(complain))
    , timer_(time.make_timer()) {
  if (file_.empty()) return;
  if (const auto good = read(); !good) complain_(good.error().message);
}

std::vector<changed_member> known_members::observe(const client_event& e,
                                                   std::string_view own_name) {
  std::vector<changed_member> changed;
  const auto met = [&](const std::string& room, const std::string& name, bearer who) {
    proofs_come_ |= !who.proof.empty();
    if (ascii::equal_ignoring_case(name, own_name)) return;
    if (auto one = meet(room, name, std::move(who))) changed.push_back(*std::move(one));
  };
  if (const auto* state = std::get_if<room_state>(&e)) {
    const std::set<std::string> guests(state->guests.begin(), state->guests.end());
    for (std::size_t i = 0; i < state->members.size(); ++i)
      met(state->room, state->members[i],
          {i < state->proofs.size() ? state->proofs[i] : std::string(),
           guests.contains(state->members[i])});
  } else if (const auto* in = std::get_if<member_joined>(&e)) {
    met(in->room, in->name, {in->proof, in->guest});
  } else if (const auto* other = std::get_if<member_renamed>(&e)) {
    // Once for each room that both are in.
    if (const auto found = here_.find(ascii::lower(other->from)); found != here_.end()) {
      bearer who = found->second;
      here_.erase(found);
      met(other->room, other->to, std::move(who));
    }
  } else if (const auto* to_me = std::get_if<direct_message>(&e)) {
    met("@" + to_me->from, to_me->from, {to_me->proof, proofs_come_ && to_me->proof.empty()});
    spoke_with(to_me->from);
  } else if (const auto* said = std::get_if<entry>(&e)) {
    if (!ascii::equal_ignoring_case(said->from, own_name)) spoke_with(said->from);
  } else if (const auto* again = std::get_if<connected>(&e); again && again->again) {
    here_.clear();
  }
  return changed;
}

std::optional<changed_member> known_members::meet(const std::string& room, const std::string& name,
                                                  bearer who) {
  const std::string key = ascii::lower(name);
  if (here_.size() < max_kept || here_.contains(key)) here_[key] = who;
  const auto before = kept_.find(key);
  if (before == kept_.end()) return std::nullopt;
  if (who.proof.empty()) {
    // Nothing is known of a member whom the server does not mark.
    if (!who.guest || !told_guests_.insert(key).second) return std::nullopt;
    return changed_member{room, name, true};
  }
  told_guests_.erase(key);
  if (who.proof == before->second.proof) return std::nullopt;
  keep(key, who.proof);
  return changed_member{room, name, false};
}

void known_members::spoke_with(const std::string& as_written) {
  const std::string name = ascii::lower(as_written);
  const auto found = here_.find(name);
  if (found == here_.end() || found->second.proof.empty()) return;
  const auto known = kept_.find(name);
  if (known != kept_.end() && known->second.proof == found->second.proof) {
    known->second.heard = ++heard_; // kept with the next change
    return;
  }
  keep(name, found->second.proof);
}

void known_members::keep(const std::string& name, const std::string& proof) {
  if (!can_be_kept(name, proof)) return;
  kept_[name] = {proof, ++heard_, true};
  drop_oldest();
  if (file_.empty() || std::exchange(waiting_, true)) return;
  timer_->wait_until(time_.now() + save_pause, [this] { save_or_complain(); });
}

void known_members::drop_oldest() {
  while (kept_.size() > max_kept)
    kept_.erase(
        std::ranges::min_element(kept_, {}, [](const auto& one) { return one.second.heard; }));
}

/// Lines of others' clients count where nothing newer is known.
result<void> known_members::read() {
  if (!is_there(file_.string())) return {};
  const auto text = tls::read_file(file_.string(), "the list of members who were met");
  if (!text) return fail(errc::bad_setting, text.error().message);
  const auto cannot = [this](const char* why) {
    return fail(errc::bad_setting,
                fmt::format("'{}' {}: who is another one than before may go unnoticed",
                            file_.string(), why));
  };
  std::string_view rest = *text;
  const auto next_line = [&rest] {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    return line;
  };
  if (next_line() != members_header) return cannot("is no list of members, and is begun anew");
  std::size_t damaged = 0;
  std::string_view line;
  while (!rest.empty() && (line = next_line()) != "end") {
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string_view proof = line.substr(0, blank);
    const std::string_view name = line.substr(std::min(blank + 1, line.size()));
    if (!can_be_kept(name, proof)) {
      ++damaged;
      continue;
    }
    const auto [known, is_new] = kept_.try_emplace(ascii::lower(std::string(name)));
    if (is_new || !known->second.changed) known->second = {std::string(proof), ++heard_, false};
  }
  drop_oldest();
  if (damaged > 0 || line != "end") return cannot("is damaged, and in part not read");
  return {};
}

result<void> known_members::save() {
  const std::string directory = file_.parent_path().string();
  std::error_code error;
  std::filesystem::create_directories(file_.parent_path().parent_path(), error);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(errc::bad_setting,
                fmt::format("cannot make '{}': {}", directory, errno_text(errno)));
  // Not shared with others, who may hold it for long: only clients of this user go there.
  const auto turn = lock_directory(directory, "the directory of what the client keeps");
  if (!turn) return turn.error();
  const kept_map known = kept_;
  // What was read at the start has been told; a damaged line is gone.
  (void)read();
  for (const auto& [name, one] : known)
    if (const auto found = kept_.find(name); found != kept_.end())
      found->second.heard = std::max(found->second.heard, one.heard);
  std::vector<const kept_map::value_type*> all;
  for (const auto& one : kept_)
    all.push_back(&one);
  std::ranges::sort(all, {}, [](const auto* one) { return one->second.heard; });
  std::string text = fmt::format("{}\n", members_header);
  for (const auto* one : all)
    text += fmt::format("{} {}\n", one->second.proof, one->first);
  text += "end\n";
  auto next = atomic_file::make(file_.string(), existing::replaced, text);
  if (!next) return next.error();
  if (auto done = next->publish(); !done) return done.error();
  for (auto& [name, one] : kept_)
    one.changed = false;
  return {};
}

void known_members::save_or_complain() {
  waiting_ = false;
  const auto done = save();
  if (!done && !std::exchange(failed_, true))
    complain_(fmt::format("{}: who is another one than before may go unnoticed the next time",
                          done.error().message));
  if (done) failed_ = false;
}

void known_members::end() {
  timer_->cancel();
  const auto is_new = [](const auto& one) { return one.second.changed; };
  if (!file_.empty() && std::ranges::any_of(kept_, is_new)) save_or_complain();
}

std::filesystem::path members_file(const std::filesystem::path& directory,
                                   const std::string& address) {
  constexpr std::size_t longest = 200;
  const bool good = !directory.empty() && !address.empty() && address.size() < longest &&
                    address.find('/') == address.npos && is_sanitized(address);
  return good ? directory / (ascii::lower(address) + ".members") : std::filesystem::path();
}

} // namespace asio_chat::app
