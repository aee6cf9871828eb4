#include "server/server_impl.hpp"

#include <utility>

namespace asio_chat {

server_config::server_config() = default;
server_config::server_config(const server_config&) = default;
server_config::server_config(server_config&&) noexcept = default;
server_config& server_config::operator=(const server_config&) = default;
server_config& server_config::operator=(server_config&&) noexcept = default;
server_config::~server_config() = default;

namespace detail {

const server_hooks& no_hooks() {
  static const server_hooks none;
  return none;
}

server_base::server_base(boost::asio::any_io_executor executor, place_function place,
                         const server_config& config, const server_hooks& hooks,
                         const char* seen_by_host) {
  transport::check_one_asio(seen_by_host);
  impl_ = std::make_shared<impl>(
      executor, config, server_parts{net::default_protocols(), nullptr, hooks}, std::move(place));
}

server_base::server_base(server_base&&) noexcept = default;

server_base& server_base::operator=(server_base&& other) noexcept {
  if (this == &other) return *this;
  if (impl_) impl_->end();
  impl_ = std::move(other.impl_);
  return *this;
}

server_base::~server_base() {
  if (impl_) impl_->end();
}

server_base::endpoint server_base::listen(const std::string& host, std::uint16_t port) {
  return impl_->listen(host, port).value();
}

void server_base::listen_later(handler<result<endpoint>> h, std::string host, std::uint16_t port) {
  impl_->listen_later(std::move(h), host, port);
}

server_base::endpoint server_base::listen_insecure_plaintext(const std::string& host,
                                                             std::uint16_t port) {
  return impl_->listen_insecure_plaintext(host, port).value();
}

void server_base::listen_on(int listening_socket) {
  impl_->listen_on(listening_socket).value();
}

std::vector<server_base::endpoint> server_base::listening_on() const {
  return impl_->listening_on();
}

void server_base::accept(socket s) {
  impl_->accept(std::move(s)).value();
}

memory_transport server_base::connect_in_memory() {
  return impl_->connect_in_memory();
}

void server_base::reload_tls(const tls_server_config& config) {
  impl_->reload_tls(config).value();
}

void server_base::reload_tls_later(handler<result<void>> h, tls_server_config config) {
  impl_->reload_tls_later(std::move(h), std::move(config));
}

void server_base::reload_storage(const storage_config& config) {
  impl_->reload_storage(config).value();
}

void server_base::reload_storage_later(handler<result<void>> h, storage_config config) {
  impl_->reload_storage_later(std::move(h), std::move(config));
}

void server_base::change_account_later(handler<result<void>> h, account_change change) {
  impl_->change_account_later(std::move(h), std::move(change));
}

void server_base::announce(std::string text) {
  impl_->announce(std::move(text)).value();
}

void server_base::stop(handler<error_code> h) {
  impl_->stop(std::move(h));
}

server_stats server_base::stats() const {
  return impl_->stats();
}

void server_base::add_command(host_command command) {
  impl_->add_command(std::move(command)).value();
}

std::vector<session_info> server_base::sessions() const {
  return impl_->sessions();
}

std::vector<room_info> server_base::rooms() const {
  return impl_->rooms();
}

bool server_base::close(std::uint64_t session, const close_reason& why) {
  return impl_->close(session, why);
}

void server_base::check_call(const char* operation) const {
  impl_->check_call("server", operation);
}

} // namespace detail
} // namespace asio_chat
