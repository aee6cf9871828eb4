// Groups of entries and runs of acknowledgements: what the server sends most.
#include "wire/compact_entries.hpp"
#include "wire/compact_codec.hpp"
#include "wire/compact_fields.hpp"

#include <protozero/varint.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::wire::compact {

namespace {

/// A frame ends when it has so many bytes: less than a receiver has to wait for, and more than its
/// header is worth.
constexpr std::size_t enough_bytes = 32 * 1024;
/// What an entry has besides its text and its address, at most.
constexpr std::size_t entry_overhead = 48;
/// What a group has besides its entries, at most.
constexpr std::size_t group_overhead = 64;

std::int64_t between(wall_time from, wall_time to) {
  return (to - from).count();
}

/// The tag and its length are counted beforehand: the body is written in its place.
void put_entry(std::string& out, const entry& e, std::uint32_t author, std::int64_t later) {
  using field = schema::entry;
  const std::string_view address = e.address;
  const bool destroyed = e.kind == entry_kind::destroyed;
  const std::uint64_t kind = number_of_kind(e.kind);
  const auto length_of = [](std::uint64_t n) {
    return n == 0 ? 0 : 1 + static_cast<std::size_t>(protozero::length_of_varint(n));
  };
  const auto length_of_text = [&](std::string_view text) {
    return text.empty() ? 0 : length_of(text.size()) + text.size();
  };
  const std::size_t length = length_of(author) + length_of_text(e.text) +
                             length_of(protozero::encode_zigzag64(later)) + length_of(kind) +
                             length_of_text(address) + length_of(destroyed ? 1 : 0) +
                             length_of(e.refers.offset) + length_of(number_of_how(e.refers.how));
  out.push_back(static_cast<char>(static_cast<int>(schema::entries::entries) << 3 | 2));
  protozero::add_varint_to_buffer(&out, length);
  writer<field> w(out);
  w.number(field::author, author);
  w.text(field::text, e.text);
  w.signed_number(field::later, later);
  w.number(field::kind, kind);
  w.text(field::address, address);
  w.flag(field::destroyed, destroyed);
  w.number(field::refers, e.refers.offset);
  w.number(field::how, number_of_how(e.refers.how));
}

/// Into `out`, from the first of them on. How many.
std::size_t put_group(std::string& out, std::span<const entry* const> all, numbered_log& names) {
  using field = schema::entries;
  const entry& first = *all.front();
  writer<field> w(out);
  w.number(field::log, names.number());
  w.number(field::first, first.at.offset);
  w.signed_number(field::time, between(names.base(), first.time));
  std::size_t n = 0;
  std::size_t tagged = all.size();
  for (wall_time before = first.time; n < all.size(); ++n) {
    const entry& e = *all[n];
    if (n > 0 && out.size() + e.text.size() + entry_overhead > enough_bytes) break;
    put_entry(out, e, names.author(e.from), between(before, e.time));
    before = e.time;
    if (e.at.tag != 0) tagged = n;
  }
  if (tagged < n) {
    w.fixed(field::tag, all[tagged]->at.tag);
    w.number(field::tag_back, n - 1 - tagged);
  }
  return n;
}

/// Its tag is said to be that of the log up to this very entry.
bool is_tagged_itself(const position& at) noexcept {
  return at.tag_offset == at.offset;
}

/// Whether `next` can be told together with `first`, which `n` others follow.
bool follows(const acknowledged& first, const acknowledged& next, std::uint64_t n,
             const id_counter& ids) {
  const std::uint64_t id = ids.number_of(first.id);
  const bool same_tag = next.at.tag == first.at.tag &&
                        (first.at.tag == 0 ||
                         (is_tagged_itself(first.at) ? is_tagged_itself(next.at)
                                                     : next.at.tag_offset == first.at.tag_offset));
  return id != 0 && !first.duplicate && !next.duplicate && next.room == first.room &&
         next.at == position{first.at.epoch, first.at.offset + n} && same_tag &&
         ids.number_of(next.id) == id + n;
}

std::string ack_frame(std::span<const acknowledged> run, const numbered_log& names,
                      const id_counter& ids) {
  using field = schema::ack;
  const acknowledged& first = run.front();
  const std::uint64_t number = ids.number_of(first.id);
  std::vector<std::int64_t> later;
  for (std::size_t n = 1; n < run.size(); ++n)
    later.push_back(between(run[n - 1].time, run[n].time));
  if (std::ranges::all_of(later, [](auto t) { return t == 0; })) later.clear();
  return frame_of(schema::from_server::ack, body<field>([&](writer<field>& w) {
                    w.number(field::log, names.number());
                    w.number(field::first, first.at.offset);
                    w.signed_number(field::time, between(names.base(), first.time));
                    w.number(field::id, number);
                    w.number(field::more, run.size() - 1);
                    w.signed_numbers(field::later, later);
                    w.flag(field::duplicate, first.duplicate);
                    if (number == 0) w.text(field::own_id, first.id);
                    w.fixed(field::tag, first.at.tag);
                    if (first.at.tag != 0 && !is_tagged_itself(first.at))
                      w.number(field::tag_offset, first.at.tag_offset);
                  }));
}

std::uint32_t small(std::uint64_t number) {
  if (number > 0xFFFF'FFFF) throw_unreadable("a number is too large");
  return static_cast<std::uint32_t>(number);
}

const heard_logs::log& log_of(std::uint32_t number, heard_logs& heard) {
  if (const auto* l = heard.find(number)) return *l;
  throw_unreadable(fmt::format("log {} was not announced", number));
}

/// The numbers of an `Entry`, and views of its texts.
struct entry_fields {
  std::uint64_t author = 0;
  std::string_view text;
  std::int64_t later = 0;
  std::optional<entry_kind> kind = entry_kind::message; ///< none: it is not known here
  std::string_view address;
  bool destroyed = false;
  entry_reference refers{};
};

entry_fields entry_fields_in(std::string_view body) {
  using field = schema::entry;
  entry_fields e;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::author:
      e.author = r.number();
      break;
    case field::text:
      e.text = r.text();
      break;
    case field::later:
      e.later = r.signed_number();
      break;
    case field::kind:
      e.kind = find_kind(r.number());
      break;
    case field::address:
      e.address = r.text();
      break;
    case field::destroyed:
      e.destroyed = r.flag();
      break;
    case field::refers:
      e.refers.offset = r.number();
      break;
    case field::how:
      e.refers.how = find_how(r.number()).value_or(entry_reference::kind::none);
      break;
    default:
      r.skip();
    }
  }
  if (e.destroyed) e.kind = entry_kind::destroyed;
  if (e.refers.how == entry_reference::kind::none) e.refers = {};
  return e;
}

} // namespace

