#include "account_visit.hpp"

#include <utility>

namespace asio_chat::app {

namespace {

client_config in_no_room(const options& o, const std::string& name, const resume_state& as) {
  client_config c = o.client;
  c.name = name;
  c.room.clear();
  c.resume = as;
  c.reconnect = false;
  c.direct_rooms = false;
  return c;
}

/// Runs the context until an operation has its answer.
/// @param begin is given a function that takes the error
template <class Begin>
failure wait_for(boost::asio::io_context& context, Begin begin) {
  bool done = false;
  error_code code;
  diagnostics sentence;
  begin(sentence, [&](error_code e) {
    done = true;
    code = e;
  });
  context.restart();
  while (!done && context.run_one() > 0) {
  }
  return {code, sentence.message()};
}

} // namespace

account_visit::account_visit(boost::asio::io_context& context, const options& o,
                             const std::string& name, const resume_state& as)
    : context_(context)
    , chat_(context, in_no_room(o, name, as)) {}

failure account_visit::enter() {
  return wait_for(context_, [&](diagnostics& sentence, auto done) {
    chat_.async_connect(sentence, [done](error_code e, const connected&) { done(e); });
  });
}

failure account_visit::say(const std::string& line, reply* answer) {
  return wait_for(context_, [&](diagnostics& sentence, auto done) {
    chat_.async_command("", line, sentence, [done, answer](error_code e, const reply& r) {
      if (answer != nullptr) *answer = r;
      done(e);
    });
  });
}

resume_state account_visit::leave() {
  resume_state as = chat_.saved_state();
  wait_for(context_, [&](diagnostics&, auto done) { chat_.async_close(done); });
  return as;
}

} // namespace asio_chat::app
