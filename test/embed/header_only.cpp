// A unit of a host that knows nothing of the library: Asio header-only, with functions that it
// calls deprecated. Its classes have to be the same as those in the library.
#include <boost/asio/deadline_timer.hpp>
#include <boost/asio/io_service.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>

#ifdef BOOST_ASIO_SEPARATE_COMPILATION
#error "this unit is to be header-only"
#endif

#include <chrono>
#include <string>

/// Whether timers, sockets and a resolver work in a context of its own.
bool header_only_asio_works() {
  namespace asio = boost::asio;
  asio::io_service service;
  int done = 0;
  asio::deadline_timer old(service, boost::posix_time::milliseconds(1));
  old.async_wait([&](const boost::system::error_code&) { ++done; });
  asio::steady_timer timer(service);
  timer.expires_from_now(std::chrono::milliseconds(1));
  timer.async_wait([&](const boost::system::error_code&) { ++done; });
  service.post([&] { ++done; });

  asio::ip::tcp::acceptor acceptor(service, {asio::ip::address::from_string("127.0.0.1"), 0});
  asio::ip::tcp::socket here(service), there(service);
  acceptor.async_accept(there, [&](const boost::system::error_code&) { ++done; });
  here.async_connect(acceptor.local_endpoint(), [&](const boost::system::error_code&) { ++done; });
  asio::ssl::context tls(asio::ssl::context::tls);
  asio::ssl::stream<asio::ip::tcp::socket&> stream(here, tls);
  service.run();
  return done == 5;
}
