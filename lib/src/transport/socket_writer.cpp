#include "transport/socket_writer.hpp"

#include <boost/asio/error.hpp>

#include <openssl/bio.h>
#include <sys/socket.h>

#include <cerrno>
#include <new>
#include <utility>

namespace asio_chat::transport {

namespace asio = boost::asio;

socket_writer::~socket_writer() {
  if (const auto w = waiting_.lock()) w->writer = nullptr;
}

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
  *written = 0;
  if (self.left_.size() > max_left) {
    BIO_set_retry_write(bio);
    return -1;
  }
  try {
    if (!self.failure_) self.take({bytes, n});
  } catch (...) { // not through OpenSSL
    self.failure_ = asio::error::no_memory;
    self.left_.clear();
  }
  if (self.failure_) return -1;
  *written = n;
  return 1;
}

long socket_writer::control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0; // all the others are not there
}

void socket_writer::take(std::string_view bytes) {
  if (!idle()) {
    left_.append(bytes);
    return;
  }
  bytes.remove_prefix(send(bytes));
  if (failure_ || bytes.empty()) return;
  left_.append(bytes);
  const auto w = std::make_shared<waiting>(waiting{this, {}});
  waiting_ = w;
  wait(w);
}

std::size_t socket_writer::send(std::string_view bytes) {
  ssize_t n = 0;
  do {
    n = ::send(socket_->native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (n < 0 && errno == EINTR);
  if (n >= 0) return static_cast<std::size_t>(n);
  if (errno != EAGAIN && errno != EWOULDBLOCK)
    failure_.assign(errno, boost::system::system_category());
  return 0;
}

void socket_writer::wait(std::shared_ptr<waiting> w) {
  socket_->async_wait(tcp_socket::wait_write, [w = std::move(w)](const error_code& e) {
    if (w->writer != nullptr) w->writer->on_writable(w, e);
  });
}

void socket_writer::on_writable(const std::shared_ptr<waiting>& w, const error_code& e) {
  if (e) failure_ = e;
  if (!failure_) left_.erase(0, send(left_));
  if (!failure_ && !left_.empty()) return wait(w);
  std::string().swap(left_);
  waiting_.reset();
  if (const auto done = std::exchange(w->done, {})) done(failure_);
}

void socket_writer::wait_until_idle(std::function<void(const error_code&)> done) {
  waiting_.lock()->done = std::move(done);
}

} // namespace asio_chat::transport
