// Finds records by what they have.
#pragma once

#include "accounts/record_pool.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace asio_chat {

/// Numbers of records by a hash, which is kept beside the number: so a table that grows looks at no
/// record. It is in parts that grow by themselves: one of a hundred thousand holds nobody up.
class record_index {
 public:
  void put(std::uint32_t hash, record_number n) { part_of(hash).insert({hash, n}); }
  void remove(std::uint32_t hash, record_number n) { part_of(hash).erase(place{hash, n}); }
  /// The one with this hash that `is_it` says is the one; `no_record`: none.
  template <class IsIt>
  record_number find(std::uint32_t hash, const IsIt& is_it) const {
    const part& its = parts_[hash % parts_.size()];
    const auto found = its.find(wanted<IsIt>{hash, is_it});
    return found == its.end() ? no_record : found->number;
  }

 private:
  struct place {
    std::uint32_t hash;
    record_number number;
  };
  template <class IsIt>
  struct wanted {
    std::uint32_t hash;
    const IsIt& is_it;
  };
  struct hash_of {
    using is_transparent = void;
    template <class Any>
    std::size_t operator()(const Any& a) const noexcept {
      return a.hash;
    }
  };
  struct same {
    using is_transparent = void;
    bool operator()(const place& a, const place& b) const noexcept {
      return a.number == b.number && a.hash == b.hash;
    }
    template <class IsIt>
    bool operator()(const wanted<IsIt>& w, const place& p) const {
      return w.hash == p.hash && w.is_it(p.number);
    }
    template <class IsIt>
    bool operator()(const place& p, const wanted<IsIt>& w) const {
      return (*this)(w, p);
    }
  };
  using part = boost::unordered_flat_set<place, hash_of, same>;

  part& part_of(std::uint32_t hash) noexcept { return parts_[hash % parts_.size()]; }

  std::array<part, 16> parts_;
};

} // namespace asio_chat
