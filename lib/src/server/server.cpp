#include "server/server_impl.hpp"

#include <utility>

namespace asio_chat {

server::server(boost::asio::io_context& context, server_config config)
    : impl_(std::make_shared<impl>(context, std::move(config))) {}

server::server(boost::asio::io_context& context, server_config config, server_hooks hooks)
    : impl_(std::make_shared<impl>(
          context, std::move(config),
          server_parts{net::default_protocols(), nullptr, std::move(hooks)})) {}

server::~server() {
  impl_->end();
}

boost::asio::ip::tcp::endpoint server::listen(const std::string& host, std::uint16_t port) {
  return impl_->listen(host, port).value();
}

boost::asio::ip::tcp::endpoint server::listen_insecure_plaintext(const std::string& host,
                                                                 std::uint16_t port) {
  return impl_->listen_insecure_plaintext(host, port).value();
}

std::vector<boost::asio::ip::tcp::endpoint> server::listening_on() const {
  return impl_->listening_on();
}

void server::accept(boost::asio::ip::tcp::socket socket) {
  impl_->accept(std::move(socket)).value();
}

memory_transport server::connect_in_memory() {
  return impl_->connect_in_memory();
}

void server::reload_tls(const tls_server_config& config) {
  impl_->reload_tls(config).value();
}

void server::reload_tls_later(tls_server_config config, reload_handler handler) {
  impl_->reload_tls_later(std::move(config), std::move(handler));
}

void server::listen_later(std::string host, std::uint16_t port, listen_handler handler) {
  impl_->listen_later(std::move(host), port, std::move(handler));
}

void server::reload_storage(const storage_config& config) {
  impl_->reload_storage(config).value();
}

void server::reload_storage_later(storage_config config, reload_handler handler) {
  impl_->reload_storage_later(std::move(config), std::move(handler));
}

server_stats server::stats() const {
  return impl_->stats();
}

void server::add_command(host_command command) {
  impl_->add_command(std::move(command)).value();
}

std::vector<session_info> server::sessions() const {
  return impl_->sessions();
}

std::vector<room_info> server::rooms() const {
  return impl_->rooms();
}

bool server::close(std::uint64_t session, const close_reason& why) {
  return impl_->close(session, why);
}

void server::stop(stop_handler handler) {
  impl_->stop(std::move(handler));
}

} // namespace asio_chat
