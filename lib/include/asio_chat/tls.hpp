// The TLS parts of the library, for programs that are no chat: contexts that are strict by default,
// the verification of a server, the check of a peer, and descriptions of certificates and
// connections for people. A chat program needs `tls_config.hpp` only. docs/tls-recipes.md shows
// each part in use.
#pragma once

#include <asio_chat/tls/certificate_info.hpp>
#include <asio_chat/tls/context.hpp>
#include <asio_chat/tls/peer.hpp>
#include <asio_chat/tls/peer_policy.hpp>
#include <asio_chat/tls/server_verifier.hpp>
#include <asio_chat/tls_config.hpp>
