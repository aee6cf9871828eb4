#include "storm_rows.hpp"

#include "member_storms.hpp"
#include "process_settings.hpp"
#include "stranger_storms.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

constexpr std::int64_t MB = 1'000'000;
/// Connections of probes, and files.
constexpr std::size_t others = 250;
constexpr std::size_t many_addresses = 200;
constexpr std::size_t all_half = 1'000;

/// 20,000, or as many as the limit of open files allows beside others, here and in the daemon.
std::size_t silent_beside(std::size_t half_handshakes) {
  return std::min<std::size_t>(20'000, most_files() - half_handshakes - 2 * others);
}

std::size_t scaled(std::size_t n, double scale) {
  return std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(n) * scale));
}

storm_row connections(std::string name, std::size_t addresses, std::string_view from) {
  storm_row row;
  row.name = std::move(name);
  row.about = fmt::format("5,000 connections/s from {}, closed by RST", from);
  row.make = [](const storm_front& front, double scale) {
    return make_connection_storm(front, 5'000 * scale);
  };
  row.addresses = addresses;
  row.tls_sink = false;
  row.newcomer_within = 1s;
  return row;
}

storm_row holding(std::string name, std::size_t half, std::size_t quiet, std::string about) {
  storm_row row;
  row.name = std::move(name);
  row.about = std::move(about);
  row.make = [half, quiet](const storm_front& front, double scale) {
    return make_holding_storm(front, half == 0 ? 0 : scaled(half, scale),
                              quiet == 0 ? 0 : scaled(quiet, scale));
  };
  row.addresses = many_addresses;
  row.tls_sink = false;
  row.newcomer_within = 200ms;
  return row;
}

storm_row held(std::string name, std::size_t half, std::size_t quiet, std::int64_t max_bytes_each,
               std::string about) {
  storm_row row = holding(std::move(name), half, quiet, std::move(about));
  row.daemon_arguments = {fmt::format("--max-connections={}", half + quiet + others),
                          "--max-strangers=0",
                          "--max-handshakes=0",
                          "--strangers-per-address=0",
                          "--strangers-per-network=0",
                          "--strangers-memory=4G",
                          "--handshake-timeout=1h"};
  row.held = half + quiet;
  row.max_bytes_each = max_bytes_each;
  row.max_growth = static_cast<std::int64_t>(row.held) * max_bytes_each;
  return row;
}

storm_row member(flood_kind kind) {
  storm_row row;
  row.name = "member-" + name_of(kind);
  row.about = fmt::format("one member, {} as fast as the wire takes it", name_of(kind));
  row.make = [kind](const storm_front& front, double) { return make_member_storm(front, kind); };
  row.has_rates = true;
  return row;
}

std::vector<storm_row> make_rows() {
  std::vector<storm_row> all{
      connections("connections-1", 1, "one address"),
      connections("connections-200", many_addresses, "200 addresses"),
      holding("offered", all_half, silent_beside(all_half),
              "1,000 half handshakes and 20,000 silent connections offered"),
      held("held-handshakes", all_half, 0, 64 * 1024, "1,000 half handshakes held"),
      held("held-silent", 0, silent_beside(0), 2 * 1024,
           "20,000 silent connections held, or what the limit of open files allows")};
  storm_row logins;
  logins.name = "logins";
  logins.about = "200 logins/s with passwords";
  logins.accounts = 4;
  logins.make = [accounts = logins.accounts](const storm_front& front, double scale) {
    return make_login_storm(front, 200 * scale, accounts);
  };
  logins.addresses = many_addresses;
  logins.has_rates = true;
  logins.max_growth = 128 * MB; // a hash takes 64 MiB
  all.push_back(std::move(logins));
  storm_row readers;
  readers.name = "readers";
  readers.about = "2,000 stopped readers and one flooder";
  readers.make = [](const storm_front& front, double scale) {
    return make_reader_storm(front, scaled(2'000, scale));
  };
  readers.addresses = many_addresses;
  readers.has_rates = true;
  // They are to find all of it, however long they have not read.
  readers.daemon_arguments = {"--room-entries=0", "--stall-timeout=1h"};
  readers.max_growth = 128 * MB; // outbox-total, and 2,000 members
  all.push_back(std::move(readers));
  for (const auto& [name, kind] : flood_kinds())
    all.push_back(member(kind));
  storm_row restart;
  restart.name = "restart";
  restart.about = "restart under 10,000 connected clients, who all come back";
  restart.addresses = many_addresses;
  restart.clients = std::min<std::size_t>(10'000, most_files() - 2 * others);
  restart.daemon_arguments = {fmt::format("--max-connections={}", restart.clients + others)};
  restart.max_growth = 1'000 * MB;
  all.push_back(std::move(restart));
  return all;
}

} // namespace

const std::vector<storm_row>& storm_rows() {
  static const std::vector<storm_row> all = make_rows();
  return all;
}

} // namespace asio_chat::bench
