#include "journal/sqlite/room_table.hpp"

#include "journal/sqlite/binary.hpp"
#include "journal/sqlite/columns.hpp"
#include "journal/sqlite/secret_key.hpp"

#include <fmt/format.h>

namespace asio_chat::sqlite {

namespace {

constexpr const char* columns =
    "number, tag, name, epoch, first, head, time, topic, chain_before, chain, bytes, key, mac";

/// Ahead of a topic whose text has a key of its own; no number of a key begins with it.
constexpr char own_text_key = 0;

/// The one of epochs.
bool has_column(const SQLite::Database& db) {
  SQLite::Statement has(db, "SELECT count(*) FROM pragma_table_info('rooms') WHERE name='earlier'");
  has.executeStep();
  return has.getColumn(0).getInt() > 0;
}

std::string select_rooms(const SQLite::Database& db, std::string_view which) {
  return fmt::format("SELECT {}, {} FROM rooms WHERE {}", columns,
                     has_column(db) ? "earlier" : "x''", which);
}

std::string insert_room(const SQLite::Database& db) {
  return fmt::format("INSERT INTO rooms ({}{}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?{})", columns,
                     has_column(db) ? ", earlier" : "", has_column(db) ? ",?" : "");
}

/// A room's tag stays: setting it would write a page of its index with each message.
std::string update_room(const SQLite::Database& db) {
  return fmt::format("UPDATE rooms SET name=?3, epoch=?4, first=?5, head=?6, time=?7, topic=?8, "
                     "chain_before=?9, chain=?10, bytes=?11, key=?12, mac=?13{} WHERE number=?1",
                     has_column(db) ? ", earlier=?14" : "");
}

std::string topic_context(const room_row& r) {
  return fmt::format("topic of room {}", r.number);
}

/// Of a kind, and each part with a length that is fixed or said: no two rows have the same bytes.
std::string bytes_of(const room_row& r) {
  std::string bytes = "asio-chat room 1";
  if (!r.earlier.empty()) {
    const std::string epochs = bytes_of(r.earlier);
    bytes.back() = '2';
    put_varint(bytes, epochs.size());
    bytes.append(epochs);
  }
  bytes.append(view_of(r.tag));
  bytes.append(view_of(r.chain_before));
  bytes.append(view_of(r.chain));
  put_fixed(bytes, r.number);
  put_fixed(bytes, r.epoch);
  put_fixed(bytes, r.first);
  put_fixed(bytes, r.head);
  put_fixed(bytes, std::int64_t{r.time.time_since_epoch().count()});
  put_fixed(bytes, r.bytes);
  put_fixed(bytes, r.key);
  put_varint(bytes, r.name.size());
  bytes.append(r.name);
  bytes.append(r.topic);
  return bytes;
}

std::string bytes_of(const store_header& h) {
  std::string bytes = "asio-chat house 1";
  put_fixed(bytes, h.rooms);
  put_fixed(bytes, h.epoch);
  return bytes;
}

[[noreturn]] void complain(const std::string& what) {
  throw damage(
      fmt::format("it is damaged, or of another key ring: {} is not as it was written", what));
}

} // namespace

std::string seal_name(const key_ring& keys, std::string_view name) {
  return keys.seal_text(name, "name of a room");
}

result<std::string> open_name(const key_ring& keys, const room_row& r) {
  return keys.open_text(r.name, "name of a room");
}

std::string seal_topic(const room_key& key, std::uint32_t key_number, const room_row& r,
                       const said_topic& topic) {
  if (topic.text.empty()) return {};
  std::string bytes;
  if (!key.texts()) {
    put_varint(bytes, key_number);
    return bytes + seal_bytes(key.for_sealing(), topic.text, topic_context(r));
  }
  const std::uint64_t author = key.place_of_author(topic.from);
  const seal_nonce nonce = draw_nonce();
  std::string text = topic.text;
  if (!text_cipher(*key.texts(), text_cipher::use::sealing, view_of(nonce))
           .apply(topic.offset, author, text))
    throw damage("the key for a topic has been destroyed before it was set");
  bytes.push_back(own_text_key);
  put_varint(bytes, key_number);
  put_varint(bytes, topic.offset);
  put_varint(bytes, author);
  return bytes + seal_bytes(key.for_sealing(), nonce, text, topic_context(r));
}

bool has_own_key(std::string_view sealed_topic) noexcept {
  return sealed_topic.starts_with(own_text_key);
}

result<std::string> open_topic(key_ring& keys, const room_row& r) {
  if (r.topic.empty()) return std::string();
  const bool own = has_own_key(r.topic);
  byte_reader bytes(std::string_view(r.topic).substr(own ? 1 : 0));
  // All of them are there: the row is as it was written.
  const auto number = bytes.varint();
  const auto offset = own ? bytes.varint() : std::nullopt;
  const auto author = own ? bytes.varint() : std::nullopt;
  const auto key = keys.key(r.tag, static_cast<std::uint32_t>(number.value_or(0)));
  if (!key && key.error().code == errc::not_available) return std::string();
  if (!key) return key.error();
  const std::string_view sealed = *bytes.bytes(bytes.left());
  auto topic = open_bytes((*key)->for_sealing(), sealed, topic_context(r));
  if (topic && !own) return *std::move(topic);
  if (topic && (*key)->texts()) {
    const bool is_there = text_cipher(*(*key)->texts(), text_cipher::use::opening, sealed)
                              .apply(offset.value_or(0), author.value_or(0), *topic);
    return is_there ? *std::move(topic) : std::string();
  }
  return fail(errc::storage_failed,
              fmt::format("the {} is damaged, or sealed by another key ring", topic_context(r)));
}

bool is_erased(const room_row& r, const std::map<room_tag, std::uint32_t>& destroyed) noexcept {
  const auto found = destroyed.find(r.tag);
  return found != destroyed.end() && r.key != 0 && r.key <= found->second;
}

void check_count(room_table& rooms, std::int64_t count) {
  if (count != rooms.header().rooms) throw damage("a room has been taken out, or put in");
}

bool room_table::has_epochs(const SQLite::Database& db) {
  return has_column(db);
}

room_table::room_table(SQLite::Database& db, const key_ring& keys, table_sums* sums)
    : keys_(keys)
    , sums_(sums)
    , find_(db, select_rooms(db, "tag=?"))
    , next_(db, select_rooms(db, "number>? ORDER BY number LIMIT 1"))
    , insert_(db, insert_room(db))
    , update_(db, update_room(db))
    , erase_(db, "DELETE FROM rooms WHERE number=?" + returning(covered::rooms))
    , mac_(db, "SELECT mac FROM rooms WHERE number=?")
    , set_mac_(db, "UPDATE rooms SET mac=? WHERE number=?")
    , header_(db, "SELECT rooms, epoch, mac FROM house")
    , clear_header_(db, "DELETE FROM house" + returning(covered::house))
    , set_header_(db, "INSERT INTO house (only, rooms, epoch, mac) VALUES (1, ?, ?, ?)" +
                          returning(covered::house)) {}

std::optional<found_row> room_table::any_row(SQLite::Statement& s) {
  if (!s.executeStep()) {
    s.reset();
    return {};
  }
  found_row found;
  room_row& r = found.row;
  r.number = s.getColumn(0).getInt64();
  r.tag = array_at<room_tag>(s, 1);
  r.name = bytes_at(s, 2);
  r.epoch = number_at(s, 3);
  r.first = number_at(s, 4);
  r.head = number_at(s, 5);
  r.time = time_at(s, 6);
  r.topic = bytes_at(s, 7);
  r.chain_before = array_at<chain_value>(s, 8);
  r.chain = array_at<chain_value>(s, 9);
  r.bytes = number_at(s, 10);
  r.key = key_number_at(s, 11);
  const bool key_is_good = s.getColumn(11).getInt64() == std::int64_t{r.key};
  r.mac = array_at<chain_value>(s, 12);
  auto earlier = epochs_in(bytes_at(s, 13));
  s.reset();
  const bool is_formed = key_is_good && earlier.has_value();
  if (earlier) r.earlier = *std::move(earlier);
  found.fitting_mac = keys_.mac(bytes_of(r));
  found.whole = is_formed && r.mac == found.fitting_mac;
  return found;
}

std::optional<room_row> room_table::row(SQLite::Statement& s) {
  auto found = any_row(s);
  if (!found) return {};
  if (!found->whole) complain(fmt::format("the row of room {}", found->row.number));
  return std::move(found->row);
}

void room_table::write(SQLite::Statement& s, room_row& r) {
  r.mac = keys_.mac(bytes_of(r));
  if (sums_) sums_->of(covered::rooms).add(sums_->hash_of_room(r.number, r.mac));
  s.bind(1, r.number);
  bind_bytes(s, 2, view_of(r.tag));
  bind_bytes(s, 3, r.name);
  bind_number(s, 4, r.epoch);
  bind_number(s, 5, r.first);
  bind_number(s, 6, r.head);
  bind_time(s, 7, r.time);
  bind_bytes(s, 8, r.topic);
  bind_bytes(s, 9, view_of(r.chain_before));
  bind_bytes(s, 10, view_of(r.chain));
  bind_number(s, 11, r.bytes);
  s.bind(12, r.key);
  bind_bytes(s, 13, view_of(r.mac));
  const std::string earlier = bytes_of(r.earlier);
  bind_bytes(s, 14, earlier);
  run(s);
}

std::optional<room_row> room_table::find(const room_tag& tag) {
  bind_bytes(find_, 1, view_of(tag));
  return row(find_);
}

bool room_table::has_whole(const room_tag& tag) {
  bind_bytes(find_, 1, view_of(tag));
  const auto found = any_row(find_);
  return found && found->whole;
}

std::optional<room_row> room_table::next_after(std::int64_t number) {
  next_.bind(1, number);
  return row(next_);
}

std::optional<found_row> room_table::next_of_any(std::int64_t number) {
  next_.bind(1, number);
  return any_row(next_);
}

void room_table::insert(room_row& r) {
  write(insert_, r);
}

void room_table::update(room_row& r) {
  if (sums_) sums_->of(covered::rooms).remove(sums_->hash_of_room(r.number, r.mac));
  write(update_, r);
}

chain_value room_table::stored_mac(std::int64_t number) {
  mac_.bind(1, number);
  const chain_value mac = mac_.executeStep() ? array_at<chain_value>(mac_, 0) : chain_value{};
  mac_.reset();
  return mac;
}

void room_table::set_mac(std::int64_t number, const chain_value& mac) {
  bind_bytes(set_mac_, 1, view_of(mac));
  set_mac_.bind(2, number);
  run(set_mac_);
}

void room_table::erase(std::int64_t number) {
  erase_.bind(1, number);
  sums_->run_removing(covered::rooms, erase_);
}

store_header room_table::header() {
  store_header h;
  const bool there = header_.executeStep();
  bool whole = true;
  if (there) {
    h = {header_.getColumn(0).getInt64(), number_at(header_, 1)};
    whole = array_at<chain_value>(header_, 2) == keys_.mac(bytes_of(h));
  }
  header_.reset();
  if (!whole) complain("the list of rooms");
  return h;
}

void room_table::set_header(const store_header& h) {
  const chain_value mac = keys_.mac(bytes_of(h));
  sums_->run_removing(covered::house, clear_header_);
  set_header_.bind(1, h.rooms);
  bind_number(set_header_, 2, h.epoch);
  bind_bytes(set_header_, 3, view_of(mac));
  sums_->run_adding(covered::house, set_header_);
}

} // namespace asio_chat::sqlite
