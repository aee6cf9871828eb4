#include "journal/sqlite/key_ring.hpp"

#include "journal/sqlite/secret_key.hpp"
#include "journal/sqlite/statements.hpp"

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>

#include <sodium.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <type_traits>

namespace asio_chat::sqlite {

namespace {

/// Keys in memory; when there are more, all are let go: those in use come back at once.
constexpr std::size_t max_keys = 1'024;

using bytes_view = std::span<const std::uint8_t>;

bytes_view bytes_of(std::string_view s) {
  return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()};
}

/// Keyed BLAKE2b. Parts are not told apart: all but the last have a fixed length.
template <class Hash>
Hash keyed_hash(key_bytes key, std::initializer_list<bytes_view> parts) {
  Hash hash;
  ::crypto_generichash_state state;
  ::crypto_generichash_init(&state, key.data(), key.size(), hash.size());
  for (const bytes_view part : parts)
    ::crypto_generichash_update(&state, part.data(), part.size());
  ::crypto_generichash_final(&state, hash.data(), hash.size());
  return hash;
}

} // namespace

struct key_ring::root_keys {
  explicit root_keys(const secret_key& root)
      : tags(derive(root, 1))
      , texts(derive(root, 2))
      , ids(derive(root, 3))
      , macs(derive(root, 4))
      , authors(derive(root, 5))
      , sums(derive(root, 6))
      , statements(derive(root, 7))
      , proofs(derive(root, 8)) {}

  static secret_key derive(const secret_key& root, std::uint64_t number) {
    return secret_key::filled([&](auto bytes) {
      ::crypto_kdf_derive_from_key(bytes.data(), bytes.size(), number, "chathous",
                                   root.bytes().data());
    });
  }

  secret_key tags;
  secret_key texts;
  secret_key ids;
  secret_key macs;
  secret_key authors;
  secret_key sums;
  secret_key statements; ///< the seed of a key pair
  secret_key proofs;

  /// SipHash: this is done for each message.
  std::array<std::uint8_t, crypto_shorthash_BYTES> hash_of_author(const room_tag& room,
                                                                  const identity& author) const {
    std::array<std::uint8_t, std::tuple_size<room_tag>() + std::tuple_size<identity>()> both;
    std::ranges::copy(author, std::ranges::copy(room, both.begin()).out);
    std::array<std::uint8_t, crypto_shorthash_BYTES> hash;
    static_assert(crypto_shorthash_KEYBYTES <= key_size);
    ::crypto_shorthash(hash.data(), both.data(), both.size(), authors.bytes().data());
    return hash;
  }
};

template <class Function>
auto key_ring::guarded(const std::string& path, Function f) -> result<decltype(f())> {
  try {
    if constexpr (std::is_void_v<decltype(f())>) {
      f();
      return {};
    } else {
      return f();
    }
  } catch (const SQLite::Exception& e) {
    return explain(key_database(path), e);
  } catch (const error& e) {
    return failure{e.code(), e.what()};
  }
}

template <class Function>
auto key_ring::changing(Function f) -> result<decltype(f())> {
  auto done = guarded(path_, std::move(f));
  changes_.store(file_.changes(), std::memory_order_relaxed);
  return done;
}

key_ring::key_ring(std::string path, const std::vector<secret_key>& masters, key_file::use u)
    : path_(std::move(path))
    , file_(path_, masters, u)
    , root_(std::make_unique<const root_keys>(file_.root()))
    , changes_(file_.changes()) {}

key_ring::~key_ring() = default;

result<std::unique_ptr<key_ring>>
key_ring::open(const std::string& path, const std::vector<secret_key>& masters, key_file::use u) {
  if (masters.empty())
    return fail(errc::bad_setting, fmt::format("the key ring '{}' needs a master key", path));
  return guarded(path, [&] { return std::unique_ptr<key_ring>(new key_ring(path, masters, u)); });
}

result<std::unique_ptr<key_ring>> key_ring::open(const std::string& path,
                                                 std::vector<secret_key> masters) {
  return open(path, masters, key_file::use::write);
}

result<std::unique_ptr<key_ring>> key_ring::open_to_read(const std::string& path,
                                                         std::vector<secret_key> masters) {
  if (auto there = check_is_there(path); !there) return there.error();
  return open(path, masters, key_file::use::read);
}

result<void> key_ring::check_is_there(const std::string& path) {
  std::error_code denied; // then opening it says what is wrong
  if (const auto size = std::filesystem::file_size(path, denied); !denied && size > 0) return {};
  if (denied && denied != std::errc::no_such_file_or_directory) return {};
  return fail(
      errc::storage_failed,
      fmt::format("the key ring '{}' is missing or empty, and the history cannot be read without "
                  "it: put a copy of it back, or begin anew without the journal.db beside it",
                  path));
}

