#include "domain/commands/room_changes.hpp"

#include "domain/hub.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <fmt/format.h>

#include <memory>
#include <utility>
#include <vector>

namespace asio_chat::commands {

result<void> change_room(const asked& q, std::string_view command,
                         std::function<void(room_facts&)> how, const std::string& done,
                         const std::string& already, const std::string& also,
                         std::function<void(hub&)> then) {
  people& p = q.in.people();
  const std::string room = q.about->name();
  const auto is_so = std::make_shared<bool>(false);
  q.by.begin_changing(); // what is said next is said in the room as it is then
  p.change(
      [&p, room, is_so, how = std::move(how)]() -> result<std::vector<fact>> {
        room_facts changed = p.room_or_new(room);
        const fact before = fact_of(changed);
        how(changed);
        fact after = fact_of(changed);
        *is_so = after.value == before.value;
        return *is_so ? std::vector<fact>() : std::vector<fact>{std::move(after)};
      },
      [in = q.in.alive(), room, number = q.by.number(), by = q.by.name(), done, already, also,
       is_so, then = std::move(then), answer = later_answer(q, command)](const result<void>& kept) {
        const auto alive = in.lock();
        if (!alive) return;
        if (endpoint* e = (*alive)->find_endpoint(number)) e->end_changing();
        if (!kept) return answer(kept.error());
        if (*is_so) return answer(std::vector<std::string>{already});
        const std::string told = fmt::format("{} has {}", by, done);
        // Who reads the notes is not in this room.
        (*alive)->note_in(room, number,
                          boost::algorithm::replace_last_copy(fmt::format("{} in {}", told, room),
                                                              " of this room in ", " of "));
        (*alive)->announce(room, told);
        (*alive)->grade(room);
        if (then) then(**alive);
        std::vector<std::string> list{fmt::format("you have {}", done)};
        if (!also.empty()) list.push_back(also);
        answer(std::move(list));
      });
  return {};
}

} // namespace asio_chat::commands