std::vector<std::string> encode(std::span<const entry* const> entries, numbered_log& names) {
  std::vector<std::string> frames;
  while (!entries.empty()) {
    std::string group;
    std::size_t bytes = group_overhead;
    for (const entry* e : entries)
      bytes += e->text.size() + entry_overhead / 2;
    group.reserve(std::min(bytes, enough_bytes + entry_overhead));
    entries = entries.subspan(put_group(group, entries, names));
    frames.push_back(frame_of(schema::from_server::entries, group));
  }
  return frames;
}

std::string encode(std::span<const acknowledged> acks, const numbered_log& names,
                   const id_counter& ids) {
  std::string frames;
  while (!acks.empty()) {
    std::size_t n = 1;
    while (n < std::min(acks.size(), max_run) && follows(acks.front(), acks[n], n, ids))
      ++n;
    frames += ack_frame(acks.first(n), names, ids);
    acks = acks.subspan(n);
  }
  return frames;
}

void read_log(std::string_view body, heard_logs& heard) {
  using field = schema::log;
  std::uint32_t number = 0;
  std::uint32_t first_author = 0;
  heard_logs::log l;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::number:
      number = small(r.number());
      break;
    case field::room:
      l.room = r.string();
      break;
    case field::epoch:
      l.epoch = r.number();
      break;
    case field::time:
      l.base = time_of(r.number());
      break;
    case field::first_author:
      first_author = small(r.number());
      break;
    case field::authors:
      l.authors.push_back(r.string());
      break;
    default:
      r.skip();
    }
  }
  if (first_author + l.authors.size() > log_numbers::max_authors_of_log)
    throw_unreadable(fmt::format("log {} has too many authors", number));
  if (!l.room.empty()) return heard.announce(number, std::move(l));
  heard_logs::log* known = heard.find(number);
  if (!known) throw_unreadable(fmt::format("log {} was not announced", number));
  if (first_author > known->authors.size())
    throw_unreadable(fmt::format("authors of log {} were left out", number));
  known->authors.resize(first_author);
  std::ranges::move(l.authors, std::back_inserter(known->authors));
}

