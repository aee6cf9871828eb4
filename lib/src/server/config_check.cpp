#include "server/config_check.hpp"

#include "base/check_time.hpp"
#include "model/names.hpp"
#include "net/proxy_gate.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/second_factor.hpp>

#include <fmt/format.h>

#include <chrono>
#include <limits>
#include <string_view>
#include <utility>

namespace asio_chat {

namespace {

using namespace std::chrono_literals;

// A text of this length fits a frame of the native protocol whatever it is made of.
constexpr std::size_t max_text = 30'000;
constexpr std::size_t KiB = 1u << 10;
constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

void check_range(std::string_view what, std::size_t value, std::size_t min, std::size_t max,
                 std::string_view unit) {
  if (value >= min && value <= max) return;
  throw error(
      fail(errc::bad_setting, fmt::format("{} {} to {} {}, not {}", what, min, max, unit, value)));
}

/// Those that have to be something, and no more than can be meant.
void check_counts(const limits& l) {
  // What is announced with every message must leave room for the message; and `anon-65535` is the
  // longest name that is given to who has none.
  check_range("limits.text_bytes must be", l.text_bytes, 1, max_text, "bytes");
  check_range("limits.name_characters must be", l.name_characters, 10, 64, "characters");
  check_range("limits.room_characters must be", l.room_characters, 1, 64, "characters");
  check_range("limits.outbox_pause_bytes must be", l.outbox_pause_bytes, 64 * KiB,
              l.outbox_bytes / 2, "bytes");
  check_range("limits.outbox_total_bytes must be", l.outbox_total_bytes, 1024 * KiB, any_number,
              "bytes");
  check_range("limits.posts_under_way must be", l.posts_under_way, 2, 1'000'000, "posts");
  check_range("limits.topic_bytes must be", l.topic_bytes, 1, 4096, "bytes");
  check_range("limits.rooms must be", l.rooms, 1, any_number, "rooms");
  check_range("limits.rooms_per_member must be", l.rooms_per_member, 1, any_number, "rooms");
  check_range("limits.member_connections must be", l.member_connections, 1, 64, "connections");
  check_range("limits.connections must be", l.connections, 1, any_number, "connections");
  check_range("limits.join_history must be", l.join_history, 0, 10'000, "entries");
}

void check_admission(const admission_limits& a) {
  check_range("admission.bytes must be", a.bytes, 1024 * KiB, any_number, "bytes");
  check_time("admission.longest_penalty", a.longest_penalty, {.min = 15s, .max = 24h},
             never::allowed);
}

void check_rate(const std::string& name, const rate& r) {
  check_range(name + ".count must be", r.count, 0, 1'000'000'000'000, "of them");
  check_time(name + ".per", r.per, {.max = 24h});
}

void check_rates(const rate_limits& r) {
  const std::pair<std::string_view, const rate&> all[] = {{"messages", r.messages},
                                                          {"bytes", r.bytes},
                                                          {"searches", r.searches},
                                                          {"history", r.history},
                                                          {"joins", r.joins},
                                                          {"renames", r.renames},
                                                          {"registrations", r.registrations}};
  for (const auto& [name, value] : all)
    check_rate(fmt::format("rates.{}", name), value);
}

void check_abuse(const abuse_limits& a) {
  const std::pair<std::string_view, const rate&> all[] = {
      {"repeats", a.repeats},
      {"receivers", a.receivers},
      {"newcomer_messages", a.newcomer_messages},
      {"names", a.names}};
  for (const auto& [name, value] : all)
    check_rate(fmt::format("abuse.{}", name), value);
  check_time("abuse.newcomer_time", a.newcomer_time, {.min = 1s, .max = 24h}, never::allowed);
  check_time("abuse.guest_room_age", a.guest_room_age, {.min = 1h, .max = 24h * 36'500},
             never::allowed);
}

void check_times(const limits& l) {
  constexpr auto month = 24h * 30;
  check_time("limits.room_age", l.room_age, {.min = 1min, .max = 24h * 36'500}, never::allowed);
  check_time("limits.name_hold_time", l.name_hold_time, {.max = month}, never::allowed);
  check_time("limits.sleep_time", l.sleep_time, {}, never::allowed);
  check_time("limits.edit_time", l.edit_time, {.min = 1s, .max = 24h * 36'500}, never::allowed);
  check_time("limits.id_time", l.id_time, {.min = 1s, .max = month});
  check_time("limits.handshake_time", l.handshake_time, {});
  check_time("limits.proxy_time", l.proxy_time, {});
  check_time("limits.login_time", l.login_time, {});
  check_time("limits.idle_time", l.idle_time, {}, never::allowed);
  check_time("limits.stall_time", l.stall_time, {.min = 2ms}); // half of it is measured
  check_time("limits.close_time", l.close_time, {});
  check_time("limits.drain_time", l.drain_time, {});
}

} // namespace

server_config checked(server_config c) {
  auto room = check_room_name(c.default_room, c.limits);
  if (!room) throw error(room.error());
  c.default_room = *std::move(room);
  check_counts(c.limits);
  check_times(c.limits);
  check_admission(c.admission);
  check_rates(c.rates);
  check_abuse(c.abuse);
  if (auto proxies = net::read_proxies(c.proxy_from); !proxies)
    throw error(fail(errc::bad_setting, "proxy_from (proxy-from): " + proxies.error().message));
  if (c.people.second_factor != factor_need::nobody && !c.people.factor)
    throw error(fail(errc::bad_setting,
                     "people.second_factor needs people.factor: link asio_chat::totp, and give it "
                     "make_totp() (this asio-chatd was built without)"));
  if (c.people.names != certificate_names::off && !c.tls.context &&
      c.tls.clients != client_certificates::required)
    throw error(
        fail(errc::bad_setting,
             "names come from clients' certificates (cert-name), so every client has to show "
             "one: set client-cert = required"));
  check_range("people.password_memory must be", c.people.password_memory, 8 * 1024 * KiB,
              1024 * 1024 * KiB, "bytes");
  if (c.backlog < 1 || c.backlog > 65'535)
    throw error(
        fail(errc::bad_setting, fmt::format("backlog must be 1 to 65535, not {}", c.backlog)));
  for (const auto& [name, entries] : c.join_history) {
    const auto proper = check_room_name(name, c.limits);
    if (!proper || *proper != name)
      throw error(fail(errc::bad_setting, fmt::format("join_history: {} is no room's name", name)));
    check_range(fmt::format("join_history of {} must be", name), entries, 0, 10'000, "entries");
  }
  if (c.storage.directory.empty() && !c.storage.master_keys.empty()) {
    throw error(fail(errc::bad_setting, "storage.master_keys are for a journal on disk: set "
                                        "storage.directory as well, or leave the keys out"));
  }
  if (c.passphrase && c.passphrase->empty())
    throw error(fail(errc::bad_setting, "the passphrase must not be empty: anyone could log in"));
  return c;
}

server_hooks checked(server_hooks h, const server_config& c) {
  check_time("server_hooks::answer_time", h.answer_time, {});
  if (h.journal && !c.storage.directory.empty()) {
    throw error(fail(errc::bad_setting, "there are two journals: set storage.directory or "
                                        "server_hooks::journal, not both"));
  }
  return h;
}

} // namespace asio_chat
