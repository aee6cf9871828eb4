// From a name that may be an account's to a client that the server lets in.
#pragma once

#include "options.hpp"

#include <asio_chat/client.hpp>
#include <asio_chat/error.hpp>

#include <boost/asio/io_context.hpp>

namespace asio_chat::app {

/// What the server wants of a person before it lets them into a room: the password, and the code,
/// of the account of `o.client.name`; a new account, where guests are not welcome; a second factor,
/// where everybody needs one. Each was given or is asked for. From then on the token opens the
/// account.
/// @param interactive whether a user can be asked
/// @param reached what the client was let in with before it was refused; no token: it was not
/// @return for `client_config::resume`; or the sentence for the user, after which nothing more is
/// asked
result<resume_state> log_in_to_account(boost::asio::io_context& context, const options& o,
                                       bool interactive, const resume_state& reached);

} // namespace asio_chat::app
