// The data of replies.
#include "wire/compact_fields.hpp"

#include <memory>
#include <variant>

namespace asio_chat::wire::compact {

namespace {

using data_kind = schema::data;

/// What a reply has besides its lists: flags, numbers, a name, and its envelope.
std::size_t bytes_left() noexcept {
  return bytes_for_lists(256);
}

/// The newest of them, as many as fit; whether that is all.
template <class Field>
bool put_newest(writer<Field>& w, Field f, const std::vector<entry>& entries,
                std::string_view room) {
  std::size_t left = bytes_left();
  std::vector<std::string> bodies;
  for (auto e = entries.rbegin(); e != entries.rend(); ++e) {
    std::string one = body_of(*e, room);
    if (one.size() + 4 > left) break;
    left -= one.size() + 4;
    bodies.push_back(std::move(one));
  }
  for (auto one = bodies.rbegin(); one != bodies.rend(); ++one)
    w.message(f, *one);
  return bodies.size() == entries.size();
}

struct answer_writer {
  writer<data_kind>& out;

  void operator()(const answers::members& m) {
    using field = schema::members;
    out.message(data_kind::members, body<field>([&](writer<field>& w) {
                  w.text(field::room, m.room);
                  std::size_t left = bytes_left();
                  const auto same = [](const std::string& name) { return name; };
                  const std::size_t n = w.list(field::names, m.names, left, same);
                  w.number(field::total, m.total);
                  w.text(field::next, n < m.names.size() ? m.names[n] : m.next);
                  w.list(field::guests, m.guests, left, same);
                  w.list(field::displayed, m.displayed, left, same);
                  w.list(field::away, m.away, left, same);
                }));
  }
  void operator()(const answers::rooms& r) {
    using field = schema::rooms;
    using one_field = schema::one_room;
    const auto body_of_one = [](const answers::rooms::one& one) {
      return body<one_field>([&](writer<one_field>& w) {
        w.text(one_field::name, one.name);
        w.number(one_field::members, one.members);
        w.text(one_field::topic, one.topic);
      });
    };
    out.message(data_kind::rooms, body<field>([&](writer<field>& w) {
                  std::size_t left = bytes_left();
                  const std::size_t n = w.list(field::rooms, r.list, left, body_of_one);
                  w.number(field::total, r.total);
                  w.text(field::next, n < r.list.size() ? r.list[n].name : r.next);
                }));
  }
  void operator()(const answers::topic& t) {
    using field = schema::topic;
    out.message(data_kind::topic, body<field>([&](writer<field>& w) {
                  w.text(field::room, t.room);
                  w.text(field::topic, t.text);
                }));
  }
  void operator()(const answers::log& l) {
    using field = schema::asked;
    out.message(data_kind::log, body<field>([&](writer<field>& w) {
                  w.text(field::room, l.room);
                  const bool all = put_newest(w, field::entries, l.entries, l.room);
                  w.number(field::asked, l.asked);
                  w.flag(field::earlier, l.earlier || !all);
                }));
  }
  void operator()(const answers::found& f) {
    using field = schema::found;
    out.message(data_kind::found, body<field>([&](writer<field>& w) {
                  w.text(field::room, f.room);
                  const bool all = put_newest(w, field::entries, f.entries, f.room);
                  w.flag(field::more, f.more || !all);
                  w.flag(field::incomplete, f.incomplete);
                }));
  }
  void operator()(const answers::commands& c) {
    using field = schema::commands;
    out.message(data_kind::commands, body<field>([&](writer<field>& w) {
                  std::size_t left = bytes_left();
                  w.list(field::commands, c.list, left,
                         [](const command_info& one) { return body_of(one); });
                }));
  }
  void operator()(const answers::command& c) { out.message(data_kind::command, body_of(c.about)); }
  void operator()(const answers::sent& s) {
    using field = schema::sent;
    out.message(data_kind::sent, body<field>([&](writer<field>& w) {
                  w.text(field::to, s.to);
                  w.text(field::text, s.text);
                  w.number(field::time, milliseconds(s.time));
                }));
  }
  void operator()(const answers::left& l) {
    using field = schema::left;
    out.message(data_kind::left, body<field>([&](auto& w) { w.text(field::room, l.room); }));
  }
  void operator()(const answers::own_name& n) {
    using field = schema::own_name;
    out.message(data_kind::own_name, body<field>([&](writer<field>& w) {
                  w.text(field::name, n.name);
                  w.flag(field::announced, n.announced);
                }));
  }
  void operator()(const answers::protection& p) {
    using field = schema::protection;
    out.message(data_kind::protection, body<field>([&](writer<field>& w) {
                  w.flag(field::encrypted, p.encrypted);
                  if (!p.encrypted) return;
                  w.text(field::version, p.version);
                  w.text(field::cipher_suite, p.cipher_suite);
                  w.text(field::group, p.group);
                  w.text(field::server_subject, p.server_subject);
                  w.text(field::server_sha256, p.server_sha256);
                  w.text(field::client_subject, p.client_subject);
                }));
  }
};

answers::members members_in(std::string_view body) {
  using field = schema::members;
  answers::members m;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::room:
      m.room = r.string();
      break;
    case field::names:
      m.names.push_back(r.string());
      break;
    case field::total:
      m.total = static_cast<std::size_t>(r.number());
      break;
    case field::next:
      m.next = r.string();
      break;
    case field::guests:
      m.guests.push_back(r.string());
      break;
    case field::displayed:
      m.displayed.push_back(r.string());
      break;
    case field::away:
      m.away.push_back(r.string());
      break;
    default:
      r.skip();
    }
  }
  return m;
}

