// Internal: fails the link of a program whose Asio is not the one that the library was built with.
#pragma once

#include <boost/asio/detail/config.hpp>
#include <boost/version.hpp>

// Another version of Boost, or other macros of Asio's, make other classes of the same names: the
// program would be linked, and crash. So each unit asks for a symbol whose name says what it was
// compiled with, and the library has the one of its own Boost and Asio alone. What to do where the
// link says `undefined reference to asio_chat_needs_boost_...`: docs/embedding.md.
#if defined(BOOST_ASIO_HAS_THREADS)
#define ASIO_CHAT_ABI_THREADS threads
#else
#define ASIO_CHAT_ABI_THREADS no_threads
#endif
#if defined(BOOST_ASIO_NO_DEPRECATED)
#define ASIO_CHAT_ABI_FUNCTIONS no_deprecated
#else
#define ASIO_CHAT_ABI_FUNCTIONS all_functions
#endif
#if defined(BOOST_ASIO_HAS_IO_URING_AS_DEFAULT)
#define ASIO_CHAT_ABI_REACTOR io_uring
#elif defined(BOOST_ASIO_HAS_IO_URING)
#define ASIO_CHAT_ABI_REACTOR epoll_and_io_uring
#elif defined(BOOST_ASIO_HAS_EPOLL)
#define ASIO_CHAT_ABI_REACTOR epoll
#else
#define ASIO_CHAT_ABI_REACTOR another_reactor
#endif
#if defined(BOOST_ASIO_ENABLE_HANDLER_TRACKING)
#define ASIO_CHAT_ABI_TRACKING tracking
#else
#define ASIO_CHAT_ABI_TRACKING no_tracking
#endif
#if defined(BOOST_ASIO_USE_TS_EXECUTOR_AS_DEFAULT)
#define ASIO_CHAT_ABI_EXECUTORS ts_executors
#else
#define ASIO_CHAT_ABI_EXECUTORS executors
#endif

#define ASIO_CHAT_ABI_JOIN(b, t, f, r, h, e)                                                       \
  asio_chat_needs_boost_##b##_asio_##t##_##f##_##r##_##h##_##e
#define ASIO_CHAT_ABI_NAME(b, t, f, r, h, e) ASIO_CHAT_ABI_JOIN(b, t, f, r, h, e)
#define ASIO_CHAT_ABI_TAG                                                                          \
  ASIO_CHAT_ABI_NAME(BOOST_VERSION, ASIO_CHAT_ABI_THREADS, ASIO_CHAT_ABI_FUNCTIONS,                \
                     ASIO_CHAT_ABI_REACTOR, ASIO_CHAT_ABI_TRACKING, ASIO_CHAT_ABI_EXECUTORS)

extern "C" const char ASIO_CHAT_ABI_TAG;

namespace asio_chat::detail {

[[gnu::used]] inline const char* const abi_tag = &ASIO_CHAT_ABI_TAG;

} // namespace asio_chat::detail
