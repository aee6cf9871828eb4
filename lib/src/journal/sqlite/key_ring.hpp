// The root key, and the keys of the rooms, in a small database of their own.
#pragma once

#include "journal/sqlite/derived_keys.hpp"
#include "journal/sqlite/key_file.hpp"
#include "model/identity.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::sqlite {

/// Keeps the root key and a key per room and key number, each wrapped by a master key and bound to
/// its place. It is not part of a backup: a room whose keys are destroyed here is gone from every
/// copy of the database.
///
/// Any thread may call: what reads or writes the file takes one mutex, what is in memory another
/// one alone, and the functions that need the root key alone take none. So nobody who seals waits
/// while keys of texts are destroyed, which takes several writes.
class key_ring {
 public:
  /// Made where there is no file, open to its owner alone.
  /// @param masters the first one wraps new keys, each of them opens; at least one
  static result<std::unique_ptr<key_ring>> open(const std::string& path,
                                                std::vector<secret_key> masters);
  /// Of a ring that is there, perhaps in use: nothing is made or changed.
  static result<std::unique_ptr<key_ring>> open_to_read(const std::string& path,
                                                        std::vector<secret_key> masters);
  /// A failure that says what to do if there is no such file.
  static result<void> check_is_there(const std::string& path);
  ~key_ring();

  const std::string& path() const noexcept { return path_; }
  /// The file is where it was when it was opened. What is sealed under keys of a file that is gone
  /// cannot be read after a restart.
  bool is_in_place() const noexcept { return file_.is_in_place(); }
  /// The same, and nobody else has changed which keys are in it; while keys are changed here, that
  /// is not looked at.
  bool is_as_left();

  /// @name Under the root key
  /// @{
  room_tag tag_of(std::string_view room) const;
  /// @param context what the text is, e.g. whose topic: it opens with the same one only
  std::string seal_text(std::string_view plain, std::string_view context) const;
  result<std::string> open_text(std::string_view sealed, std::string_view context) const;
  /// What is kept of the id that a sender gave a message. The first 4 bytes are those of all ids of
  /// this author in this room.
  std::array<std::uint8_t, 16> id_hash(const identity& author, std::string_view id,
                                       const room_tag& room) const;
  chain_value mac(std::string_view bytes) const;
  /// A statement signed by this ring, and nobody else: a JWS in its compact form.
  std::string sign(const std::string& statement) const;
  /// The statement in a JWS that this ring has signed; a failure: it has not.
  result<std::string> open_signed(std::string_view jws) const;
  /// What others may be told of an identity that could be guessed.
  std::uint64_t proof_of_identity(const identity& who) const;
  /// The key of `table_sums`.
  secret_key for_sums() const;
  /// @}

