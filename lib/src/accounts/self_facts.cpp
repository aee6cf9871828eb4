#include "accounts/self_facts.hpp"

#include "accounts/fact_fields.hpp"
#include "accounts/facts.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <utility>

namespace asio_chat {

fact fact_of(const ignored_members& i) {
  field_writer w;
  w.id(i.account).number(i.accounts.size());
  for (const auto& [who, name] : i.accounts)
    w.id(who).text(name);
  w.number(i.others.size());
  for (const auto& [folded, name] : i.others)
    w.text(folded).text(name);
  return {fact_kind::ignored, key_of(i.account), w.take()};
}

ignored_members ignored_in(const fact& f) {
  field_reader r(f.value);
  ignored_members i;
  i.account = r.bytes();
  for (auto n = r.number<std::uint32_t>(); n > 0; --n) {
    const identity who = r.bytes();
    i.accounts[who] = r.text();
  }
  for (auto n = r.number<std::uint32_t>(); n > 0; --n) {
    std::string folded(r.text());
    i.others[std::move(folded)] = r.text();
  }
  return i;
}

fact fact_of(const displayed_name& d) {
  return {fact_kind::displayed, key_of(d.account),
          field_writer().id(d.account).text(d.name).take()};
}

displayed_name displayed_in(const fact& f) {
  field_reader r(f.value);
  displayed_name d;
  d.account = r.bytes();
  d.name = r.text();
  return d;
}

fact fact_of(const farewell& f) {
  field_writer w;
  w.id(f.account).text(f.name).time(f.asked).number(f.authors.size());
  for (const identity& who : f.authors)
    w.id(who);
  return {fact_kind::farewell, key_of(f.account), w.take()};
}

farewell farewell_in(const fact& f) {
  field_reader r(f.value);
  farewell gone;
  gone.account = r.bytes();
  gone.name = r.text();
  gone.asked = r.time();
  for (auto n = r.number<std::uint32_t>(); n > 0; --n)
    gone.authors.push_back(r.bytes());
  return gone;
}

std::string statement_of(const farewell& f, std::string_view head) {
  std::vector<std::string> authors;
  for (const identity& who : f.authors)
    authors.push_back(fmt::format("\"{}\"", key_of(who)));
  // No name has a sign that would have to be escaped.
  return fmt::format(
      R"({{"asio-chat":"forgotten","account":"{}","name":"{}","time":"{:%Y-%m-%dT%H:%M:%SZ}","authors":[{}],"head":"{}"}})",
      key_of(f.account), f.name, std::chrono::floor<std::chrono::seconds>(f.asked),
      fmt::join(authors, ","), head);
}

} // namespace asio_chat