std::vector<native::message> entries_in(std::string_view body, heard_logs& heard) {
  using field = schema::entries;
  const heard_logs::log* of = nullptr;
  std::uint64_t offset = 0;
  std::int64_t time = 0;
  std::uint64_t tag = 0;
  std::uint64_t tag_back = 0;
  std::vector<entry_fields> all;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::log:
      of = &log_of(small(r.number()), heard);
      break;
    case field::first:
      offset = r.number();
      break;
    case field::time:
      time = r.signed_number();
      break;
    case field::entries:
      all.push_back(entry_fields_in(r.bytes()));
      break;
    case field::tag:
      tag = r.fixed();
      break;
    case field::tag_back:
      tag_back = r.number();
      break;
    default:
      r.skip();
    }
  }
  if (!of) throw_unreadable("entries of no log");
  std::vector<native::message> read;
  read.reserve(all.size());
  wall_time at = time_of(of->base, time);
  for (std::size_t n = 0; n < all.size(); ++n) {
    const entry_fields& one = all[n];
    if (one.author >= of->authors.size())
      throw_unreadable(fmt::format("author {} was not announced", one.author));
    at = time_of(at, one.later);
    if (!one.kind) continue; // of tomorrow
    entry e{
        of->room,  {of->epoch, offset + n}, at, of->authors[static_cast<std::size_t>(one.author)],
        *one.kind, std::string(one.text),   {}};
    e.address = rare_text(one.address);
    e.refers = one.refers;
    if (tag != 0 && tag_back == all.size() - 1 - n) {
      e.at.tag = tag;
      e.at.tag_offset = e.at.offset;
    }
    read.emplace_back(event(std::move(e)));
  }
  return read;
}

std::vector<native::message> acks_in(std::string_view body, client_memory& of_client) {
  using field = schema::ack;
  const heard_logs::log* of = nullptr;
  acknowledged one{};
  std::int64_t time = 0;
  std::uint64_t id = 0;
  std::uint64_t more = 0;
  std::vector<std::int64_t> later;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::log:
      of = &log_of(small(r.number()), of_client.logs);
      break;
    case field::first:
      one.at.offset = r.number();
      break;
    case field::time:
      time = r.signed_number();
      break;
    case field::id:
      id = r.number();
      break;
    case field::more:
      more = r.number();
      break;
    case field::later:
      r.signed_numbers(later);
      break;
    case field::duplicate:
      one.duplicate = r.flag();
      break;
    case field::own_id:
      one.id = short_text(r.text());
      break;
    case field::tag:
      one.at.tag = r.fixed();
      break;
    case field::tag_offset:
      one.at.tag_offset = r.number();
      break;
    default:
      r.skip();
    }
  }
  if (!of) throw_unreadable("an ack of no log");
  if (id == 0 && (more > 0 || one.id.empty())) throw_unreadable("an ack without ids");
  if (!later.empty() && later.size() != more) throw_unreadable("an ack without all its times");
  // A client asks for no more at a time, and memory is bounded.
  if (more >= max_run) throw_unreadable("an ack of too many messages");
  const bool are_tagged_themselves = one.at.tag != 0 && one.at.tag_offset == 0;
  if (one.at.tag == 0) one.at.tag_offset = 0;
  one.room = of->room;
  one.at.epoch = of->epoch;
  one.time = time_of(of->base, time);
  std::vector<native::message> read;
  for (std::uint64_t n = 0; n <= more; ++n) {
    if (n > 0 && !later.empty()) one.time = time_of(one.time, later[n - 1]);
    if (id != 0) one.id = of_client.ids.id_of(id + n);
    if (are_tagged_themselves) one.at.tag_offset = one.at.offset;
    read.emplace_back(event(one));
    ++one.at.offset;
  }
  return read;
}

} // namespace asio_chat::wire::compact