  /// `errc::not_available` if it was destroyed; another failure if it was never made here.
  result<std::shared_ptr<const room_key>> key(const room_tag& room, std::uint32_t number);
  /// The number of the key to seal with. A room that has none gets one, durably. Its number is
  /// higher than that of any key destroyed, and not to be foreseen: so it is another one than that
  /// of a key which a later copy of the file has.
  result<std::uint32_t> newest(const room_tag& room);
  /// The number of the key for the words of an entry in the index. Another one than its own if that
  /// was taken from the index for good; see `destroy_texts`.
  result<std::uint32_t> key_for_index(const room_tag& room, std::uint32_t number);
  /// The same for many rooms: the keys of all that have none are made in one commit.
  result<void> make_keys(std::set<room_tag> rooms);
  /// Every room gets a new key for what comes from here on. The older ones open as before.
  result<void> renew();
  /// The journal beside it has a head from here on: one without is an older copy, or lost it. And
  /// its records have texts that can be destroyed: each room gets a key for them.
  /// @return whether it had a witness of that before
  result<bool> note_head();
  bool knows_head();
  bool has_witness();
  /// How often keys came or went. The head of the journal has the number that was seen last; a ring
  /// with a smaller one is an older copy. Takes no mutex.
  std::uint64_t changes() const noexcept { return changes_.load(std::memory_order_relaxed); }
  /// What is wrong with the file though all of it opens, as a sentence; empty: nothing.
  /// @param seen how many changes the journal has seen
  std::string complaint(std::uint64_t seen);
  /// Takes the file as it is, when its complaint was told.
  result<void> settle(std::uint64_t seen);
  /// The newest head of the journal that was noted: see `witness.hpp`. Nothing: it was changed, or
  /// the ring is from before there was one. Writing takes a mutex and a connection of its own.
  result<std::optional<std::string>> witness();
  result<void> keep_witness(std::string_view head);
  /// All keys are wrapped anew by the first of `masters`; the others, and those given so far, may
  /// open. When it returns, the first one alone opens the ring.
  result<void> rewrap(std::vector<secret_key> masters);
  /// Both, if the first of `masters` is another than the one that wraps the keys.
  /// @return whether it was
  result<bool> rotate(std::vector<secret_key> masters);
  /// Forgets all keys of a room, in memory and in the file. What was sealed with them cannot be
  /// read again by anybody who has no earlier copy of this file.
  /// @param used the number of a key that is destroyed with them, whether it is there or not
  result<void> destroy(const room_tag& room, std::uint32_t used = 0);
  /// Destroys texts of a room, in memory and in the file, with what the search index has of this
  /// room: neither can be read again by anybody who has no earlier copy of this file.
  /// @return whether anything was left of them
  result<bool> destroy_texts(const room_tag& room, const doomed_texts& what);
  /// The same of some texts alone, beside a journal in use: neither the keys that seal nor what is
  /// in the search index are touched. The next start does the rest, by `destroy_searches`.
  /// Until it returns they can still be read; all of them are one commit.
  result<bool> destroy_only(std::span<const key_file::doomed_room> rooms);
  /// Of each room of which texts were destroyed alone: what the search index has of it, in all
  /// copies; and it gets a new key. To be called before anything is sealed.
  result<void> destroy_searches();
  /// The keys under which nothing in a search index can be found any more, sorted.
  result<std::vector<std::pair<room_tag, std::uint32_t>>> without_search();
  /// Of each room that was destroyed, the newest key that it had then. Only what bears the mark of
  /// `destroy` counts: a key that went otherwise is missing.
  result<std::map<room_tag, std::uint32_t>> destroyed();
  /// The keys of rooms that are there, sorted.
  result<std::vector<std::pair<room_tag, std::uint32_t>>> present();

 private:
  struct root_keys;

  key_ring(std::string path, const std::vector<secret_key>& masters, key_file::use u);

  static result<std::unique_ptr<key_ring>>
  open(const std::string& path, const std::vector<secret_key>& masters, key_file::use u);

  /// Runs what uses the file, and gives back what went wrong as a failure.
  template <class Function>
  static auto guarded(const std::string& path, Function f) -> result<decltype(f())>;
  /// The same for what changes the keys that there are.
  template <class Function>
  auto changing(Function f) -> result<decltype(f())>;
  bool is_usable(const key_file::state& s) const;
  /// Null: it is not in memory.
  std::shared_ptr<const room_key> known_key(const std::pair<room_tag, std::uint32_t>& place);
  std::optional<std::uint32_t> known_newest(const room_tag& room);
  /// Memory is a copy of the file; to be called before what is in the file changes.
  void forget(const room_tag& room);
  void forget_newest();

  const std::string path_;
  std::mutex mutex_; ///< of the file, and of whoever changes what is in memory
  key_file file_;
  const std::unique_ptr<const root_keys> root_; ///< does not change
  std::mutex memory_mutex_;                     ///< of the next two; taken after the other one
  std::map<std::pair<room_tag, std::uint32_t>, std::shared_ptr<const room_key>> keys_;
  std::map<room_tag, std::uint32_t> newest_;
  std::atomic<std::uint64_t> changes_ = 0;
  std::mutex witness_mutex_;
  std::optional<SQLite::Database> witness_file_;
};

} // namespace asio_chat::sqlite
