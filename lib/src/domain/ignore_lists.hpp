// Whom accounts ignore: their clients are told, and hide it.
#pragma once

#include "model/identity.hpp"

#include <set>
#include <string>

namespace asio_chat {

class endpoint;
class hub;
class member;

/// Those whom an account ignores, as they are called now.
std::set<std::string> ignored_names(const hub& in, const identity& account);

/// A connection that has come to an account is told the list of it. Nothing, if it has none.
void tell_ignored(hub& in, const endpoint& e);

/// The list of an account has changed: all its connections are told.
void tell_ignored(hub& in, const identity& account);

/// A member has another name: whoever ignores its account is told. Takes a while where many are
/// here, and nothing if nobody does.
void tell_who_ignores(hub& in, const identity& account);
/// The same of a member, who may be a guest with a device that an account has logged out.
void tell_who_ignores(hub& in, const member& m);

} // namespace asio_chat
