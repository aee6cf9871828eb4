#include "fill_room.hpp"

#include "error.hpp"
#include "process_settings.hpp"

#include <algorithm>

namespace asio_chat::bench {

namespace {

/// Below the server's own bound (--max-under-way), at which it stops reading.
constexpr std::size_t max_under_way = 1'000;

} // namespace

server_under_test start_unbounded(const std::string& program,
                                  const std::vector<std::string>& more_arguments, int core) {
  std::vector<std::string> arguments{"--room-entries=0", "--room-bytes=0"};
  arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
  return server_under_test::daemon(program, arguments, core);
}

std::vector<stored> fill_room(native_client& by, std::size_t count,
                              const std::function<std::string(std::size_t)>& text) {
  std::vector<stored> all;
  all.reserve(count);
  std::vector<std::string> ids;
  ids.reserve(count);
  while (all.size() < count) {
    for (const auto end = std::min(count, all.size() + max_under_way); ids.size() < end;) {
      const auto number = ids.size();
      ids.push_back(by.new_id());
      by.queue({{"type", "send"}, {"id", ids.back()}, {"text", text(number)}});
    }
    by.flush();
    const auto enough =
        ids.size() == count ? count : std::min(ids.size(), all.size() + max_under_way / 2);
    while (all.size() < enough) {
      const auto ack = by.wait_for("ack");
      if (ack.at("id").as_string() != ids[all.size()])
        throw run_error("acknowledgements came in another order than their messages");
      const std::chrono::milliseconds time(ack.at("time").to_number<std::int64_t>());
      all.push_back({position_of(ack.at("position")), decltype(stored::time)(time)});
    }
    if (told_to_stop()) throw run_error("interrupted");
  }
  return all;
}

} // namespace asio_chat::bench
