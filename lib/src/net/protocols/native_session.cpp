#include "net/protocols/native_session.hpp"

#include "domain/command_table.hpp"
#include "model/command_text.hpp"

#include <asio_chat/version.hpp>

#include <fmt/format.h>

#include <type_traits>
#include <utility>
#include <variant>

namespace asio_chat::net {

namespace native = wire::native;

namespace {

constexpr int max_refused_logins = 10;

template <class Request>
std::string ref_of(const Request& r) {
  if constexpr (requires { r.ref; }) return r.ref;
  if constexpr (requires { r.id; }) return r.id;
  return {};
}

} // namespace

shared_bytes native_session::goodbye(const close_reason& reason) const {
  return alone(write(native::goodbye{reason}));
}

void native_session::on_frame(std::string_view payload) {
  native::decoded<native::request> decoded = read(payload);
  if (const auto* bad = std::get_if<native::bad_message>(&decoded)) {
    if (!is_in()) return refuse(bad->ref, bad->why);
    return ask({}, bad->ref, requests::unreadable{bad->why});
  }
  std::visit([this](auto& r) { take(r); }, std::get<native::request>(decoded));
}

close_reason native_session::too_large(std::size_t announced) const {
  return {close_code::frame_too_large, fmt::format("message too large: {} bytes, at most {}",
                                                   announced, wire::native_payload_cap)};
}

namespace {

requests::any referring_of(native::send& s) {
  requests::referring what{{s.refers.offset, 0}, std::move(s.text), std::move(s.id)};
  switch (s.refers.how) {
  case entry_reference::kind::edit:
    return requests::edit{std::move(what)};
  case entry_reference::kind::removal:
    return requests::remove{std::move(what)};
  case entry_reference::kind::reply:
    return requests::answer{std::move(what)};
  case entry_reference::kind::reaction:
    return requests::react{std::move(what)};
  case entry_reference::kind::pin:
    return requests::pin{std::move(what)};
  case entry_reference::kind::unpin:
    return requests::unpin{std::move(what)};
  case entry_reference::kind::none:
    break;
  }
  return requests::unreadable{fail(errc::protocol_error, "a send that refers to nothing known")};
}

} // namespace

template <class Request>
void native_session::take(Request& r) {
  constexpr bool before_login = std::is_same_v<Request, native::hello> ||
                                std::is_same_v<Request, native::ping> ||
                                std::is_same_v<Request, native::bye>;
  if constexpr (!before_login) {
    if (!is_in())
      return refuse(ref_of(r), fail(errc::login_required, "log in first: send a hello"));
  }
  handle(r);
}

void native_session::handle(native::hello& h) {
  if (is_in()) return refuse("", fail(errc::already_logged_in, "you are logged in already"));
  hello_ = std::move(h);
  ask_who({.name = hello_.name,
           .passphrase = hello_.passphrase,
           .token = hello_.resume,
           .keeps_token = true});
}

void native_session::admitted(const admission& a) {
  const native::hello h = std::exchange(hello_, {});
  asio_chat::hub& hub = context().hub;
  const std::string& wish = a.name.empty() ? h.name : a.name;
  const std::string name =
      wish.empty() ? hub.free_name(fmt::format("anon-{}", remote().port()), a.who) : wish;
  const auto entered = enter({.who = a.who,
                              .name = name,
                              .may_come_back = a.may_come_back,
                              .may = a.may,
                              .data_replies = h.data_replies,
                              .user = a.user,
                              .as = a.as,
                              .has_account = a.has_account,
                              .name_given = !a.name.empty(),
                              .token = a.device,
                              .token_chosen = a.token_chosen,
                              .app = a.app,
                              .certificate = a.certificate,
                              .direct_rooms = h.direct_rooms});
  if (!entered) {
    // The client may try another name on the same connection.
    context().log(severity::info, fmt::format("Login from {} refused", remote().address()),
                  {{"name", name}, {"reason", entered.error().message}});
    return refuse_login(entered.error());
  }
  if (!h.agent.empty()) {
    context().log(severity::debug, fmt::format("Client of {}", this->name()), {{"agent", h.agent}});
  }
  send_alone(write(native::welcome{
      std::string(this->name()), fmt::format("asio-chatd {}", version_string),
      hub.limits().text_bytes, command_names(hub.own_commands()), a.token,
      context().config.limits.idle_time,
      h.data_replies ? command_syntax(hub.own_commands()) : std::vector<command_info>()}));
  tell_lists();
  const std::string room = h.room.value_or(hub.default_room());
  if (!room.empty()) ask(room, "", requests::join{h.after, h.history});
}

void native_session::denied(const denial& d) {
  hello_ = {}; // with its secrets
  refuse_login(d.why);
}

/// Each attempt is a line of the log: a client with a name that is taken needs a few of them.
void native_session::refuse_login(const failure& why) {
  refuse("", why);
  if (++refused_logins_ == max_refused_logins)
    remote().close({close_code::protocol_error, "too many refused logins on one connection"});
}

void native_session::handle(native::join& j) {
  ask(j.room, j.ref, requests::join{j.after, j.history});
}

void native_session::handle(native::leave& l) {
  ask(l.room, l.ref, requests::leave{});
}

void native_session::handle(native::send& s) {
  if (s.refers.how != entry_reference::kind::none) {
    const std::string id = s.id;
    return ask(std::move(s.room), id, referring_of(s));
  }
  if (s.kind == entry_kind::action)
    return ask(std::move(s.room), s.id, requests::act{std::move(s.text), s.id});
  ask(std::move(s.room), s.id, requests::say{std::move(s.text), s.id});
}

void native_session::handle(native::command_line& c) {
  const parsed_line typed = parse_command_line(c.line);
  dispatch(read_command(typed.name, typed.arguments, c.room, c.ref, true,
                        &context().hub.own_commands()));
}

void native_session::handle(native::history& h) {
  ask(h.room, h.ref, requests::history{h.part});
}

void native_session::handle(native::ping& p) {
  context().doing("ping");
  send_alone(write(native::pong{p.ref}));
}

void native_session::handle(native::bye&) {
  quit({close_code::quit, "goodbye"});
}

void native_session::refuse(std::string_view ref, const failure& why) {
  send_alone(write(event(refusal_of(ref, why))));
}

} // namespace asio_chat::net
