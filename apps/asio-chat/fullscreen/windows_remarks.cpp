// What the client and the server say, and no member.
#include "fullscreen/windows.hpp"

#include "room_focus.hpp"

#include <utility>

namespace asio_chat::app {

void windows::remark(log_line::kind what, std::string text, wall_time now) {
  current().log.append({what, now, {}, std::move(text)});
}

void windows::remark_on_server(std::string text, wall_time now) {
  all_.front()->log.append({log_line::kind::notice, now, {}, std::move(text)});
}

std::string windows::told_by_server(const std::string& put_out_of, const std::string& text,
                                    wall_time now) {
  // With the sign of the server, which is not that of the client: it may be an announcement.
  window* room = find(window::kind::room, put_out_of);
  if (room) room->log.append({log_line::kind::answer, now, {}, text});
  if (room != &current()) remark(log_line::kind::answer, text, now);
  // An invitation is looked for later.
  if (!room && current().what != window::kind::server) remark_on_server(text, now);
  return room ? room->title() : all_.front()->title();
}

void windows::connected_again() {
  for (const auto& w : all_)
    w->in = false;
}

void windows::warn_of(const std::string& room, const std::string& name, const std::string& text,
                      wall_time now) {
  window* alone = find(window::kind::direct, name);
  if (!alone && is_direct_room(room)) alone = &open_direct(name);
  for (window* w : {find(window::kind::room, room), alone})
    if (w) w->log.append({log_line::kind::notice, now, {}, text});
}

} // namespace asio_chat::app