room_tag key_ring::tag_of(std::string_view room) const {
  return keyed_hash<room_tag>(root_->tags.bytes(), {bytes_of(room)});
}

std::string key_ring::seal_text(std::string_view plain, std::string_view context) const {
  return seal_bytes(root_->texts.bytes(), plain, context);
}

result<std::string> key_ring::open_text(std::string_view sealed, std::string_view context) const {
  auto plain = open_bytes(root_->texts.bytes(), sealed, context);
  if (!plain) {
    return fail(errc::storage_failed,
                fmt::format("the {} is damaged, or sealed by another key ring", context));
  }
  return std::move(*plain);
}

std::array<std::uint8_t, 16> key_ring::id_hash(const identity& author, std::string_view id,
                                               const room_tag& room) const {
  auto hash =
      keyed_hash<std::array<std::uint8_t, 16>>(root_->ids.bytes(), {room, author, bytes_of(id)});
  const auto whose = root_->hash_of_author(room, author);
  std::copy_n(whose.begin(), 4, hash.begin());
  return hash;
}

chain_value key_ring::mac(std::string_view bytes) const {
  return keyed_hash<chain_value>(root_->macs.bytes(), {bytes_of(bytes)});
}

std::string key_ring::sign(const std::string& statement) const {
  return sign_statement(root_->statements.bytes(), statement);
}

result<std::string> key_ring::open_signed(std::string_view jws) const {
  return open_statement(root_->statements.bytes(), jws);
}

std::uint64_t key_ring::proof_of_identity(const identity& who) const {
  // The shortest hash of libsodium has 16 bytes.
  const auto hash = keyed_hash<std::array<std::uint8_t, 16>>(root_->proofs.bytes(), {who});
  std::uint64_t proof = 0;
  for (std::size_t i = 0; i < sizeof proof; ++i)
    proof = proof << 8 | hash[i];
  return proof == 0 ? 1 : proof; // 0 says that nothing proves a member
}

secret_key key_ring::for_sums() const {
  return root_->sums;
}

std::shared_ptr<const room_key>
key_ring::known_key(const std::pair<room_tag, std::uint32_t>& place) {
  const std::lock_guard lock(memory_mutex_);
  const auto found = keys_.find(place);
  return found == keys_.end() ? nullptr : found->second;
}

std::optional<std::uint32_t> key_ring::known_newest(const room_tag& room) {
  const std::lock_guard lock(memory_mutex_);
  const auto found = newest_.find(room);
  return found == newest_.end() ? std::nullopt : std::optional(found->second);
}

result<std::shared_ptr<const room_key>> key_ring::key(const room_tag& room, std::uint32_t number) {
  const std::pair wanted(room, number);
  if (auto known = known_key(wanted)) return known;
  const std::lock_guard lock(mutex_);
  if (auto known = known_key(wanted)) return known;
  return guarded(path_, [&] {
    auto loaded = std::make_shared<const room_key>(file_.load(room, number).bytes(),
                                                   file_.load_texts(room, number));
    const std::lock_guard memory(memory_mutex_);
    if (keys_.size() >= max_keys) keys_.clear();
    keys_.emplace(wanted, loaded);
    return std::shared_ptr<const room_key>(loaded);
  });
}

result<std::uint32_t> key_ring::newest(const room_tag& room) {
  if (const auto known = known_newest(room)) return *known;
  const std::lock_guard lock(mutex_);
  if (const auto known = known_newest(room)) return *known;
  return changing([&] {
    const auto last = file_.newest(room);
    const bool usable = last && is_usable(*last);
    const std::uint32_t number = usable ? last->number : file_.add({&room, 1}).front();
    const std::lock_guard memory(memory_mutex_);
    if (newest_.size() >= max_keys) newest_.clear();
    newest_.emplace(room, number);
    return number;
  });
}

result<void> key_ring::make_keys(std::set<room_tag> rooms) {
  const std::lock_guard lock(mutex_);
  return changing([&] {
    std::vector<room_tag> without;
    for (const room_tag& room : rooms) {
      const auto last = file_.newest(room);
      if (!last || !is_usable(*last)) without.push_back(room);
    }
    if (!without.empty()) file_.add(without);
  });
}

result<void> key_ring::renew() {
  const std::lock_guard lock(mutex_);
  forget_newest();
  return changing([&] { file_.renew(); });
}

result<bool> key_ring::note_head() {
  const std::lock_guard lock(mutex_);
  forget_newest();
  return changing([&] {
    const bool had_texts = file_.has_texts();
    const bool had_witness = file_.note_head();
    // At once, and not one by one in the way of messages.
    if (!had_texts && !file_.present().empty()) file_.renew();
    return had_witness;
  });
}

/// One from before texts could be destroyed opens what is there, and seals no more.
bool key_ring::is_usable(const key_file::state& s) const {
  return !s.destroyed && s.has_texts == file_.has_texts();
}

