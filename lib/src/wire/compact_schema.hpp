// The numbers of fields in docs/protocol/asio_chat.proto.
#pragma once

#include <protozero/types.hpp>

namespace asio_chat::wire::compact::schema {

using field_number = protozero::pbf_tag_type;

enum class any_field : field_number {};

enum class position : field_number { epoch = 1, offset, tag, tag_offset };

enum class to_server : field_number { send = 1, hello, join, leave, command, history, ping, bye };
enum class hello : field_number {
  name = 1,
  passphrase,
  room,
  agent,
  resume,
  after,
  history,
  data_replies,
  ids,
  direct_rooms,
};
enum class join : field_number { ref = 1, room, after, history };
enum class leave : field_number { ref = 1, room };
enum class send : field_number { id = 1, own_id, room, text, kind, refers, how };
enum class command : field_number { ref = 1, room, line };
enum class history : field_number { ref = 1, room, after, before, around, limit };
enum class ping : field_number { ref = 1 }; ///< and pong

enum class from_server : field_number {
  entries = 1,
  ack,
  log,
  welcome,
  room,
  joined,
  left,
  renamed,
  direct,
  gap,
  reply,
  error,
  history,
  pong,
  goodbye,
};
enum class log : field_number { number = 1, room, epoch, time, first_author, authors };
enum class entries : field_number { log = 1, first, time, entries, tag, tag_back };
enum class entry : field_number { author = 1, text, later, kind, address, destroyed, refers, how };
enum class ack : field_number {
  log = 1,
  first,
  time,
  id,
  more,
  later,
  duplicate,
  own_id,
  tag,
  tag_offset,
};
enum class welcome : field_number {
  name = 1,
  server,
  text_bytes,
  commands,
  resume,
  idle_ms,
  syntax
};
enum class command_info : field_number { name = 1, arguments, help, details };
enum class argument : field_number { name = 1, kind, key, optional, secret, min, max, help };
enum class room : field_number { ref = 1, room, topic, members, head, guests, proofs, read };
enum class presence : field_number { room = 1, name, guest, proof };
enum class renamed : field_number { room = 1, from, to };
enum class direct : field_number { from = 1, to, time, text, proof };
enum class gap : field_number { room = 1, after, next };
enum class reply : field_number { ref = 1, command, lines, items, data };
enum class data : field_number {
  members = 1,
  rooms,
  topic,
  log,
  found,
  commands,
  command,
  sent,
  left,
  own_name,
  protection,
};
enum class members : field_number { room = 1, names, total, next, guests, displayed, away };
enum class rooms : field_number { rooms = 1, total, next };
enum class one_room : field_number { name = 1, members, topic };
enum class topic : field_number { room = 1, topic };
enum class asked : field_number { room = 1, entries, asked, earlier };
enum class found : field_number { room = 1, entries, more, incomplete };
enum class commands : field_number { commands = 1 };
enum class sent : field_number { to = 1, text, time };
enum class left : field_number { room = 1 };
enum class own_name : field_number { name = 1, announced };
enum class protection : field_number {
  encrypted = 1,
  version,
  cipher_suite,
  group,
  server_subject,
  server_sha256,
  client_subject,
};
enum class error : field_number { ref = 1, code, message, id };
enum class page : field_number { ref = 1, room, entries, earlier, more, gap, another_log };
enum class page_entry : field_number {
  position = 1,
  time,
  from,
  kind,
  text,
  address,
  room,
  destroyed,
  refers,
  how,
};
enum class goodbye : field_number { code = 1, phrase };

} // namespace asio_chat::wire::compact::schema
