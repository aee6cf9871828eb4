// The arguments of the rows of the command table.
#pragma once

#include "domain/command_table.hpp"

namespace asio_chat::arguments {

using kind = argument_kind;

inline constexpr argument new_secret[] = {
    {.name = "PASSWORD", .secret = true, .help = "8 to 256 bytes; with blanks in quotes"},
    {.name = "CODE",
     .optional = true,
     .secret = true,
     .help = "of an invitation, if one is needed"}};
inline constexpr argument lasting[] = {
    {.name = "WHAT", .optional = true, .help = "the days that it lasts, 7 if left out; list; end"},
    {.name = "CODE", .optional = true, .secret = true, .help = "with end: of one that ends now"}};
inline constexpr argument own_secret[] = {
    {.name = "NAME", .optional = true, .help = "of the account; left out: the name you have"},
    {.name = "PASSWORD",
     .optional = true,
     .secret = true,
     .help = "left out: a device that you have is asked"},
    {.name = "CODE",
     .optional = true,
     .secret = true,
     .help = "of the second factor, if there is one"}};
inline constexpr argument factor[] = {
    {.name = "ACTION", .optional = true, .help = "on, confirm or off"},
    {.name = "SECRET",
     .optional = true,
     .secret = true,
     .help = "your password; with confirm: the code that your app shows"},
    {.name = "CODE", .optional = true, .secret = true, .help = "with off: from your app"}};
inline constexpr argument certificate[] = {
    {.name = "ACTION", .optional = true, .help = "add or remove; left out: they are listed"},
    {.name = "SECRET",
     .optional = true,
     .secret = true,
     .help = "your password; with remove: the number, or the pin"},
    {.name = "PIN",
     .optional = true,
     .help = "with add: of the certificate's key, as asio-chat-certs show prints it"}};
inline constexpr argument two_secrets[] = {
    {.name = "OLD", .secret = true},
    {.name = "NEW", .secret = true, .help = "8 to 256 bytes; with blanks in quotes"}};
inline constexpr argument revoked[] = {
    {.name = "NUMBER",
     .optional = true,
     .help = "of a device that is to be logged out; all: all others; confirm or refuse a new one"},
    {.name = "NAME",
     .kind = kind::text,
     .optional = true,
     .help = "to call it by instead; with confirm: the code that the new one shows, and a name"}};
inline constexpr argument for_program[] = {
    {.name = "ACTION", .optional = true, .help = "add or remove; left out: they are listed"},
    {.name = "NAME", .optional = true, .help = "of the program; with remove: the number"},
    {.name = "SCOPE",
     .kind = kind::text,
     .optional = true,
     .help = "read or chat, and the rooms that it is for; without rooms: everywhere"}};
inline constexpr argument ordered[] = {
    {.name = "WHO", .kind = kind::member},
    {.name = "REASON",
     .kind = kind::text,
     .optional = true,
     .help = "is told; everywhere before it: from the server, which takes the role there"}};
inline constexpr argument banned[] = {
    {.name = "WHO", .kind = kind::member, .help = "a name, an address or a network: 192.0.2.0/24"},
    {.name = "REASON",
     .kind = kind::text,
     .optional = true,
     .help = "is told; before it may stand everywhere, and a time such as 30m, 2h or 7d"}};
inline constexpr argument freed[] = {
    {.name = "WHO", .kind = kind::member, .help = "as it was given, see /bans"},
    {.name = "WHERE", .kind = kind::text, .optional = true, .help = "everywhere, if it was so"}};
inline constexpr argument first_ban[] = {{.name = "NUMBER",
                                          .kind = kind::number,
                                          .optional = true,
                                          .min = 1,
                                          .max = 1'000'000'000'000,
                                          .help = "of a ban, where a list has ended"}};
inline constexpr argument given_role[] = {
    {.name = "NAME", .kind = kind::member, .help = "of somebody who has an account"},
    {.name = "ROLE", .optional = true, .help = "guest (none), member, voice, operator or owner"},
    {.name = "WHERE", .optional = true, .help = "everywhere: the role on the server"}};
inline constexpr argument of_account[] = {
    {.name = "NAME", .kind = kind::member, .help = "of somebody who has an account"}};
inline constexpr argument invited[] = {
    {.name = "NAME",
     .kind = kind::member,
     .optional = true,
     .help = "of somebody who has an account; left out: those who are invited are listed"},
    {.name = "SWITCH", .optional = true, .help = "off: the invitation is taken back"}};
inline constexpr argument new_mode[] = {
    {.name = "MODE", .optional = true, .help = "private, moderated or read-only"},
    {.name = "SWITCH", .optional = true, .help = "on or off"}};
inline constexpr argument new_key[] = {{.name = "KEY",
                                        .optional = true,
                                        .secret = true,
                                        .help = "8 to 256 bytes; with blanks in quotes"}};
inline constexpr argument kept[] = {
    {.name = "HOW",
     .optional = true,
     .help = "a time such as 30d, from 1d on; a number of messages, from 100 on; or off"},
    {.name = "MESSAGES", .optional = true, .help = "after a number, the word messages"}};
inline constexpr argument limited[] = {
    {.name = "ACTION", .optional = true, .help = "set or reset, by operators of the server"},
    {.name = "NAME", .optional = true, .help = "of the setting, as /limits lists it"},
    {.name = "VALUE", .optional = true, .help = "as in the configuration; 0: no limit"}};
inline constexpr argument slowness[] = {
    {.name = "SECONDS",
     .kind = kind::number,
     .min = 0,
     .max = 86'400,
     .help = "between two messages of one member; 0: no matter"}};

inline constexpr argument which{.name = "WHICH",
                                .optional = true,
                                .help = "-2: the second newest, @41: the entry of this number; the "
                                        "newest if it is left out"};
inline constexpr argument meant[] = {which};
inline constexpr argument meant_and_said[] = {which, {.name = "TEXT", .kind = kind::text}};
inline constexpr argument meant_and_sign[] = {
    which, {.name = "SIGN", .kind = kind::text, .help = "an emoji, or up to 32 bytes"}};

inline constexpr argument read_until[] = {{.name = "N",
                                           .kind = kind::number,
                                           .optional = true,
                                           .min = 1,
                                           .max = 1'000'000'000'000,
                                           .help = "of an entry; the newest if it is left out"}};
inline constexpr argument blocked[] = {{.name = "NAME",
                                        .kind = kind::member,
                                        .optional = true,
                                        .help = "of somebody who is here, or an account"}};
inline constexpr argument unblocked[] = {
    {.name = "NAME", .kind = kind::member, .help = "as it is in the list of /block"}};
inline constexpr argument strangers[] = {
    {.name = "SWITCH", .optional = true, .help = "on or off; left out: it is told which"}};

inline constexpr argument ignored[] = {{.name = "NAME",
                                        .kind = kind::member,
                                        .optional = true,
                                        .help = "of anybody; left out: they are listed"}};
inline constexpr argument unignored[] = {
    {.name = "NAME", .kind = kind::member, .help = "as it is in the list of /ignore"}};
inline constexpr argument forgotten[] = {
    {.name = "WHOM", .help = "me: nobody can have others forgotten"},
    {.name = "PASSWORD",
     .optional = true,
     .secret = true,
     .help = "your own; of an account without one: its name. Left out: it is told what will go"},
    {.name = "CODE",
     .optional = true,
     .secret = true,
     .help = "of the second factor, if there is one"}};

inline constexpr argument exported[] = {
    {.name = "WHOM", .help = "me: nobody can export others"},
    {.name = "FILE",
     .kind = kind::text,
     .optional = true,
     .help =
         "where asio-chat writes it; left out: it chooses a name. Other programs say here which "
         "piece comes next"}};
inline constexpr argument displayed[] = {
    {.name = "NAME",
     .kind = kind::text,
     .optional = true,
     .help = "40 characters at most; -: none any more; left out: it is told"}};

inline constexpr argument absence[] = {
    {.name = "TEXT", .kind = kind::text, .optional = true, .help = "why, or until when"}};

inline constexpr argument said[] = {{.name = "TEXT", .kind = kind::text}};
inline constexpr argument helped[] = {
    {.name = "NAME", .kind = kind::command, .optional = true, .help = "of a command"}};
inline constexpr argument history_lines[] = {{.name = "N",
                                              .kind = kind::number,
                                              .optional = true,
                                              .min = 1,
                                              .max = 200,
                                              .help = "1 to 200; 20 if it is left out"}};
inline constexpr argument joined[] = {
    {.name = "ROOM",
     .kind = kind::room,
     .help = "small letters, digits and - _ ., with or without #"},
    {.name = "KEY",
     .optional = true,
     .secret = true,
     .help = "of a private room; with blanks in quotes"}};
inline constexpr argument left_room[] = {
    {.name = "ROOM",
     .kind = kind::room,
     .optional = true,
     .help = "if it is left out, the room you are looking at"}};
inline constexpr argument asked_about[] = {
    {.name = "NAME", .kind = kind::member, .help = "of a member, in whatever room, or an account"}};
inline constexpr argument told[] = {
    {.name = "NAME", .kind = kind::member, .help = "of a member, in whatever room they are"},
    {.name = "TEXT", .kind = kind::text}};
inline constexpr argument new_name[] = {
    {.name = "NAME", .help = "letters, digits and - _ . [ ] { } | ^ ` ~; it must be free"}};
inline constexpr argument first_room[] = {
    {.name = "NAME",
     .kind = kind::room,
     .optional = true,
     .help = "where to begin in the list; it need not be there"}};
inline constexpr argument first_member[] = {
    {.name = "NAME",
     .kind = kind::member,
     .optional = true,
     .help = "where to begin in the list; it need not be there"}};
inline constexpr argument announced[] = {
    {.name = "TEXT", .kind = kind::text, .help = "is told to everybody, in whatever room"}};
inline constexpr argument searched[] = {
    {.name = "WORDS", .kind = kind::query, .help = "whole words, in any order and any case"},
    {.name = "NAME", .kind = kind::member, .key = "from", .optional = true, .help = "who said it"},
    {.name = "DATE",
     .kind = kind::date,
     .key = "before",
     .optional = true,
     .help = "2026-11-21 or 2026-11-21T10:07, in UTC: what was said until then"},
    {.name = "DATE",
     .kind = kind::date,
     .key = "after",
     .optional = true,
     .help = "likewise: what was said from then on"},
    {.name = "ROOM",
     .kind = kind::room,
     .key = "in",
     .optional = true,
     .help = "another room that you are in"}};
inline constexpr argument new_topic[] = {{.name = "TEXT",
                                          .kind = kind::text,
                                          .optional = true,
                                          .help =
                                              "the new topic; - removes it; if it is left out, the "
                                              "topic is shown"}};

} // namespace asio_chat::arguments
