#include "accounts/policy.hpp"

#include "support/catch.hpp"

#include <map>
#include <string>

using namespace asio_chat;

namespace {

/// What the documents say: for each right a letter for guest, member, voice, operator and owner.
const std::map<right, std::string> cells{
    {right::speak, "yyyyy"},
    {right::speak_moderated, "--yyy"},
    {right::speak_read_only, "---yy"},
    {right::send_direct, "yyyyy"},
    {right::read_log, "yyyyy"},
    {right::join_rooms, "yyyyy"},
    {right::open_rooms, "yyyyy"},
    {right::rename, "yyyyy"},
    {right::set_topic, "-yyyy"},
    {right::enter_private, "---yy"},
    {right::invite, "---yy"},
    {right::kick, "---yy"},
    {right::mute, "---yy"},
    {right::ban, "---yy"},
    {right::set_mode, "---yy"},
    {right::give_voice, "---yy"},
    {right::give_roles, "----y"},
    {right::read_audit, "---yy"},
    {right::edit_own, "yyyyy"},
    {right::delete_own, "yyyyy"},
    {right::delete_others, "---yy"},
    {right::react, "yyyyy"},
    {right::set_limits, "---yy"},
    {right::pin, "---yy"},
    {right::set_retention, "----y"},
    {right::list_members, "yyyyy"},
    {right::announce, "---yy"},
};

} // namespace

TEST_CASE("each role has the rights of its column, cell by cell") {
  REQUIRE(policy_table().size() == cells.size());
  for (const auto& [what, letters] : cells) {
    for (const role r : all_roles) {
      INFO(name_of(r) << ", " << phrase_of(what));
      CHECK(rights_of(r).has(what) == (letters[static_cast<std::size_t>(r)] == 'y'));
    }
  }
}

TEST_CASE("whatever a row of the table gives, it gives to those above as well") {
  for (const policy_row& row : policy_table())
    for (const role r : all_roles)
      CHECK(rights_of(r).has(row.what) == (r >= row.from));
}

TEST_CASE("the printed table has a line for each right and a word for each cell") {
  const auto lines = policy_lines();
  REQUIRE(lines.size() == policy_table().size() + 1);
  CHECK(lines.front().find("operator") != std::string::npos);
  CHECK(lines[9] ==
        "set the topic                           -      yes      yes      yes      yes");
}

TEST_CASE("a moderated or read-only room, and a mute, take the word from those below") {
  const auto speaks = [](role r, const room_modes& m, bool muted = false) {
    return rights_in_room(r, m, muted).has(right::speak);
  };
  room_modes moderated;
  moderated.moderated = true;
  room_modes read_only;
  read_only.read_only = true;
  CHECK_FALSE(speaks(role::member, moderated));
  CHECK(speaks(role::voice, moderated));
  CHECK_FALSE(speaks(role::voice, read_only));
  CHECK(speaks(role::op, read_only));
  CHECK(speaks(role::guest, {}));
  CHECK_FALSE(speaks(role::op, {}, true));
  for (const right r : {right::set_topic, right::edit_own, right::react})
    CHECK_FALSE(rights_in_room(role::member, moderated, false).has(r));
  CHECK(rights_in_room(role::member, moderated, false).has(right::delete_own));
}

TEST_CASE("a role is found by its name, an operator also by a short one") {
  for (const role r : all_roles)
    CHECK(find_role(name_of(r)) == r);
  CHECK(find_role("OP") == role::op);
  CHECK_FALSE(find_role("king"));
}
