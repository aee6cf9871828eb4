#include "journal/sqlite/seal_anew.hpp"

#include "journal/sqlite/store_parts.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace asio_chat::sqlite {

namespace {

constexpr std::size_t records_at_once = 256; // of a transaction

class sealer {
 public:
  sealer(writer_connection& c, key_ring& keys, room_row room)
      : c_(c)
      , keys_(keys)
      , room_(std::move(room))
      , number_(value_of(keys.newest(room_.tag)))
      , key_(value_of(keys.key(room_.tag, number_))) {}

  void run() {
    for (std::uint64_t next = 1; next <= room_.head;)
      next = seal_some(next);
    seal_topic_anew();
  }

 private:
  bool is_old(std::uint32_t number) {
    const auto key = keys_.key(room_.tag, number);
    if (!key && key.error().code == errc::not_available) return false; // nobody can read it
    return value_of(key)->texts() == nullptr;
  }

  /// @return the offset that the next one begins with
  std::uint64_t seal_some(std::uint64_t from) {
    std::vector<stored_record> old;
    std::uint64_t next = room_.head + 1;
    c_.records.forwards(room_, from, [&](const stored_record& r) {
      if (old.size() == records_at_once) {
        next = r.header.first;
        return false;
      }
      if (is_old(r.header.key)) old.push_back(r);
      return true;
    });
    if (old.empty()) return next;
    c_.begin();
    for (const stored_record& r : old)
      seal_one(r);
    c_.rooms.update(room_);
    c_.commit();
    return next;
  }

  void seal_one(const stored_record& r) {
    const auto own = value_of(keys_.key(room_.tag, r.header.key));
    const auto entries = value_of(open(*own, r, {}));
    for (const journal::record& e : entries)
      if (e.what.kind == entry_kind::topic) topic_ = {e.what.at.offset, e.what.from, {}};
    c_.records.replace(room_.number, seal_anew(*key_, number_, r, entries));
    if (r.header.last == room_.head) room_.key = number_;
  }

  /// One that was set by an entry that is no longer kept goes with the room's key alone.
  void seal_topic_anew() {
    topic_.text = value_of(open_topic(keys_, room_));
    if (topic_.text.empty() || has_own_key(room_.topic)) return;
    c_.begin();
    room_.topic = seal_topic(*key_, number_, room_, topic_);
    c_.rooms.update(room_);
    c_.commit();
  }

  writer_connection& c_;
  key_ring& keys_;
  room_row room_;
  const std::uint32_t number_;
  const std::shared_ptr<const room_key> key_;
  said_topic topic_;
};

} // namespace

void seal_old_records_anew(writer_connection& c, key_ring& keys, const room_tag& tag) {
  if (auto room = c.rooms.find(tag)) sealer(c, keys, *std::move(room)).run();
}

} // namespace asio_chat::sqlite
