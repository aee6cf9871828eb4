// Entries of a log as JSON objects: in exports, and for whoever reads those.
#pragma once

#include <asio_chat/entry.hpp>
#include <asio_chat/time.hpp>

#include <boost/json/object.hpp>

#include <string>

namespace asio_chat {

/// RFC 3339, in UTC.
std::string iso_time(wall_time t);

boost::json::object object_of(const entry& e);

/// Without its end. Safe to show on a terminal.
std::string as_line(const boost::json::object& o);

} // namespace asio_chat
