#include "net/protocols/compact/group_encoder.hpp"

#include "wire/compact_codec.hpp"

#include <algorithm>
#include <variant>

namespace asio_chat::net {

namespace {

const entry& entry_of(const shared_event& e) {
  return std::get<entry>(e->value);
}

names_heard names_of(std::uint64_t names) {
  return {static_cast<std::uint32_t>(names >> 32), static_cast<std::uint32_t>(names)};
}

bool are_of_one_log(const std::vector<shared_event>& all) {
  const position first = entry_of(all.front()).at;
  for (std::size_t n = 1; n < all.size(); ++n)
    if (entry_of(all[n]).at != position{first.epoch, first.offset + n}) return false;
  return true;
}

} // namespace

group_encoder::encoded group_encoder::operator()(const shared_event& e) {
  shared_bytes& made = e->encoded[codec_];
  // With names that were forgotten since it is encoded anew.
  if (!e->is_encoded[codec_] || !log_of(e->names)) {
    const entry* one = &entry_of(e);
    made = encode(std::span(&one, 1), e->names).front();
    e->is_encoded[codec_] = true;
  }
  return {std::span(&made, 1), names_of(e->names)};
}

group_encoder::encoded group_encoder::operator()(const entry_group& g) {
  std::vector<shared_bytes>& made = g.encoded[codec_];
  if (!made.empty() && log_of(g.names)) return {made, names_of(g.names)};
  if (!are_of_one_log(g.entries())) return {};
  std::vector<const entry*> all;
  all.reserve(g.size());
  for (const shared_event& e : g.entries())
    all.push_back(&entry_of(e));
  made = encode(all, g.names);
  return {made, names_of(g.names)};
}

std::vector<shared_bytes> group_encoder::encode(std::span<const entry* const> entries,
                                                std::uint64_t& names) {
  const entry& first = *entries.front();
  auto& log = logs_.of(first.room, first.at.epoch, first.time, entries.size());
  std::vector<shared_bytes> parts;
  for (std::string& frame : wire::compact::encode(entries, log))
    parts.push_back(run_.append(std::move(frame)));
  names = std::uint64_t{log.number()} << 32 | log.authors();
  return parts;
}

const group_encoder::announcement& group_encoder::missing(const names_heard& needs,
                                                          const names_heard& heard) {
  const bool again = last_log_ == needs.log && last_heard_.log == heard.log &&
                     last_heard_.authors == heard.authors && last_missing_.authors >= needs.authors;
  if (again) return last_missing_;
  const wire::compact::numbered_log& log = *logs_.find(needs.log);
  last_log_ = needs.log;
  last_heard_ = heard;
  last_missing_ = {
      share(heard.log == needs.log ? log.announcement(heard.authors) : log.announcement(), meter_),
      log.authors()};
  return last_missing_;
}

} // namespace asio_chat::net
