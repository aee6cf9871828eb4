#pragma once

#include "protocol.hpp"

#include <map>
#include <memory>

namespace asio_chat::bench {

/// Everything that the generator can speak.
enum class speech { text, native, native_2, irc, mqtt, nats, redis };

std::unique_ptr<protocol> make_protocol(speech kind);

/// By the names that are used on the command line.
const std::map<std::string, speech>& speeches();
const std::string& name_of(speech kind);

} // namespace asio_chat::bench
