#include "base/sanitize.hpp"
#include "domain/commands/commands.hpp"
#include "domain/host_commands.hpp"
#include "domain/hub.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace asio_chat::commands {

namespace {

/// So that the answer fits a frame of 64 KiB, even if every character has to be escaped.
constexpr std::size_t max_bytes = 28'000;

std::vector<std::string> lines_to_send(std::vector<std::string> answered) {
  std::size_t bytes = 0;
  std::vector<std::string> sent;
  for (std::string& line : answered) {
    line = sanitize(line);
    bytes += line.size();
    if (bytes > max_bytes) {
      sent.emplace_back("the answer is longer; the rest is left out");
      break;
    }
    sent.push_back(std::move(line));
  }
  return sent;
}

} // namespace

result<void> carry_out(const asked& q, requests::host&& what) {
  const host_command& own = what.row->made;
  q.by.begin(work::answer);
  command_call call{q.by.info(), q.about ? q.about->name() : q.room_name,
                    std::move(what.arguments)};
  if (call.room.empty()) call.room = q.in.default_room();
  own.run(std::move(call), [in = q.in.alive(), number = q.by.number(), ref = q.ref,
                            name = own.info.name](command_answer a) {
    const auto alive = in.lock();
    endpoint* by = alive ? (*alive)->find_endpoint(number) : nullptr;
    if (by == nullptr) return;
    if (auto* yes = std::get_if<command_lines>(&a)) {
      by->tell(reply{ref, name, lines_to_send(std::move(yes->lines)), {}});
    } else {
      by->refuse(ref, refusal_by_host(std::get<host_refusal>(a)));
    }
    by->end(work::answer);
  });
  return {};
}

} // namespace asio_chat::commands
