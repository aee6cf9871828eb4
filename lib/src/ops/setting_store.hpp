// How a setting is put where it belongs: what is wrong with its text goes on after its name.
#pragma once

#include "ops/setting_value.hpp"
#include "ops/settings.hpp"

#include <asio_chat/second_factor.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace asio_chat::ops {

using view = std::string_view;

template <class Place, class Value>
result<void> store(Place& place, result<Value> value) {
  if (!value) return value.error();
  place = static_cast<Place>(*std::move(value));
  return {};
}

result<void> store_text(std::string& place, view text);

result<void> store_socket_path(std::string& place, view text);

result<void> store_responder(std::string& place, view text);

result<void> store_duration(std::chrono::milliseconds& place, view text,
                            std::chrono::milliseconds min = std::chrono::milliseconds(1),
                            std::chrono::milliseconds max = std::chrono::hours(24));

result<void> store_duration_or_never(std::chrono::milliseconds& place, view text,
                                     std::chrono::milliseconds min, std::chrono::milliseconds max);

result<void> store_room_name(std::string& place, view text);

/// `50` for all rooms, `den=200` for one.
result<void> store_join_history(server_config& server, view text);

/// One that can be changed while the server runs, too.
result<void> store_limit(settings& s, view name, view text);

/// Octal, as chmod(1) takes it.
result<unsigned> parse_file_mode(view text);

/// A word that a setting can be.
template <class Enum>
struct choice {
  view name;
  Enum value;
};

template <class Enum, std::size_t N>
result<void> store_choice(Enum& place, view text, const choice<Enum> (&choices)[N]) {
  const auto found = std::ranges::find(choices, text, &choice<Enum>::name);
  if (found != std::end(choices)) {
    place = found->value;
    return {};
  }
  std::string names;
  for (const auto& c : choices)
    names.append(names.empty() ? "" : ", ").append(c.name);
  return fail(errc::bad_setting, "is not one of: " + names);
}

inline constexpr choice<client_certificates> client_certificate_choices[] = {
    {"none", client_certificates::none},
    {"optional", client_certificates::optional},
    {"required", client_certificates::required}};
inline constexpr choice<tls_version> version_choices[] = {{"1.2", tls_version::tls_1_2},
                                                          {"1.3", tls_version::tls_1_3}};
inline constexpr choice<registration_use> registration_choices[] = {
    {"on", registration_use::open},
    {"invited", registration_use::invited},
    {"off", registration_use::closed}};
inline constexpr choice<certificate_names> certificate_name_choices[] = {
    {"off", certificate_names::off}, {"cn", certificate_names::common_name}};
inline constexpr choice<factor_need> factor_choices[] = {{"nobody", factor_need::nobody},
                                                         {"operators", factor_need::operators},
                                                         {"everybody", factor_need::everybody}};
inline constexpr choice<severity> level_choices[] = {{"debug", severity::debug},
                                                     {"info", severity::info},
                                                     {"warning", severity::warning},
                                                     {"error", severity::error}};
inline constexpr choice<log_format> format_choices[] = {{"text", log_format::text},
                                                        {"json", log_format::json}};
inline constexpr choice<log_time> time_choices[] = {
    {"full", log_time::full}, {"short", log_time::brief}, {"none", log_time::none}};

} // namespace asio_chat::ops
