// The library's TLS parts, for programs of yours that are no chat: contexts that are strict by
// default, a server that is verified, a peer that is checked, and what there is to say about both.
// A program that is a chat needs `tls_config.hpp` only. docs/tls-recipes.md shows each part at
// work.
#pragma once

#include <asio_chat/tls/certificate_info.hpp>
#include <asio_chat/tls/context.hpp>
#include <asio_chat/tls/peer.hpp>
#include <asio_chat/tls/peer_policy.hpp>
#include <asio_chat/tls/server_verifier.hpp>
#include <asio_chat/tls_config.hpp>