answers::rooms::one one_room_in(std::string_view body) {
  using field = schema::one_room;
  answers::rooms::one one;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::name:
      one.name = r.string();
      break;
    case field::members:
      one.members = static_cast<std::size_t>(r.number());
      break;
    case field::topic:
      one.topic = r.string();
      break;
    default:
      r.skip();
    }
  }
  return one;
}

answers::rooms rooms_in(std::string_view body) {
  using field = schema::rooms;
  answers::rooms all;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::rooms:
      all.list.push_back(one_room_in(r.bytes()));
      break;
    case field::total:
      all.total = static_cast<std::size_t>(r.number());
      break;
    case field::next:
      all.next = r.string();
      break;
    default:
      r.skip();
    }
  }
  return all;
}

answers::topic topic_in(std::string_view body) {
  using field = schema::topic;
  answers::topic t;
  for (reader<field> r(body); r.next();) {
    if (r.field() == field::room)
      t.room = r.string();
    else if (r.field() == field::topic)
      t.text = r.string();
    else
      r.skip();
  }
  return t;
}

answers::log log_in(std::string_view body) {
  using field = schema::asked;
  answers::log l;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::room:
      l.room = r.string();
      break;
    case field::entries:
      l.entries.push_back(page_entry_in(r.bytes()));
      break;
    case field::asked:
      l.asked = static_cast<std::size_t>(r.number());
      break;
    case field::earlier:
      l.earlier = r.flag();
      break;
    default:
      r.skip();
    }
  }
  fill_rooms(l.entries, l.room);
  return l;
}

answers::found found_in(std::string_view body) {
  using field = schema::found;
  answers::found f;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::room:
      f.room = r.string();
      break;
    case field::entries:
      f.entries.push_back(page_entry_in(r.bytes()));
      break;
    case field::more:
      f.more = r.flag();
      break;
    case field::incomplete:
      f.incomplete = r.flag();
      break;
    default:
      r.skip();
    }
  }
  fill_rooms(f.entries, f.room);
  return f;
}

answers::commands commands_in(std::string_view body) {
  using field = schema::commands;
  answers::commands c;
  for (reader<field> r(body); r.next();) {
    if (r.field() == field::commands)
      c.list.push_back(command_in(r.bytes()));
    else
      r.skip();
  }
  return c;
}

answers::sent sent_in(std::string_view body) {
  using field = schema::sent;
  answers::sent s;
  for (reader<field> r(body); r.next();) {
    if (r.field() == field::to)
      s.to = r.string();
    else if (r.field() == field::text)
      s.text = r.string();
    else if (r.field() == field::time)
      s.time = time_of(r.number());
    else
      r.skip();
  }
  return s;
}

answers::left left_in(std::string_view body) {
  using field = schema::left;
  answers::left l;
  for (reader<field> r(body); r.next();) {
    if (r.field() == field::room)
      l.room = r.string();
    else
      r.skip();
  }
  return l;
}

answers::own_name own_name_in(std::string_view body) {
  using field = schema::own_name;
  answers::own_name n;
  for (reader<field> r(body); r.next();) {
    if (r.field() == field::name)
      n.name = r.string();
    else if (r.field() == field::announced)
      n.announced = r.flag();
    else
      r.skip();
  }
  return n;
}

answers::protection protection_in(std::string_view body) {
  using field = schema::protection;
  answers::protection p;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::encrypted:
      p.encrypted = r.flag();
      break;
    case field::version:
      p.version = r.string();
      break;
    case field::cipher_suite:
      p.cipher_suite = r.string();
      break;
    case field::group:
      p.group = r.string();
      break;
    case field::server_subject:
      p.server_subject = r.string();
      break;
    case field::server_sha256:
      p.server_sha256 = r.string();
      break;
    case field::client_subject:
      p.client_subject = r.string();
      break;
    default:
      r.skip();
    }
  }
  return p;
}

} // namespace

std::string body_of(const reply_data& d) {
  return body<data_kind>([&](writer<data_kind>& w) { std::visit(answer_writer{w}, d); });
}

std::optional<reply_data> data_in(std::string_view body) {
  for (reader<data_kind> r(body); r.next();) {
    switch (r.field()) {
    case data_kind::members:
      return members_in(r.bytes());
    case data_kind::rooms:
      return rooms_in(r.bytes());
    case data_kind::topic:
      return topic_in(r.bytes());
    case data_kind::log:
      return log_in(r.bytes());
    case data_kind::found:
      return found_in(r.bytes());
    case data_kind::commands:
      return commands_in(r.bytes());
    case data_kind::command:
      return answers::command{command_in(r.bytes())};
    case data_kind::sent:
      return sent_in(r.bytes());
    case data_kind::left:
      return left_in(r.bytes());
    case data_kind::own_name:
      return own_name_in(r.bytes());
    case data_kind::protection:
      return protection_in(r.bytes());
    default:
      r.skip();
    }
  }
  return std::nullopt;
}

} // namespace asio_chat::wire::compact
