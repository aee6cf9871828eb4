// What a host program does with its server, as nobody's client.
#include "accounts/device_authenticator.hpp"
#include "base/sanitize.hpp"
#include "domain/sayable.hpp"
#include "model/names.hpp"
#include "net/passphrase_authenticator.hpp"
#include "server/host_authenticator.hpp"
#include "server/server_impl.hpp"

#include <utility>

namespace asio_chat {

namespace {

/// For what is stored in a std::function, which wants to be copied.
template <class Completion>
std::shared_ptr<Completion> share(Completion done) {
  return std::make_shared<Completion>(std::move(done));
}

host_refusal unanswered() {
  return {"this cannot be decided now; try again later", errc::not_available};
}

} // namespace

/// Where a host says who is who, there are no others.
bool server::impl::keeps_accounts(const server_parts& parts) const {
  return !parts.who && !hooks_.authenticate;
}

std::unique_ptr<authenticator> server::impl::make_authenticator(server_parts& parts) {
  if (parts.who) return std::move(parts.who);
  if (!hooks_.authenticate) {
    return std::make_unique<device_authenticator>(
        std::make_unique<net::passphrase_authenticator>(config_.passphrase), hub_.people());
  }
  return std::make_unique<host_authenticator>(config_.passphrase, hooks_.authenticate,
                                              *hook_runner_);
}

post_hook server::impl::ask_about_posts() {
  if (!hooks_.on_post) return {};
  return [this](const post_request& p, post_answer_handler done) {
    hook_runner_->run<post_answer>(
        "on_post", [&](post_answer_handler h) { hooks_.on_post(p, std::move(h)); }, std::move(done),
        unanswered());
  };
}

result<void> server::impl::add_command(host_command c) {
  if (c.run) {
    c.run = [this, run = std::move(c.run)](command_call call, command_answer_handler done) {
      hook_runner_->run<command_answer>(
          "command", [&](command_answer_handler h) { run(std::move(call), std::move(h)); },
          std::move(done), unanswered());
    };
  }
  return hub_.add_command(std::move(c));
}

std::vector<room_info> server::impl::rooms() const {
  std::vector<room_info> all;
  all.reserve(hub_.rooms().size());
  for (const auto& [name, r] : hub_.rooms())
    all.push_back({name, r->topic(), r->size()});
  return all;
}

void server::impl::post(entry draft, const identity& who,
                        transport::completion<result<position>> done) {
  if (stopped_) return done(fail(errc::server_stopping, "the server has stopped"));
  auto room = check_room_name(draft.room, config_.limits);
  if (!room) return done(room.error());
  const auto sayable = draft.kind == entry_kind::topic ? make_topic(draft.text, config_.limits)
                                                       : make_sayable(draft.text, config_.limits);
  if (!sayable) return done(sayable.error());
  draft.room = *room;
  draft.time = clock_.wall_now();
  storage_.logs->append(std::move(draft), who,
                        [this, room = *std::move(room),
                         waiting = share(std::move(done))](const result<journal::appended>& a) {
                          if (!a) return (*waiting)(a.error());
                          // A room that nobody is in does not hear of its entries.
                          for_each_watch([&](log_watch::impl& w) { w.stored(room, a->at); });
                          (*waiting)(a->at);
                        });
}

void server::impl::read_log(const std::string& room, const log_range& part,
                            transport::completion<result<history_page>> done) {
  const auto name = check_room_name(room, config_.limits);
  if (!name) return done(name.error());
  storage_.logs->read(
      *name, {part},
      [name = *name, part, waiting = share(std::move(done))](result<journal::page> p) {
        if (!p) return (*waiting)(p.error());
        (*waiting)(page_of(name, *std::move(p)));
      });
}

std::shared_ptr<log_watch::impl> server::impl::make_watch(std::map<std::string, position> after) {
  auto made = std::make_shared<log_watch::impl>(context_, *storage_.logs, std::move(after));
  std::erase_if(watches_, [](const auto& w) { return w.expired(); });
  watches_.push_back(made);
  hub_.on_entry([this](const entry& e) {
    if (config_.log_messages) log_message(e);
    for_each_watch([&e](log_watch::impl& w) { w.stored(e.room, e.at); });
  });
  return made;
}

bool server::impl::close(std::uint64_t session, const close_reason& why) {
  net::session* s = sessions_->find(session);
  if (s != nullptr) s->close({why.code, sanitize_for_terminal(why.phrase)});
  return s != nullptr;
}

} // namespace asio_chat
