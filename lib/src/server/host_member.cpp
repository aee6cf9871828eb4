#include "server/host_identity.hpp"
#include "server/log_watcher.hpp"
#include "server/server_impl.hpp"
#include "transport/completion.hpp"

#include <asio_chat/host_member.hpp>

#include <algorithm>
#include <utility>

namespace asio_chat {

namespace {

constexpr std::size_t max_page = 1'000;

failure gone() {
  return fail(errc::server_stopping, "the server has stopped");
}

} // namespace

class host_member::impl {
 public:
  impl(server::impl& chat, std::string called, identity author)
      : context(chat.context())
      , in(chat.weak_from_this())
      , name(std::move(called))
      , who(author) {}
  ~impl() {
    if (const auto chat = in.lock()) chat->give_name_back(name);
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  boost::asio::io_context& context;
  std::weak_ptr<server::impl> in;
  std::string name;
  identity who;
};

host_member::host_member(server& in, std::string name) {
  in.impl_->reserve_name(name).value();
  const identity who = identity_of_host(name).value();
  impl_ = std::make_unique<impl>(*in.impl_, std::move(name), who);
}

host_member::~host_member() = default;
host_member::host_member(host_member&&) noexcept = default;
host_member& host_member::operator=(host_member&&) noexcept = default;

const std::string& host_member::name() const noexcept {
  return impl_->name;
}

void host_member::post(host_message what, post_handler handler) {
  transport::completion<result<position>> complete(impl_->context.get_executor(),
                                                   std::move(handler));
  const auto chat = impl_->in.lock();
  if (!chat) return complete(gone());
  entry draft{std::move(what.room), {}, {}, impl_->name, what.kind, std::move(what.text),
              std::move(what.id)};
  chat->post(std::move(draft), impl_->who, std::move(complete));
}

void host_member::history(std::string room, log_range part, history_handler handler) {
  transport::completion<result<history_page>> complete(impl_->context.get_executor(),
                                                       std::move(handler));
  const auto chat = impl_->in.lock();
  if (!chat) return complete(gone());
  part.entries = std::clamp<std::size_t>(part.entries, 1, max_page);
  chat->read_log(room, part, std::move(complete));
}

log_watch::log_watch(server& of, std::map<std::string, position> after)
    : impl_(of.impl_->make_watch(std::move(after))) {}

log_watch::~log_watch() {
  if (impl_) impl_->cancel();
}

log_watch::log_watch(log_watch&&) noexcept = default;

log_watch& log_watch::operator=(log_watch&& other) noexcept {
  if (impl_ && this != &other) impl_->cancel();
  impl_ = std::move(other.impl_);
  return *this;
}

const std::map<std::string, position>& log_watch::positions() const noexcept {
  return impl_->received();
}

void log_watch::receive(receive_handler handler) {
  impl_->receive(std::move(handler));
}

} // namespace asio_chat
