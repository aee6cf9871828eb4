// A unit of a host that compiles Asio separately as well: the linker takes this copy.
#define BOOST_ASIO_SEPARATE_COMPILATION
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
