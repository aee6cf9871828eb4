#include "server/hook_runner.hpp"

#include <string>

namespace asio_chat {

void hook_runner::failed(question_base& q, std::string_view why) {
  if (!waiting_.contains(&q)) return; // it has answered before it threw
  log_(severity::warning, "A hook of the host program failed",
       {{"hook", std::string(q.what())}, {"reason", std::string(why)}});
  q.give_up();
}

} // namespace asio_chat
