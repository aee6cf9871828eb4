#include "domain/command_table.hpp"
#include "domain/commands/commands.hpp"
#include "domain/commands/credentials.hpp"
#include "domain/hub.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::commands {

void answer_to(const asked& q, std::string_view command, reply_data what) {
  q.by.tell(reply{q.ref, std::string(command), {}, {}, make_reply_data(std::move(what))});
}

void answer_to(const asked& q, std::string_view command, lines told) {
  q.by.tell(reply{q.ref, std::string(command), std::move(told), {}, {}});
}

later_answer::later_answer(const asked& q, std::string_view command)
    : in_(q.in.alive())
    , number_(q.by.number())
    , ref_(q.ref)
    , command_(command) {
  q.by.begin(work::answer);
}

void later_answer::operator()(result<lines> told, std::vector<std::string> items) const {
  const auto alive = in_.lock();
  endpoint* by = alive ? (*alive)->find_endpoint(number_) : nullptr;
  if (by == nullptr) return;
  if (told) {
    by->tell(reply{ref_, std::string(command_), *std::move(told), std::move(items), {}});
  } else {
    by->refuse(ref_, told.error());
  }
  by->end(work::answer);
}

result<void> carry_out(const asked& q, requests::rename&& what) {
  if (auto same = check_certificate_name(q, what.name); !same) return same;
  const std::string before = q.by.name();
  if (const auto done = q.in.rename(q.by.of(), what.name); !done) return done.error();
  // Everybody has been told or will be at once, the member too.
  const bool announced = q.by.name() != before && !q.by.memberships().empty();
  answer_to(q, what.command, answers::own_name{q.by.name(), announced});
  return {};
}

result<void> carry_out(const asked& q, requests::quit&&) {
  q.in.quit(q.by, {close_code::quit, "goodbye"});
  return {};
}

result<void> carry_out(const asked& q, requests::help&& what) {
  const auto is_there = [&q](const command_row& row) {
    return !row.needs_many_rooms || q.by.many_rooms();
  };
  if (what.about.empty()) {
    answers::commands all;
    for (const command_row& row : command_table()) {
      if (row.listed && is_there(row)) all.list.push_back(without_explanations(describe(row)));
    }
    for (const auto& own : q.in.own_commands().rows())
      all.list.push_back(without_explanations(own->made.info));
    answer_to(q, what.command, std::move(all));
    return {};
  }
  std::string_view name = what.about;
  if (name.starts_with('/')) name.remove_prefix(1);
  if (const host_row* own = q.in.own_commands().find(name)) {
    answer_to(q, what.command, answers::command{own->made.info});
    return {};
  }
  const command_row* row = find_command(name);
  if (!row || !is_there(*row)) return unknown_command(name);
  answer_to(q, what.command, answers::command{describe(*row)});
  return {};
}

result<void> carry_out(const asked& q, requests::protection&& what) {
  answer_to(q, what.command, q.by.sink().protection());
  return {};
}

result<void> carry_out(const asked&, requests::unreadable&& what) {
  return std::move(what.why);
}

} // namespace asio_chat::commands
