// What a host program does with its server, as nobody's client.
#include "accounts/account_authenticator.hpp"
#include "domain/host_reason.hpp"
#include "domain/sayable.hpp"
#include "model/names.hpp"
#include "net/login_queue.hpp"
#include "net/passphrase_authenticator.hpp"
#include "server/host_authenticator.hpp"
#include "server/host_identity.hpp"
#include "server/server_impl.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <utility>

namespace asio_chat::detail {

namespace {

host_refusal unanswered() {
  return {"this cannot be decided now; try again later", errc::not_available};
}

result<position> place_of(const result<journal::appended>& a) {
  if (!a) return a.error();
  return a->at;
}

} // namespace

/// Where a host says who is who, there are no others.
bool server_base::impl::keeps_accounts(const server_parts& parts) const {
  return !parts.who && !hooks_.authenticate;
}

std::unique_ptr<authenticator> server_base::impl::make_authenticator(server_parts& parts) {
  if (parts.who) return std::move(parts.who);
  std::unique_ptr<authenticator> who;
  if (hooks_.authenticate) {
    who = std::make_unique<host_authenticator>(config_.passphrase, hooks_.authenticate,
                                               hooks_.passwords_in_text, *hook_runner_);
  } else {
    const bool by_name = config_.people.names == certificate_names::common_name;
    who = std::make_unique<account_authenticator>(
        std::make_unique<net::passphrase_authenticator>(
            config_.passphrase, [this](const identity& of) { return secrets_.mark(of); }),
        hub_.people(), config_.limits,
        by_name ? identity_of_certificate : account_authenticator::identity_maker());
  }
  return std::make_unique<net::login_queue>(
      std::move(who),
      [executor = owner_.executor](std::function<void()> task) {
        boost::asio::post(executor, std::move(task));
      },
      [this](const std::string& token) {
        const auto of = net::identity_of(token);
        return of && hub_.remembers(*of);
      });
}

post_hook server_base::impl::ask_about_posts() {
  if (!hooks_.on_post) return {};
  return [this](const post_request& p, post_answer_handler done) {
    hook_runner_->run<post_answer>(
        "on_post", [&](post_answer_handler h) { hooks_.on_post(p, std::move(h)); }, std::move(done),
        unanswered());
  };
}

std::function<void(std::uint64_t, const account*)> server_base::impl::login_log() {
  return [this](std::uint64_t number, const account* tried) {
    const net::session* s = sessions_->find(number);
    if (s == nullptr) return;
    // The name of an account that is not there may be a password, typed in the wrong place.
    refusals_.add(net::refusal::login, s->address(),
                  tried ? fmt::format("wrong password or code for the account {}", tried->name)
                        : std::string("no such account"));
  };
}

std::function<void(std::uint64_t, const std::string&)> server_base::impl::key_log() {
  return [this](std::uint64_t number, const std::string& room) {
    const net::session* s = sessions_->find(number);
    if (s == nullptr) return;
    refusals_.add(net::refusal::login, s->address(),
                  fmt::format("wrong key for the room {}", room));
  };
}

result<void> server_base::impl::add_command(host_command c) {
  if (c.run) {
    c.run = [this, run = std::move(c.run)](command_call call, command_answer_handler done) {
      hook_runner_->run<command_answer>(
          "command", [&](command_answer_handler h) { run(std::move(call), std::move(h)); },
          std::move(done), unanswered());
    };
  }
  return hub_.add_command(std::move(c));
}

std::vector<room_info> server_base::impl::rooms() const {
  std::vector<room_info> all;
  all.reserve(hub_.rooms().size());
  for (const auto& [name, r] : hub_.rooms())
    all.push_back({name, r->topic(), r->size()});
  return all;
}

void server_base::impl::post(entry draft, const identity& who, handler<result<position>> h) {
  const auto waiting = posts_->add(std::move(h), cancelled_by::types_with_effects);
  if (stopped_) return posts_->complete(waiting, server_is_stopping());
  auto room = check_room_name(draft.room, config_.limits);
  if (!room) return posts_->complete(waiting, room.error());
  if (draft.kind == entry_kind::destroyed)
    return posts_->complete(
        waiting, fail(errc::bad_arguments, "nobody says what was destroyed: give another kind"));
  if (draft.refers.how != entry_reference::kind::none &&
      draft.refers.how != entry_reference::kind::reply)
    return posts_->complete(
        waiting, fail(errc::bad_arguments, "a host says what refers to nothing, or a reply"));
  const auto sayable = draft.kind == entry_kind::topic ? make_topic(draft.text, config_.limits)
                                                       : make_sayable(draft.text, config_.limits);
  if (!sayable) return posts_->complete(waiting, sayable.error());
  draft.room = *std::move(room);
  draft.time = clock_.wall_now();
  if (watches_.empty()) {
    return storage_.logs->append(std::move(draft), who,
                                 [this, waiting](const result<journal::appended>& a) {
                                   calls_.on_executor();
                                   posts_->complete(waiting, place_of(a));
                                 });
  }
  // A room that nobody is in does not hear of its entries.
  std::string in = draft.room;
  storage_.logs->append(std::move(draft), who,
                        [this, waiting, in = std::move(in)](const result<journal::appended>& a) {
                          if (a)
                            for_each_watch([&](log_watch_base::impl& w) { w.stored(in, a->at); });
                          posts_->complete(waiting, place_of(a));
                        });
}

void server_base::impl::read_log(const std::string& room, const log_range& part,
                                 handler<result<history_page>> h) {
  const auto waiting = pages_->add(std::move(h), cancelled_by::any_type);
  const auto name = check_room_name(room, config_.limits);
  if (!name) return pages_->complete(waiting, name.error());
  if (page_rooms_.size() <= waiting.place) page_rooms_.resize(waiting.place + 1);
  page_rooms_[waiting.place] = *name;
  storage_.logs->read(*name, {part}, [this, waiting](result<journal::page> p) {
    p ? pages_->complete(waiting, page_of(page_rooms_[waiting.place], *std::move(p)))
      : pages_->complete(waiting, p.error());
  });
}

std::shared_ptr<log_watch_base::impl>
server_base::impl::make_watch(std::map<std::string, position> after) {
  auto made = std::make_shared<log_watch_base::impl>(owner_, *storage_.logs, std::move(after),
                                                     weak_from_this());
  std::erase_if(watches_, [](const auto& w) { return w.expired(); });
  watches_.push_back(made);
  hub_.on_entry([this](const entry& e) {
    if (config_.log_messages) log_message(e);
    for_each_watch([&e](log_watch_base::impl& w) { w.stored(e.room, e.at); });
  });
  return made;
}

void server_base::impl::change_account_later(handler<result<void>> h, account_change change) {
  const auto waiting = reloads_->add(std::move(h), cancelled_by::types_with_effects);
  if (stopped_) return reloads_->complete(waiting, server_is_stopping());
  hub_.change_account(std::move(change),
                      [reloads = std::weak_ptr(reloads_), waiting](const result<void>& changed) {
                        if (const auto alive = reloads.lock()) alive->complete(waiting, changed);
                      });
}

result<void> server_base::impl::announce(std::string text) {
  if (auto done = make_sayable(text, config_.limits); !done) return done;
  if (stopped_) return server_is_stopping();
  hub_.note("the operator of the server has told everybody: " + text);
  hub_.tell_all(text);
  return {};
}

bool server_base::impl::close(std::uint64_t session, const close_reason& why) {
  net::session* s = sessions_->find(session);
  if (s != nullptr) s->close({why.code, reason_by_host(why.phrase, "")});
  return s != nullptr;
}

} // namespace asio_chat::detail
