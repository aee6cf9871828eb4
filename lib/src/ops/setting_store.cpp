#include "ops/setting_store.hpp"

#include "model/names.hpp"
#include "model/run_time_limits.hpp"
#include "tls/ocsp.hpp"

#include <charconv>

#include <sys/un.h>

namespace asio_chat::ops {

result<void> store_text(std::string& place, view text) {
  place = text;
  return {};
}

result<void> store_socket_path(std::string& place, view text) {
  place = text;
  constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
  if (place.size() <= longest) return {};
  return fail(errc::bad_setting,
              "is longer than the path of a socket may be: " + std::to_string(longest) + " bytes");
}

result<void> store_responder(std::string& place, view text) {
  place = text;
  if (text == "auto") return {};
  const auto at = tls::parse_responder(place);
  if (!at) return fail(errc::bad_setting, at.error().message);
  return {};
}

result<void> store_duration(std::chrono::milliseconds& place, view text,
                            std::chrono::milliseconds min, std::chrono::milliseconds max) {
  return store(place, parse_duration(text, min, max));
}

result<void> store_duration_or_never(std::chrono::milliseconds& place, view text,
                                     std::chrono::milliseconds min, std::chrono::milliseconds max) {
  return store(place, parse_duration_or_never(text, min, max));
}

result<void> store_room_name(std::string& place, view text) {
  auto name = check_room_name(text, asio_chat::limits());
  if (!name) return fail(errc::bad_setting, "is no name for a room: " + name.error().message);
  place = *std::move(name);
  return {};
}

result<void> store_join_history(server_config& server, view text) {
  const auto equals = text.find('=');
  const bool for_all = equals == view::npos;
  const auto entries = parse_count_or_never(for_all ? text : text.substr(equals + 1), 10'000);
  if (!entries) return entries.error();
  if (for_all) return store(server.limits.join_history, entries);
  std::string room;
  if (auto named = store_room_name(room, text.substr(0, equals)); !named) return named;
  server.join_history[room] = static_cast<std::size_t>(*entries);
  return {};
}

result<void> store_limit(settings& s, view name, view text) {
  run_time_limits all{s.server.rates, s.server.abuse, s.server.admission};
  if (auto set = find_run_time_limit(name)->set(all, text); !set) return set;
  s.server.rates = all.rates;
  s.server.abuse = all.abuse;
  s.server.admission = all.admission;
  return {};
}

result<unsigned> parse_file_mode(view text) {
  unsigned mode = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, mode, 8);
  if (parsed.ec == std::errc() && parsed.ptr == end && mode <= 0777) return mode;
  return fail(errc::bad_setting, "is no mode of a file; give for example 0660");
}

} // namespace asio_chat::ops
