#include "journal/sqlite/id_list.hpp"

#include <cstring>

namespace asio_chat::sqlite {

namespace {

std::uint8_t byte_at(std::string_view bytes, std::size_t at) noexcept {
  return static_cast<std::uint8_t>(bytes[at]);
}

id_hash hash_at(std::string_view bytes, std::size_t at) noexcept {
  id_hash h;
  std::memcpy(h.data(), bytes.data() + at, h.size());
  return h;
}

} // namespace

std::string block_name(std::string_view name, std::uint64_t block) {
  std::string bytes(name);
  bytes.push_back('\xff');
  bytes += std::to_string(block);
  return bytes;
}

void id_list::add(std::uint8_t place, const hashed_id& id) {
  if (bytes_.empty()) bytes_.push_back(version);
  if (goes_on(place, id)) {
    ++bytes_[bytes_.size() - run_size + 1];
    return;
  }
  bytes_.push_back(static_cast<char>(place));
  bytes_.push_back(id.is_counted() ? 1 : 0);
  bytes_.push_back(static_cast<char>(id.is_counted() ? id.index : 0));
  bytes_.append(reinterpret_cast<const char*>(id.hash.data()), id.hash.size());
}

std::string id_list::take() {
  if (!bytes_.empty() && bytes_.size() % old_size == 0) bytes_.push_back(0);
  std::string all;
  all.swap(bytes_);
  return all;
}

bool id_list::goes_on(std::uint8_t place, const hashed_id& id) const noexcept {
  if (!id.is_counted() || bytes_.size() < run_size) return false;
  const std::string_view last = std::string_view(bytes_).substr(bytes_.size() - run_size);
  const std::uint8_t count = byte_at(last, 1);
  return count != 0 && byte_at(last, 0) + count == place && byte_at(last, 2) + count == id.index &&
         hash_at(last, 3) == id.hash;
}

bool id_list::read(std::string_view bytes, const std::function<void(id_run)>& take) {
  if (is_old(bytes)) {
    for (; !bytes.empty(); bytes.remove_prefix(old_size))
      take(id_run{byte_at(bytes, 0), 1, {hash_at(bytes, 1), hashed_id::no_counter}});
    return true;
  }
  if (bytes.front() != version) return false;
  for (bytes.remove_prefix(1); bytes.size() >= run_size; bytes.remove_prefix(run_size)) {
    const std::uint8_t count = byte_at(bytes, 1);
    const std::uint8_t index = byte_at(bytes, 2);
    const hashed_id first{hash_at(bytes, 3), count == 0 ? hashed_id::no_counter : index};
    if (count == 0) {
      take(id_run{byte_at(bytes, 0), 1, first});
    } else if (index + count <= hashed_id::per_block) {
      take(id_run{byte_at(bytes, 0), count, first});
    }
  }
  return true;
}

} // namespace asio_chat::sqlite
