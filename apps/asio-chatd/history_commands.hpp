// What asio-chatd does about the history beside serving: backup, restore, verify, export, rekey,
// erase, account, announce.
#pragma once

#include "ops/settings.hpp"

#include <string>
#include <vector>

/// @returns the exit code
/// @throws asio_chat::error
int run_history_command(asio_chat::ops::invocation& call);

/// Whether the server would get at the history: the master keys can be read, and open the keys that
/// are there; the journal is theirs, and whole at the ends of its rooms. Nothing is made.
/// @returns a sentence for each thing that is wrong without keeping the server from starting: a
/// room
///   that it would close, a disk that is full
/// @param s gets the master keys
/// @throws asio_chat::error
std::vector<std::string> check_history(asio_chat::ops::settings& s, bool in_full);

/// @name One each
/// @{
int back_up(asio_chat::ops::settings& s, const asio_chat::ops::history_request& wanted);
int restore(asio_chat::ops::settings& s, const asio_chat::ops::history_request& wanted);
int verify(asio_chat::ops::settings& s, const asio_chat::ops::history_request& wanted);
int print_head(asio_chat::ops::settings& s);
int compact(asio_chat::ops::settings& s);
int export_room(asio_chat::ops::settings& s, const asio_chat::ops::history_request& wanted);
int export_account(asio_chat::ops::settings& s, const asio_chat::ops::history_request& wanted);
int rekey(asio_chat::ops::settings& s);
int erase(asio_chat::ops::settings& s, const asio_chat::ops::history_request& wanted);
int change_accounts(asio_chat::ops::settings& s, const asio_chat::ops::history_request& wanted);
int announce(const asio_chat::ops::settings& s, const asio_chat::ops::history_request& wanted);
/// @}