bool key_ring::knows_head() {
  const std::lock_guard lock(mutex_);
  return file_.knows_head();
}

bool key_ring::is_as_left() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  return !lock || file_.is_as_left();
}

bool key_ring::has_witness() {
  const std::lock_guard lock(mutex_);
  return file_.has_witness();
}

std::string key_ring::complaint(std::uint64_t seen) {
  const std::lock_guard lock(mutex_);
  if (file_.is_changed())
    return fmt::format("the keys in the key ring '{}', or the marks of rooms that were erased, are "
                       "not those that asio-chatd has left: some were taken out or put in",
                       path_);
  if (file_.changes() < seen)
    return fmt::format("the key ring '{}' is an older copy than the journal beside it has seen: "
                       "rooms that were erased since have their keys again, and it may open with "
                       "an older master key",
                       path_);
  return {};
}

result<void> key_ring::settle(std::uint64_t seen) {
  const std::lock_guard lock(mutex_);
  return changing([&] { file_.settle(seen); });
}

result<std::optional<std::string>> key_ring::witness() {
  const std::lock_guard lock(mutex_);
  return guarded(path_, [&] { return file_.witness(); });
}

result<void> key_ring::keep_witness(std::string_view head) {
  const std::lock_guard lock(witness_mutex_);
  return guarded(path_, [&] {
    if (!file_.is_in_place()) return; // it is another ring's by now; who keeps the journal tells
    if (!witness_file_) witness_file_.emplace(key_file::connect_beside(path_));
    file_.keep_witness(*witness_file_, head);
  });
}

result<void> key_ring::rewrap(std::vector<secret_key> masters) {
  if (masters.empty())
    return fail(errc::bad_setting, fmt::format("the key ring '{}' needs a master key", path_));
  const std::lock_guard lock(mutex_);
  return guarded(path_, [&] { file_.rewrap(masters); });
}

result<bool> key_ring::rotate(std::vector<secret_key> masters) {
  if (masters.empty())
    return fail(errc::bad_setting, fmt::format("the key ring '{}' needs a master key", path_));
  const std::lock_guard lock(mutex_);
  forget_newest();
  return changing([&] {
    if (file_.is_wrapped_by(masters.front())) return false;
    // In this order: whatever ends it in between, the next one does all of it.
    file_.renew();
    file_.rewrap(masters);
    return true;
  });
}

result<std::map<room_tag, std::uint32_t>> key_ring::destroyed() {
  const std::lock_guard lock(mutex_);
  return guarded(path_, [&] { return file_.destroyed(); });
}

result<std::vector<std::pair<room_tag, std::uint32_t>>> key_ring::present() {
  const std::lock_guard lock(mutex_);
  return guarded(path_, [&] { return file_.present(); });
}

result<std::uint32_t> key_ring::key_for_index(const room_tag& room, std::uint32_t number) {
  const auto own = key(room, number);
  if (!own) return own.error();
  return (*own)->can_search() ? number : newest(room);
}

result<bool> key_ring::destroy_texts(const room_tag& room, const doomed_texts& what) {
  const std::lock_guard lock(mutex_);
  forget(room);
  return changing([&] { return file_.destroy_texts(room, what); });
}

result<bool> key_ring::destroy_only(std::span<const key_file::doomed_room> rooms) {
  const std::lock_guard lock(mutex_);
  auto done = changing([&] { return file_.destroy_only(rooms); });
  // Now, so that whoever seals in these rooms meanwhile does not wait for the file.
  const std::lock_guard memory(memory_mutex_);
  for (const key_file::doomed_room& doomed : rooms)
    for (const doomed_texts::run& r : doomed.runs)
      keys_.erase({doomed.room, r.key});
  return done;
}

result<void> key_ring::destroy_searches() {
  const std::lock_guard lock(mutex_);
  forget_newest();
  {
    const std::lock_guard memory(memory_mutex_);
    keys_.clear();
  }
  return changing([&] { file_.destroy_searches(); });
}

result<std::vector<std::pair<room_tag, std::uint32_t>>> key_ring::without_search() {
  const std::lock_guard lock(mutex_);
  return guarded(path_, [&] { return file_.without_search(); });
}

result<void> key_ring::destroy(const room_tag& room, std::uint32_t used) {
  const std::lock_guard lock(mutex_);
  forget(room);
  return changing([&] { file_.destroy(room, used); });
}

void key_ring::forget(const room_tag& room) {
  const std::lock_guard memory(memory_mutex_);
  newest_.erase(room);
  keys_.erase(keys_.lower_bound({room, 0}), keys_.upper_bound({room, UINT32_MAX}));
}

void key_ring::forget_newest() {
  const std::lock_guard memory(memory_mutex_);
  newest_.clear();
}

} // namespace asio_chat::sqlite
