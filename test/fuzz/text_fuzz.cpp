// Lines of strangers through the command table, and what is told in both protocols: every frame
// fits its cap, is valid UTF-8, and holds nothing that controls a terminal.
// Input: lines with NUL between them; the first is a name, the others are said in turn by a member
// of that name and by bob.

#include "base/sanitize.hpp"
#include "domain/command_table.hpp"
#include "domain/hub.hpp"
#include "fuzz/require.hpp"
#include "journal/memory_journal.hpp"
#include "model/command_text.hpp"
#include "names/member_name.hpp"
#include "support/task_queue.hpp"
#include "testing/manual_clock.hpp"
#include "unit/wire/payloads.hpp"
#include "wire/native_codec.hpp"
#include "wire/text_codec.hpp"

using namespace asio_chat;
using test::require;

namespace {

event as_page(history_page p, std::size_t) {
  return p;
}

/// A sink that speaks both protocols and judges what it says.
class judging_sink final : public sink {
 public:
  backpressure deliver(const shared_event& e) override {
    for (const std::string& payload :
         test::payloads_of(wire::text::encode(e->value), wire::text_payload_cap)) {
      require(!payload.empty(), "a frame says something");
      require(is_sanitized(payload), "what is told is valid and harmless");
    }
    for (const std::string& payload :
         test::payloads_of(wire::native::encode(e->value), wire::native_payload_cap)) {
      require(wire::native::parse_message(payload).index() == 0, "a client can read it");
    }
    return backpressure::ready;
  }
  bool full() const noexcept override { return false; }
  void hold(bool) override {}
  void wind_down(const close_reason&) override {}
  answers::protection protection() const override { return {}; }
  void close(close_reason reason) override {
    for (const std::string& payload :
         test::payloads_of(wire::text::encode(reason), wire::text_payload_cap)) {
      require(is_sanitized(payload), "the last word is valid and harmless");
    }
  }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view lines = test::as_text(data, size);
  const auto next_line = [&] {
    const std::string_view line = lines.substr(0, lines.find('\0'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    return line;
  };

  const limits l;
  const testing::manual_clock clock;
  server_counters counters;
  test::task_queue tasks;
  memory_journal log(tasks.later(), 7, {.entries_per_room = 100, .bytes_per_room = 1u << 20});
  hub h({log, clock, l, counters, tasks.later(), "lobby"});
  judging_sink ears[2];

  std::string name = mend_member_name(next_line(), l);
  if (name.empty()) name = "anon";
  endpoint* alice = h.enter(ears[0], {{1}, h.free_name(name, {1}), true}).value();
  endpoint* bob = h.enter(ears[1], {{2}, h.free_name("bob", {2}), false}).value();
  for (endpoint* m : {alice, bob})
    h.join(*m, "lobby", "").value();

  for (std::size_t turn = 0; !lines.empty() && turn < 100; ++turn) {
    // The text protocol carries no longer line.
    const std::string_view line = next_line().substr(0, wire::text_payload_cap);
    endpoint& asks = turn % 2 == 0 ? *alice : *bob;
    const parsed_line typed = parse_command_line(line);
    h.dispatch(asks, read_command(typed.name, typed.arguments, {}, {}, asks.many_rooms()));
    if (turn % 3 == 0) tasks.run();
  }
  tasks.run();
  for (const endpoint::membership& s : alice->memberships())
    s.in->read_history(*alice, {}, "h", as_page);
  tasks.run();
  h.leave(*alice);
  h.leave(*bob);
  require(h.rooms().empty(), "nobody is left in a room");
  return 0;
}
