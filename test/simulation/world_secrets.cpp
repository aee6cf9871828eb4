// What opens something: the key of a room, an app password, a code for a new device; and rooms that
// keep less.
#include "world.hpp"

#include "accounts/facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::simulation {

namespace {

const std::string vault = "vault"; ///< a private room with a key, which the first account owns
constexpr std::uint64_t app_number = 1;

fact app_of(const identity& account) {
  return fact_of(app_password{{0xaa}, account, app_number, "bot", false, {"lobby"}});
}

} // namespace

/// Every other one knows each key of the room, and the rest of them none.
bool world::knows_key(const person& p) const noexcept {
  return !p.is_program() && p.who()[0] % 2 == 1;
}

void world::add_secrets() {
  const identity& owner = people_[0]->who();
  room_facts about;
  about.name = vault;
  about.modes.is_private = true;
  about.key_hash = "plain the first key";
  about.roles = {{owner, role::owner}};
  room_facts den;
  den.name = rooms_[1];
  den.roles = about.roles;
  const person& second = *people_[1];
  for (const fact& f : {fact_of(about), fact_of(den), app_of(second.who())})
    disk_.facts[{f.kind, f.key}] = f;
  keys_.insert("the first key");
  for (const auto& p : people_)
    if (!knows_key(*p)) p->keep_out_of(vault);
  const app_limit limit = limit_of(app_password_in(app_of(second.who())));
  people_.push_back(std::make_unique<person>(second.name(), second.who(), true,
                                             std::make_shared<const app_limit>(limit)));
  for (const std::string& room : {vault, rooms_[1]})
    people_.back()->keep_out_of(room);
}

void world::come(person& p) {
  if (p.is_connected() || p.is_retired()) return;
  // Who comes by an app password is let in while it is there, see `account_authenticator`.
  if (p.is_program() && !hub_->people().app_password_of(p.who(), app_number)) return;
  // What is on its way may be told still, although it is gone.
  for (const std::string& room : rooms_)
    if (journal_->idle() && tasks_.empty()) p.begin_at(room, log_in(room).first);
  p.connect(*hub_, p.is_program() ? std::vector{rooms_[0]} : rooms_);
}

void world::try_secrets(person& p) {
  const std::uint64_t what = draw(20);
  if (what >= 16) {
    if (&p == people_[0].get() || &p == people_[1].get()) // of the others one may be gone
      p.has_read(*hub_, rooms_[draw(rooms_.size())], draw(2) * draw(4));
  } else if (what < 6) {
    const bool knows = knows_key(p);
    const std::string& key =
        *std::next(keys_.begin(), static_cast<std::ptrdiff_t>(draw(keys_.size())));
    p.try_key(*hub_, vault, knows ? key : fmt::format("no key {}", draw(3)));
  } else if (what < 11) {
    if (p.is_in(vault)) p.say(*hub_, vault, fmt::format("text {}", ++said_));
  } else if (what < 12) {
    change_key();
  } else if (what < 13) {
    keep_less(1 + draw(60));
  } else if (what < 15) {
    draw(2) == 0 ? ask_for_new_device() : type_code();
  } else if (person& owner = *people_[1]; owner.is_connected() && draw(2) == 0) {
    requests::app_passwords gone;
    gone.what = requests::app_passwords::action::remove;
    gone.number = app_number;
    owner.ask(*hub_, {"", "app", std::move(gone)});
  }
}

void world::change_key() {
  person& owner = *people_[0];
  if (!owner.is_in(vault)) return;
  if (draw(3) == 0) return owner.ask(*hub_, {vault, "", requests::set_key{"", true}});
  const std::string key = fmt::format("another key {}", draw(4));
  keys_.insert(key);
  owner.ask(*hub_, {vault, "", requests::set_key{key, false}});
}

void world::keep_less(std::uint64_t entries) {
  person& owner = *people_[0];
  if (!owner.is_connected()) return;
  requests::set_retention what;
  // What is as it was makes nobody look at the room: that is done by the time, which stands here.
  const room_facts* about = hub_->people().room(rooms_[1]);
  what.entries = about && about->max_entries == entries ? entries + 1 : entries;
  owner.ask(*hub_, {rooms_[1], "", what});
}

void world::ask_for_new_device() {
  if (device_ && device_->is_connected()) return device_->leave(*hub_);
  identity token{};
  token[0] = 0xdd;
  token[1] = static_cast<std::uint8_t>(++devices_);
  token[2] = static_cast<std::uint8_t>(devices_ >> 8);
  device_ = std::make_unique<new_device>(fmt::format("device{}", devices_), token);
  device_->ask(*hub_, people_[1]->name());
}

/// By somebody with an account, who may be the owner of the one that was asked for, or another
/// one; the code may be wrong.
void world::type_code() {
  person& p = *people_[draw(2)];
  if (!device_ || device_->code().empty() || !p.is_connected()) return;
  requests::devices what;
  what.what = requests::devices::action::confirm;
  what.code = draw(3) == 0 ? "999999" : device_->code();
  if (&p == people_[1].get() && what.code == device_->code()) device_->was_confirmed = true;
  p.ask(*hub_, {"", "", std::move(what)});
}

void world::check_device() const {
  if (!device_) return;
  const account* of = hub_->people().of_device(device_->token());
  if (of && (of->id != people_[1]->who() || !device_->was_confirmed))
    throw broken_promise{
        fmt::format("a device is in the account {} that nobody has let in there", of->name)};
}

void world::check_secrets() const {
  check_device();
  for (const auto& p : people_) {
    if (p->is_retired()) continue;
    if (p->is_program() && p->is_connected() &&
        !hub_->people().app_password_of(p->who(), app_number))
      throw broken_promise{"a program is here whose app password is no more"};
    for (const std::string& room : rooms_) {
      const auto* read = hub_->people().reads().find(p->who(), room);
      if (p->read_until(room) > (read ? read->offset : 0))
        throw broken_promise{fmt::format("{} has read {} further than is known", p->name(), room)};
    }
  }
  const disk::log& den = log_in(rooms_[1]);
  const room_facts* about = hub_->people().room(rooms_[1]);
  if (about && about->max_entries > 0 && den.entries.size() + 1 - den.first > about->max_entries)
    throw broken_promise{fmt::format("{} keeps more than it was told to", rooms_[1])};
}

} // namespace asio_chat::simulation
