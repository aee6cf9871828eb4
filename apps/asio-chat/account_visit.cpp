#include "account_visit.hpp"

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <utility>
#include <variant>

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

failure account_visit::wait_until_let_in(std::chrono::seconds longest) {
  const auto over = std::make_shared<bool>(false);
  boost::asio::steady_timer timer(context_, longest);
  timer.async_wait([this, over](error_code e) {
    if (e) return;
    *over = true;
    chat_.async_close([](error_code) {}); // ends what is waited for
  });
  for (;;) {
    client_event heard;
    const failure why = wait_for(context_, [&](diagnostics& sentence, auto done) {
      chat_.async_receive(sentence, [done, &heard](error_code e, client_event one) {
        heard = std::move(one);
        done(e);
      });
    });
    if (*over) return fail(errc::timed_out, "the code is over: no other device has let you in");
    if (why.code) return why;
    const auto* told = std::get_if<reply>(&heard);
    if (told == nullptr || told->command != "login") continue;
    if (!told->items.empty()) return {};
    return fail(errc::not_allowed,
                told->lines.empty() ? std::string("you were not let in") : told->lines.front());
  }
}

resume_state account_visit::leave() {
  resume_state as = chat_.saved_state();
  wait_for(context_, [&](diagnostics&, auto done) { chat_.async_close(done); });
  return as;
}

} // namespace asio_chat::app
