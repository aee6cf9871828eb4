#include "domain/displayed_names.hpp"

#include "domain/hub.hpp"
#include "model/displayed_names.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace asio_chat {

namespace {

/// A frame has some more.
constexpr std::size_t max_bytes = 40 * 1024;

/// Of a crowd no more are looked at; `/who` tells the rest.
constexpr std::size_t max_members = 500;

/// So many rooms of a member are told at once, the others a little later.
constexpr std::size_t max_rooms_at_once = 8;

} // namespace

reply displayed_in(const people& known, const std::map<std::string, const member*>& members) {
  std::vector<std::string> all;
  std::size_t bytes = 0;
  std::size_t looked = 0;
  for (const auto& [name, who] : members) {
    if (++looked > max_members) break;
    const std::string* shown = known.displayed_by(who->who());
    if (!shown) continue;
    all.push_back(displayed_item(name, *shown));
    bytes += all.back().size();
    if (bytes > max_bytes) break;
  }
  return list_of_displayed(std::move(all));
}

reply displayed_of(const people& known, const member& m) {
  const std::string* shown = known.displayed_by(m.who());
  return list_of_displayed({displayed_item(m.name(), shown ? *shown : std::string())});
}

void tell_displayed(hub& in, const identity& account) {
  const member* m = in.find_member(account);
  if (!m) return;
  std::size_t told = 0;
  for (const member::presence& p : m->rooms())
    p.in->tell_displayed(*m, ++told > max_rooms_at_once ? room::announcement::soon
                                                        : room::announcement::now);
}

} // namespace asio_chat
