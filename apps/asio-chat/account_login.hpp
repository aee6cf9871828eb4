// From a registered name to a client that its account knows.
#pragma once

#include "options.hpp"

#include <asio_chat/client.hpp>
#include <asio_chat/error.hpp>

#include <boost/asio/io_context.hpp>

namespace asio_chat::app {

/// Comes in as a guest, in no room, and logs in to the account of `o.client.name`, whose password
/// was given or is asked for, three times at most. From then on the token opens the account.
/// @param interactive whether a user can be asked
/// @return for `client_config::resume`; or the sentence for the user, after which nothing more is
/// asked
result<resume_state> log_in_to_account(boost::asio::io_context& context, const options& o,
                                       bool interactive);

} // namespace asio_chat::app
