#include "server/host_identity.hpp"
#include "server/log_watcher.hpp"
#include "server/server_impl.hpp"

#include <asio_chat/host_member.hpp>
#include <asio_chat/log_watch.hpp>

#include <algorithm>
#include <utility>

namespace asio_chat::detail {

namespace {

constexpr std::size_t max_page = 1'000;

failure gone() {
  return fail(errc::server_stopping, "the server has stopped");
}

} // namespace

class host_member_base::impl {
 public:
  impl(server_base::impl& chat, std::string called, identity author)
      : owner(chat.owner())
      , in(chat.weak_from_this())
      , name(std::move(called))
      , who(author) {}
  ~impl() {
    if (const auto chat = in.lock()) chat->give_name_back(name);
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  const transport::completion_owner owner;
  std::weak_ptr<server_base::impl> in;
  std::string name;
  identity who;
};

host_member_base::host_member_base(server_base& in, std::string name) {
  name = in.impl_->reserve_name(name).value();
  const identity who = identity_of_host(name).value();
  impl_ = std::make_unique<impl>(*in.impl_, std::move(name), who);
}

host_member_base::~host_member_base() = default;
host_member_base::host_member_base(host_member_base&&) noexcept = default;
host_member_base& host_member_base::operator=(host_member_base&&) noexcept = default;

const std::string& host_member_base::name() const noexcept {
  return impl_->name;
}

void host_member_base::check_call(const char* operation) const {
  if (const auto chat = impl_->in.lock()) chat->check_call("host_member", operation);
}

void host_member_base::post(handler<position> h, host_message what) {
  const auto chat = impl_->in.lock();
  if (!chat) return transport::completion<result<position>>(impl_->owner, std::move(h))(gone());
  chat->post({std::move(what.room),
              {},
              {},
              impl_->name,
              what.kind,
              std::move(what.text),
              std::move(what.id)},
             impl_->who, std::move(h));
}

void host_member_base::history(handler<history_page> h, std::string room, log_range part) {
  const auto chat = impl_->in.lock();
  if (!chat) return transport::completion<result<history_page>>(impl_->owner, std::move(h))(gone());
  part.entries = std::clamp<std::size_t>(part.entries, 1, max_page);
  chat->read_log(room, part, std::move(h));
}

log_watch_base::log_watch_base(server_base& of, std::map<std::string, position> after)
    : impl_(of.impl_->make_watch(std::move(after))) {}

log_watch_base::~log_watch_base() {
  if (impl_) impl_->cancel();
}

log_watch_base::log_watch_base(log_watch_base&&) noexcept = default;

log_watch_base& log_watch_base::operator=(log_watch_base&& other) noexcept {
  if (impl_ && this != &other) impl_->cancel();
  impl_ = std::move(other.impl_);
  return *this;
}

const std::map<std::string, position>& log_watch_base::positions() const noexcept {
  return impl_->received();
}

void log_watch_base::check_call(const char* operation) const {
  impl_->check_call(operation);
}

void log_watch_base::receive(handler h) {
  impl_->receive(std::move(h));
}

} // namespace asio_chat::detail
