// The database of a key ring: keys, wrapped.
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/derived_keys.hpp"
#include "journal/sqlite/table_sums.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::sqlite {

/// What a key leaves that was destroyed: a keyed hash of its place, which nobody can make who does
/// not have the root key.
using key_mark = std::array<std::uint8_t, 32>;

/// As what went wrong with it is told.
inline database_file key_database(std::string path) {
  return {.path = std::move(path), .what = "key ring"};
}

/// Throws `error` and `SQLite::Exception`; what was begun is undone then.
class key_file {
 public:
  /// Whose key it is: a room's tag, or zeros for the root key.
  using owner = room_tag;
  using place = std::pair<owner, std::uint32_t>; ///< with the key's number
  struct state {
    std::uint32_t number = 0;
    bool destroyed = false; ///< there is no key, marked or not
    bool has_texts = false; ///< see `load_texts`
  };

  /// Texts of a room, each with its key.
  struct doomed_room {
    owner room{};
    std::vector<doomed_texts::run> runs;
  };

  /// A row of the secrets of texts, without these.
  struct texts_row {
    owner o{};
    std::uint32_t number = 0;
    std::uint64_t change = 0;
    bool searchable = false;
  };

  enum class use { read, write };

  /// A transaction that changes which keys there are. Without `commit` all is as it was.
  class change_of_keys {
   public:
    explicit change_of_keys(key_file& f);
    ~change_of_keys();
    change_of_keys(const change_of_keys&) = delete;
    change_of_keys& operator=(const change_of_keys&) = delete;
    void commit();

   private:
    key_file& file_;
    SQLite::Transaction transaction_;
    std::uint64_t changes_before_;
    multiset_sum sum_before_;
    bool done_ = false;
  };

  /// Of the file. 2: what was destroyed carries a mark; 1 is brought up to date when it is opened
  /// to be written. 3: the journal beside it has a head. 4: the file counts its changes, and has a
  /// witness of the journal; see `note_head`. 5: each key of a room has secrets for texts.
  static constexpr int schema_version = 2;
  static constexpr int head_version = 3;
  static constexpr int witness_version = 4;
  static constexpr int texts_version = 5;

  /// @param masters at least one
  /// @param u to write: made where there is no file, and brought up to date
  key_file(const std::string& path, const std::vector<secret_key>& masters, use u);

  const secret_key& root() const noexcept { return *root_; }
  /// The file has its name still; a system call.
  bool is_in_place() const noexcept { return identity_of(path_) == identity_; }
  std::optional<state> newest(const owner& o);
  secret_key load(const owner& o, std::uint32_t number);
  /// Makes a key for each of them; returns their numbers, each higher than any of its owner before,
  /// and not to be foreseen. One commit.
  std::vector<std::uint32_t> add(std::span<const owner> owners);
  /// None of a key from before version 5.
  std::optional<text_secrets> load_texts(const owner& o, std::uint32_t number);
  /// Destroys them for good, with all that the search index had of this room, in one commit; what
  /// is said from here on is under another key. Before version 5 there is nothing to be destroyed.
  /// @return whether anything was left of them
  bool destroy_texts(const owner& o, const doomed_texts& what);
  /// The same of texts whose keys are known, and of nothing else: the index stays as it is, and so
  /// does the key to seal with.
  /// All of it in one commit.
  bool destroy_only(std::span<const doomed_room> rooms);
  /// Does for all rooms of which texts were destroyed alone what `destroy_texts` would have done
  /// besides. One commit.
  void destroy_searches();
  /// The keys under which the search index cannot be read any more, in order.
  std::vector<place> without_search();
  /// Does so for every room that has a key.
  void renew();
  /// Whether this master key opens all there is.
  bool is_wrapped_by(const secret_key& master);
  void rewrap(const std::vector<secret_key>& masters);
  /// The numbers stay, with marks, so that they are not used again.
  /// @param used is marked as well, though the key may not be there; 0: none
  void destroy(const owner& o, std::uint32_t used = 0);
  /// The newest key destroyed of each room that has one. What has no good mark was not destroyed,
  /// but taken out.
  std::map<owner, std::uint32_t> destroyed();
  /// From here on the ring knows that the journal beside it has a head, whatever that one says.
  /// @return whether it had a witness of that before
  bool note_head();
  bool knows_head() const noexcept { return version_ >= head_version; }
  bool has_witness() const noexcept { return version_ >= witness_version; }
  bool has_texts() const noexcept { return version_ >= texts_version; }
  /// How often keys came or went since version 4.
  std::uint64_t changes() const noexcept { return changes_; }
  /// Whether the keys that are there, and the marks of those that are not, are other ones than when
  /// they were changed last: a row was taken out or put in.
  bool is_changed() const noexcept { return is_changed_; }
  /// Nobody else has changed keys since this did. A system call; more only where the file was
  /// written since the last time, as by `keep_witness`.
  bool is_as_left();
  /// What is there is taken as it is.
  /// @param least the changes are as many from here on
  void settle(std::uint64_t least);
  /// @name The newest head of the journal that was noted, as its caller writes it
  /// Uses another connection, which is written while the first one is used.
  /// @{
  static SQLite::Database connect_beside(const std::string& path);
  void keep_witness(SQLite::Database& other, std::string_view head) const;
  /// Nothing before version 4, or if it was changed.
  std::optional<std::string> witness();
  /// @}
  /// All keys of rooms that are there, in order.
  std::vector<place> present();

 private:
  void check_writing();
  void recover();
  static const char* const table_of_ring;
  static const char* const table_of_texts;
  static std::uint32_t number_after(std::uint32_t last);
  void make();
  std::string foreign_part();
  void check();
  void open_root();
  void add_marks();
  void wrap_root_anew(int version);
  void load_state();
  void write_state();
  multiset_sum sum_of_rows(SQLite::Database& db) const;
  void add_texts_to(multiset_sum& sum, SQLite::Database& db) const;
  void drop_texts(const owner& o, std::uint32_t number);
  void write_texts(const owner& o, std::uint32_t number, const text_secrets& secrets);
  bool are_texts_wrapped_by(const master_key& master);
  std::size_t bytes_of_whole_texts() const;
  void rewrap_texts(const master_key& by, const std::vector<master_key>& openers);
  chain_value hash_of(const texts_row& r) const;
  chain_value hash_of_row(const owner& o, std::uint32_t number, bool is_there) const;
  key_mark mark_of(const owner& o, std::uint32_t number) const;
  void set_mark(const owner& o, std::uint32_t number);
  bool is_marked(const owner& o, std::uint32_t number);
  std::vector<place> without_key();
  void insert(const owner& o, std::uint32_t number);
  /// What was wrapped by one of `masters`, whose id is `master`.
  secret_key unwrap(const owner& o, std::uint32_t number, const std::string& master,
                    const std::string& wrapped, const std::vector<master_key>& masters) const;

  std::string path_;
  std::vector<master_key> masters_;
  SQLite::Database db_;
  std::optional<secret_key> root_;
  std::optional<secret_key> marks_;
  std::optional<secret_key> notes_; ///< seals the state and the witness
  std::optional<secret_key> sums_;
  std::optional<file_identity> identity_;
  int version_ = 0; ///< of the file; 1 has no marks
  std::uint64_t changes_ = 0;
  multiset_sum sum_; ///< of all rows, as last written
  bool is_changed_ = false;
  std::string state_; ///< as it is in the file
  std::string seen_;  ///< what the system said of the file when it was found as it was left
};

} // namespace asio_chat::sqlite
