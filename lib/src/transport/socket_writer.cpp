#include "transport/socket_writer.hpp"

#include <openssl/bio.h>
#include <sys/socket.h>

#include <cerrno>
#include <new>
#include <utility>

namespace asio_chat::transport {

BIO* socket_writer::make_bio() {
  BIO* bio = BIO_new(method());
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  return bio;
}

const BIO_METHOD* socket_writer::method() {
  static const BIO_METHOD* const made = [] {
    BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket writer");
    if (m == nullptr || BIO_meth_set_write_ex(m, write) != 1 || BIO_meth_set_ctrl(m, control) != 1)
      throw std::bad_alloc();
    return m;
  }();
  return made;
}

int socket_writer::write(BIO* bio, const char* bytes, std::size_t n, std::size_t* written) {
  auto& self = *static_cast<socket_writer*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (self.failure_) return 0;
  if (self.left_.size() > most_left) {
    BIO_set_retry_write(bio);
    return 0;
  }
  *written = n;
  return self.take({bytes, n}) ? 1 : 0;
}

long socket_writer::control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0; // all the others are not there
}

bool socket_writer::take(std::string_view bytes) {
  if (idle()) bytes.remove_prefix(send(bytes));
  if (failure_) return false;
  if (bytes.empty()) return true;
  const bool waits = !idle();
  left_.append(bytes);
  if (!waits) wait();
  return true;
}

std::size_t socket_writer::send(std::string_view bytes) {
  ssize_t n = 0;
  do {
    n = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (n < 0 && errno == EINTR);
  if (n >= 0) return static_cast<std::size_t>(n);
  if (errno != EAGAIN && errno != EWOULDBLOCK)
    failure_.assign(errno, boost::system::system_category());
  return 0;
}

void socket_writer::wait() {
  if (!self_) self_ = std::make_shared<socket_writer*>(this);
  socket_.async_wait(tcp_socket::wait_write, [self = std::weak_ptr(self_)](const error_code& e) {
    if (const auto alive = self.lock()) (*alive)->on_writable(e);
  });
}

void socket_writer::on_writable(const error_code& e) {
  if (e) failure_ = e;
  if (!failure_) left_.erase(0, send(left_));
  if (!failure_ && !left_.empty()) return wait();
  left_ = {};
  if (const auto done = std::exchange(done_, {})) done(failure_);
}

} // namespace asio_chat::transport
