// Keeps a server's staple fresh: asks its CA's OCSP responder (RFC 6960, appendix A, by POST).
#pragma once

#include "base/logger.hpp"
#include "server/http_post.hpp"
#include "tls/server_context.hpp"
#include "transport/loop_time.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace asio_chat {

/// Asks when a context comes, and again at half of the time that is left of the answer, at least
/// once an hour. After a failure it tries again, with more and more patience; the staple that there
/// is goes on being sent until it is out of date.
class ocsp_fetcher : public std::enable_shared_from_this<ocsp_fetcher> {
 public:
  /// @param log must live as long
  ocsp_fetcher(transport::loop on, const logger& log)
      : loop_(std::move(on))
      , log_(log)
      , timer_(loop_.time->make_timer()) {}

  /// For this context from here on; for none if it has no responder.
  void follow(std::shared_ptr<const tls::server_context> tls);
  void stop();

 private:
  void ask_after(steady_time::duration time);
  void ask();
  void answered(result<std::string> der);
  void take(tls::ocsp_response response);
  void failed(const failure& why);

  const transport::loop loop_;
  const logger& log_;
  std::unique_ptr<timer> timer_;
  std::shared_ptr<const tls::server_context> tls_;
  std::shared_ptr<http_post> question_; ///< under way
  std::chrono::seconds patience_{};     ///< before the next try, after a failure
};

} // namespace asio_chat
