#include "net/protocols/compact/group_encoder.hpp"

#include "support/catch.hpp"
#include "wire/compact_codec.hpp"
#include "wire/frame.hpp"

using namespace asio_chat;
namespace compact = wire::compact;

namespace {

shared_event said(const std::string& room, std::uint64_t offset, const std::string& from,
                  std::uint64_t epoch = 7) {
  return share(entry{room, {epoch, offset}, {}, from, entry_kind::message, "hi", ""});
}

/// What a connection would read of it that has heard nothing.
std::vector<entry> read(net::group_encoder& groups, const net::group_encoder::encoded& e) {
  compact::client_memory memory;
  std::string bytes(groups.missing(e.needs, {}).bytes.view());
  for (const shared_bytes& part : e.parts)
    bytes += part.view();
  std::vector<entry> all;
  for (std::string_view rest = bytes; !rest.empty();) {
    const wire::found_frame f = wire::find_frame(rest, wire::native_payload_cap);
    REQUIRE(f.status == wire::frame_status::frame);
    rest.remove_prefix(f.bytes);
    const auto decoded = compact::parse_messages(f.payload, memory);
    REQUIRE(decoded.index() == 0);
    for (const auto& m : std::get<0>(decoded))
      all.push_back(std::get<entry>(std::get<event>(m)));
  }
  return all;
}

} // namespace

TEST_CASE("a group is encoded once for all connections, and says which names it needs") {
  net::group_encoder groups(0, {});
  entry_group g;
  g.add(said("den", 1, "alice"));
  g.add(said("den", 2, "bob"));
  const auto first = groups(g);
  REQUIRE(first.parts.size() == 1);
  CHECK(first.needs.authors == 2);
  const auto second = groups(g);
  CHECK(second.parts.front().view().data() == first.parts.front().view().data());
  const auto entries = read(groups, first);
  REQUIRE(entries.size() == 2);
  CHECK(entries[1].from == "bob");
  CHECK(groups(said("den", 3, "bob")).needs.log == first.needs.log);
  CHECK(groups(said("lobby", 1, "bob")).needs.log != first.needs.log);
}

TEST_CASE("a connection is told the names that it has not heard, and no others") {
  net::group_encoder groups(0, {});
  const auto alone = groups(said("den", 1, "alice")).needs;
  const std::string whole(groups.missing(alone, {}).bytes.view());
  CHECK(whole.find("den") != std::string::npos);
  CHECK(whole.find("alice") != std::string::npos);
  const auto needs = groups(said("den", 2, "bob")).needs;
  const auto more = groups.missing(needs, alone);
  CHECK(more.authors == 2);
  CHECK(more.bytes.view().find("bob") != std::string::npos);
  CHECK(more.bytes.view().find("alice") == std::string::npos);
  // All who keep up miss the same: it is written once.
  CHECK(groups.missing(needs, alone).bytes.view().data() == more.bytes.view().data());
}

TEST_CASE("entries of several logs, or with a gap between them, are no group") {
  net::group_encoder groups(0, {});
  entry_group two_epochs;
  two_epochs.add(said("den", 1, "alice", 7));
  two_epochs.add(said("den", 2, "alice", 8));
  CHECK(groups(two_epochs).parts.empty());
  entry_group gap;
  gap.add(said("den", 1, "alice"));
  gap.add(said("den", 3, "alice"));
  CHECK(groups(gap).parts.empty());
}

TEST_CASE("what needs names that were forgotten meanwhile is encoded anew") {
  net::group_encoder groups(0, {});
  const shared_event e = said("den", 1, "alice");
  entry_group g;
  g.add(e);
  const auto before = groups(e).needs.log;
  CHECK(groups(g).needs.log == before);
  groups(said("den", 1, "alice", 8)); // the log was made anew
  CHECK(groups(e).needs.log != before);
  CHECK(read(groups, groups(e)).front().at == position{7, 1});
  CHECK(groups(g).needs.log != before);
}
