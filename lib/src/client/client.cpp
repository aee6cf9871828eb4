#include "client/client_impl.hpp"

#include <utility>

namespace asio_chat {

client::client(boost::asio::io_context& context, client_config config)
    : impl_(std::make_shared<impl>(context, std::move(config))) {}

client::~client() {
  impl_->abort();
}

void client::connect(connect_handler handler) {
  impl_->connect(std::move(handler));
}

void client::connect_in_memory(memory_transport transport, connect_handler handler) {
  impl_->connect_in_memory(std::move(transport), std::move(handler));
}

void client::send(std::string room, std::string text, send_handler handler) {
  impl_->send(std::move(room), std::move(text), std::move(handler));
}

void client::command(std::string room, std::string line, reply_handler handler) {
  impl_->command(std::move(room), std::move(line), std::move(handler));
}

void client::history(std::string room, log_range part, history_handler handler) {
  impl_->history(std::move(room), part, std::move(handler));
}

void client::receive(receive_handler handler) {
  impl_->receive(std::move(handler));
}

void client::close(close_handler handler) {
  impl_->close(std::move(handler));
}

resume_state client::saved_state() const {
  return impl_->saved_state();
}

const failure& client::last_failure() const noexcept {
  return impl_->last_failure();
}

const server_certificate& client::server() const noexcept {
  return impl_->server();
}

} // namespace asio_chat
