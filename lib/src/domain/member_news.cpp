#include "domain/member_news.hpp"

#include "domain/hub.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace asio_chat {

namespace {

/// So many rooms of a member are told at once, the others a little later.
constexpr std::size_t max_rooms_at_once = 8;
constexpr std::size_t max_rooms_in_a_slice = 32;

} // namespace

void tell_rooms_of(hub& in, const member& who,
                   void (room::*tell)(const member&, room::announcement)) {
  std::vector<std::weak_ptr<room>> later;
  for (const member::presence& p : who.rooms()) {
    if (&p - who.rooms().data() < static_cast<std::ptrdiff_t>(max_rooms_at_once))
      (p.in->*tell)(who, room::announcement::now);
    else
      later.push_back(p.in->weak_from_this());
  }
  if (later.empty()) return; // who is not found by an identity is in one room
  in.in_slices([&in, id = who.who(), tell, later = std::move(later)]() mutable {
    const member* still = in.find_member(id);
    for (std::size_t n = 0; still && n < max_rooms_in_a_slice && !later.empty(); ++n) {
      const auto r = later.back().lock();
      later.pop_back();
      if (r && r->member_names().contains(still->name()))
        ((*r).*tell)(*still, room::announcement::soon);
    }
    return still && !later.empty();
  });
}

} // namespace asio_chat
