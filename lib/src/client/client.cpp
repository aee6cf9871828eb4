#include "client/client_impl.hpp"

#include "transport/call_check.hpp"

#include <utility>

namespace asio_chat::detail {

client_base::client_base(boost::asio::any_io_executor executor, place_function place,
                         const client_config& config, const char* seen_by_host) {
  transport::check_one_asio(seen_by_host);
  impl_ = std::make_shared<impl>(std::move(executor), std::move(place), config);
}

client_base::client_base(client_base&&) noexcept = default;

client_base& client_base::operator=(client_base&& other) noexcept {
  if (this == &other) return *this;
  if (impl_) impl_->abort();
  impl_ = std::move(other.impl_);
  return *this;
}

client_base::~client_base() {
  if (impl_) impl_->abort();
}

void client_base::connect(handler<connected> h, diagnostics* why) {
  impl_->connect(std::move(h), why);
}

void client_base::connect_in_memory(handler<connected> h, diagnostics* why,
                                    memory_transport transport) {
  impl_->connect_in_memory(std::move(h), why, std::move(transport));
}

void client_base::send(handler<acknowledged> h, diagnostics* why, outgoing_message message) {
  impl_->send(std::move(h), why, std::move(message));
}

void client_base::command(handler<reply> h, diagnostics* why, std::string room, std::string line) {
  impl_->command(std::move(h), why, std::move(room), std::move(line));
}

void client_base::history(handler<history_page> h, diagnostics* why, std::string room,
                          log_range part) {
  impl_->history(std::move(h), why, std::move(room), part);
}

void client_base::receive(handler<client_event> h, diagnostics* why) {
  impl_->receive(std::move(h), why);
}

void client_base::close(handler<> h) {
  impl_->close(std::move(h));
}

bool client_base::reconnect() {
  return impl_->reconnect();
}

std::optional<std::chrono::milliseconds> client_base::next_attempt_in() const {
  return impl_->next_attempt_in();
}

resume_state client_base::saved_state() const {
  return impl_->saved_state();
}

const server_certificate& client_base::server() const noexcept {
  return impl_->server();
}

void client_base::check_call(const char* operation) const {
  impl_->check_call(operation);
}

} // namespace asio_chat::detail
