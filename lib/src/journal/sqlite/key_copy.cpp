#include "journal/sqlite/key_copy.hpp"

#include "base/file.hpp"
#include "base/file_access.hpp"
#include "journal/sqlite/binary.hpp"
#include "journal/sqlite/key_ring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <optional>
#include <utility>

#include <sodium.h>

namespace asio_chat::sqlite {

namespace {

// The file: a head in plain, then a key and the database of a ring that is wrapped by that key,
// both sealed under the passphrase and bound to the head.
constexpr std::string_view kind = "asio-chat keys 1\n";
constexpr std::size_t salt_size = crypto_pwhash_argon2id_SALTBYTES;
constexpr std::size_t head_size = kind.size() + salt_size + 2 * sizeof(std::uint64_t);
constexpr std::size_t max_size = 512 * 1024 * 1024;
// A file of somebody else's must not cost more than a person waits for.
constexpr passphrase_cost max_cost{16, 1024 * 1024 * 1024};

failure unusable(const std::string& path, std::string_view why) {
  return fail(errc::storage_failed, fmt::format("the copy of the keys '{}' {}", path, why));
}

result<secret_key> derive(std::string_view passphrase, std::string_view salt,
                          passphrase_cost cost) {
  bool made = false;
  secret_key key = secret_key::filled([&](auto bytes) {
    made =
        ::crypto_pwhash_argon2id(bytes.data(), bytes.size(), passphrase.data(), passphrase.size(),
                                 reinterpret_cast<const unsigned char*>(salt.data()), cost.passes,
                                 cost.memory, crypto_pwhash_argon2id_ALG_ARGON2ID13) == 0;
  });
  if (made) return key;
  return fail(errc::storage_failed,
              fmt::format("the passphrase cannot be tried: that needs {} MiB of memory",
                          cost.memory / 1024 / 1024));
}

std::string read(const std::string& path, std::size_t most) {
  if (const auto wrong = wrong_kind_of(path))
    throw error(unusable(path, "cannot be read: " + *wrong));
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  const auto size = static_cast<std::streamoff>(in.tellg());
  if (!in || size < 0) throw error(unusable(path, "cannot be read: " + errno_text(errno)));
  if (static_cast<std::uint64_t>(size) > most)
    throw error(unusable(path, "is no copy of keys: it is too large"));
  std::string bytes(static_cast<std::size_t>(size), '\0');
  in.seekg(0);
  if (!in.read(bytes.data(), size)) throw error(unusable(path, "cannot be read"));
  return bytes;
}

/// The database of the ring, wrapped by `key` instead of a master key. It is made beside the ring:
/// a copy that a kill leaves is not where backups go.
std::string ring_under(const secret_key& key, const std::string& ring,
                       std::vector<secret_key> masters) {
  // Finishes a change that was cut off, which a copy of pages would take over.
  key_ring::open_to_read(ring, masters).value();
  auto scratch = atomic_file::make(ring + ".copy", existing::refused).value(); // never published
  {
    SQLite::Database from(as_file_name(ring), SQLite::OPEN_READONLY, 5'000);
    SQLite::Database to(as_file_name(scratch.unfinished()), SQLite::OPEN_READWRITE);
    copy_pages(from, to);
  }
  const auto copied = key_ring::open(scratch.unfinished(), masters).value();
  masters.insert(masters.begin(), key);
  copied->rewrap(std::move(masters)).value();
  return read(scratch.unfinished(), max_size - head_size);
}

struct opened_copy {
  secret_key key;
  std::string database; ///< wrapped by that key
};

opened_copy open_copy(const std::string& path, std::string_view passphrase) {
  const std::string bytes = read(path, max_size);
  const std::string_view all = bytes;
  if (!all.starts_with(kind) || all.size() < head_size)
    throw error(unusable(path, "is no copy of keys that asio-chatd backup --with-keys has made"));
  const std::string_view head = all.substr(0, head_size);
  std::string_view rest = head.substr(kind.size());
  const std::string_view salt = rest.substr(0, salt_size);
  rest.remove_prefix(salt_size);
  const passphrase_cost cost{fixed_at(rest.data()), fixed_at(rest.data() + sizeof(std::uint64_t))};
  if (cost.passes < crypto_pwhash_argon2id_OPSLIMIT_MIN || cost.passes > max_cost.passes ||
      cost.memory < crypto_pwhash_argon2id_MEMLIMIT_MIN || cost.memory > max_cost.memory)
    throw error(unusable(path, "is damaged: take another copy"));
  const secret_key sealing = derive(passphrase, salt, cost).value();
  auto plain = open_bytes(sealing.bytes(), all.substr(head_size), head);
  if (!plain || plain->size() < key_size)
    throw error(unusable(path, "does not open: the passphrase is another one, or it is damaged"));
  const secret_key key =
      secret_key::filled([&](auto out) { std::copy_n(plain->begin(), out.size(), out.begin()); });
  ::sodium_memzero(plain->data(), key_size);
  return {key, plain->substr(key_size)};
}

template <class Function>
result<void> guarded(const std::string& path, Function f) {
  try {
    f();
    return {};
  } catch (const SQLite::Exception& e) {
    return explain(key_database(path), e);
  } catch (const error& e) {
    return failure{e.code(), e.what()};
  }
}

} // namespace

result<atomic_file> make_key_copy(const std::string& path, const std::string& ring,
                                  const std::function<std::vector<secret_key>()>& masters,
                                  std::string_view passphrase, passphrase_cost cost,
                                  const act_as_reader& as_reader) {
  std::optional<atomic_file> file;
  const auto written = guarded(ring, [&] {
    file.emplace(atomic_file::make(path, existing::refused).value());
    const secret_key key = secret_key::random();
    std::string head(kind);
    std::array<char, salt_size> salt{};
    ::randombytes_buf(salt.data(), salt.size());
    head.append(salt.data(), salt.size());
    put_fixed(head, cost.passes);
    put_fixed(head, cost.memory);
    const secret_key sealing = derive(passphrase, {salt.data(), salt.size()}, cost).value();
    std::string plain(key.bytes().begin(), key.bytes().end());
    std::vector<secret_key> now = masters();
    auto reader = as_reader ? as_reader() : nullptr;
    plain += ring_under(key, ring, std::move(now));
    reader.reset();
    const std::string sealed = seal_bytes(sealing.bytes(), plain, head);
    ::sodium_memzero(plain.data(), key_size);
    file->write(head).value();
    file->write(sealed).value();
  });
  if (!written) return written.error();
  return *std::move(file);
}

result<void> place_key_copy(const std::string& path, std::string_view passphrase,
                            const std::string& ring, std::vector<secret_key> masters) {
  return guarded(ring, [&] {
    const opened_copy copy = open_copy(path, passphrase);
    auto file = atomic_file::make(ring, existing::refused, copy.database).value();
    key_ring::open(file.unfinished(), {copy.key}).value()->rewrap(std::move(masters)).value();
    file.publish().value();
  });
}

} // namespace asio_chat::sqlite
