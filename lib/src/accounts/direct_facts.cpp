#include "accounts/direct_facts.hpp"

#include "accounts/fact_fields.hpp"
#include "accounts/facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat {

std::string direct_log_name(const identity& one, const identity& another) {
  const auto& [low, high] = std::minmax(one, another);
  return fmt::format("@{}-{}", key_of(low), key_of(high));
}

fact fact_of(const direct_log& d) {
  field_writer w;
  for (const direct_log::side& s : d.sides)
    w.id(s.who)
        .number(s.spoke ? 1 : 0)
        .number(s.read.epoch)
        .number(s.read.offset)
        .number(s.read.tag)
        .number(s.read.tag_offset);
  w.time(d.made);
  return {fact_kind::direct_log, direct_log_name(d.sides[0].who, d.sides[1].who), w.take()};
}

direct_log direct_log_in(const fact& f) {
  field_reader r(f.value);
  direct_log d;
  for (direct_log::side& s : d.sides) {
    s.who = r.bytes();
    s.spoke = r.number() != 0;
    s.read.epoch = r.number();
    s.read.offset = r.number();
    s.read.tag = r.number();
    s.read.tag_offset = r.number();
  }
  d.made = r.time();
  return d;
}

fact fact_of(const account_wishes& wanted) {
  field_writer w;
  w.id(wanted.account).number(wanted.strangers ? 0 : 1).number(wanted.blocked.size());
  for (const auto& [who, name] : wanted.blocked)
    w.id(who).text(name);
  return {fact_kind::wishes, key_of(wanted.account), w.take()};
}

account_wishes wishes_in(const fact& f) {
  field_reader r(f.value);
  account_wishes wanted;
  wanted.account = r.bytes();
  wanted.strangers = r.number() == 0;
  for (auto n = r.number<std::uint32_t>(); n > 0; --n) {
    const identity who = r.bytes();
    wanted.blocked[who] = r.text();
  }
  return wanted;
}

} // namespace asio_chat
