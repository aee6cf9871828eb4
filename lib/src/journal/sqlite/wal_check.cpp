// The layout is that of https://www.sqlite.org/fileformat2.html, 4: a header, and frames of a page
// each, chained by checksums over what is said of the page, and the page.
#include "journal/sqlite/wal_check.hpp"

#include "base/file.hpp"

#include <boost/endian/conversion.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <optional>
#include <span>
#include <vector>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace asio_chat::sqlite {

namespace {

using byte_span = std::span<const std::uint8_t>;

constexpr std::size_t header_size = 32;
constexpr std::size_t summed_header = 24;
constexpr std::size_t frame_header = 24;
constexpr std::size_t summed_frame_header = 8;
constexpr std::uint32_t magic = 0x377f0682; ///< the lowest bit: sums are of big-endian words
constexpr std::uint32_t format_version = 3'007'000;
constexpr std::uint32_t default_page_size = 4'096;

std::uint32_t number(byte_span bytes, std::size_t at) {
  return boost::endian::load_big_u32(bytes.data() + at);
}

struct checksum {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  bool operator==(const checksum&) const = default;
};

checksum stored_sum(byte_span bytes, std::size_t at) {
  return {number(bytes, at), number(bytes, at + 4)};
}

/// How one log counts its sums.
class summing {
 public:
  explicit summing(bool big_endian)
      : big_endian_(big_endian) {}

  checksum after(checksum s, byte_span bytes) const {
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
      s.first += word(bytes, i) + s.second;
      s.second += word(bytes, i + 4) + s.first;
    }
    return s;
  }
  /// The sum from which `after` has made this one.
  checksum before(checksum s, byte_span bytes) const {
    for (std::size_t i = bytes.size(); i > 0; i -= 8) {
      s.second -= word(bytes, i - 4) + s.first;
      s.first -= word(bytes, i - 8) + s.second;
    }
    return s;
  }
  /// A number that is stored big-endian, as it counts.
  std::uint32_t stored(std::uint32_t counted) const {
    return big_endian_ ? counted : boost::endian::endian_reverse(counted);
  }

 private:
  std::uint32_t word(byte_span bytes, std::size_t at) const {
    return big_endian_ ? boost::endian::load_big_u32(bytes.data() + at)
                       : boost::endian::load_little_u32(bytes.data() + at);
  }

  bool big_endian_;
};

struct frame {
  std::vector<std::uint8_t> bytes;

  byte_span all() const { return bytes; }
  std::uint32_t page() const { return number(bytes, 0); }
  /// The size of the database if the frame ends a transaction, else 0.
  std::uint32_t commit_mark() const { return number(bytes, 4); }
  std::uint64_t salts() const { return boost::endian::load_big_u64(bytes.data() + 8); }
  checksum stored() const { return stored_sum(bytes, 16); }
  byte_span data() const { return all().subspan(frame_header); }
  checksum sum(checksum before, const summing& s) const {
    return s.after(s.after(before, all().first(summed_frame_header)), data());
  }
  bool fits(checksum before, const summing& s) const { return sum(before, s) == stored(); }
};

class log_file {
 public:
  explicit log_file(const std::string& path)
      : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}

  bool is_open() const noexcept { return file_.get() >= 0; }
  std::optional<std::array<std::uint8_t, header_size>> header() const {
    std::array<std::uint8_t, header_size> bytes{};
    if (!read(bytes, 0)) return {};
    return bytes;
  }
  /// @param n the first one is 1
  /// @return whether it is there
  bool read_frame(std::uint64_t n, std::uint32_t page_size, frame& to) const {
    to.bytes.resize(frame_header + page_size);
    return read(to.bytes, header_size + (n - 1) * to.bytes.size());
  }

 private:
  bool read(std::span<std::uint8_t> to, std::uint64_t at) const {
    while (!to.empty()) {
      const auto n = ::pread(file_.get(), to.data(), to.size(), static_cast<off_t>(at));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw SQLite::Exception(errno_text(errno), SQLITE_IOERR_READ);
      if (n == 0) return false;
      to = to.subspan(static_cast<std::size_t>(n));
      at += static_cast<std::uint64_t>(n);
    }
    return true;
  }

  file_descriptor file_;
};

struct finding {
  std::array<std::uint8_t, header_size> log{}; ///< its header: which generation of the log it was
  std::uint64_t frame = 0;                     ///< 0: the header
  std::uint64_t at = 0;                        ///< byte
  std::uint64_t behind = 0;                    ///< committed frames

  /// Also if a writer has put more behind it meanwhile.
  bool is_where(const finding& other) const { return log == other.log && frame == other.frame; }
};

bool is_page_size(std::uint32_t n) {
  return n >= 512 && n <= 65'536 && std::has_single_bit(n);
}

bool is_whole(byte_span header) {
  const std::uint32_t m = number(header, 0);
  return (m & ~1u) == magic && number(header, 4) == format_version &&
         is_page_size(number(header, 8)) &&
         summing((m & 1) != 0).after({}, header.first(summed_header)) ==
             stored_sum(header, summed_header);
}

/// The header is bad: frames that fit one another show that there was a log.
/// @return the last committed one; 0: there is none
std::uint64_t last_that_fits(const log_file& log, byte_span header, std::uint32_t page_size,
                             const summing& sums) {
  std::uint64_t last = 0;
  frame before, now;
  for (std::uint64_t n = 1; log.read_frame(n, page_size, now); ++n, std::swap(before, now)) {
    const bool fits = n == 1 ? now.fits(stored_sum(header, summed_header), sums) ||
                                   now.fits(sums.after({}, header.first(summed_header)), sums)
                             : now.salts() == before.salts() && now.fits(before.stored(), sums);
    if (fits && now.commit_mark() != 0) last = n;
  }
  return last;
}

std::optional<finding> look_behind_header(const log_file& log, finding found) {
  for (const std::uint32_t size : {number(found.log, 8), default_page_size}) {
    if (!is_page_size(size)) continue;
    for (const bool big_endian : {false, true}) {
      found.behind = last_that_fits(log, found.log, size, summing(big_endian));
      if (found.behind > 0) return found;
    }
  }
  return {};
}

/// Whether a frame that is bad ended a transaction. What was said of the page can be told from the
/// page and the sum behind it.
bool was_commit(const frame& bad, checksum before, const summing& sums) {
  const checksum said = sums.before(bad.stored(), bad.data());
  const std::uint32_t page = said.first - before.first - before.second;
  if (sums.stored(page) != bad.page()) return bad.commit_mark() != 0;
  return said.second - before.second - said.first != 0;
}

/// @param bad is number `found.frame`
/// @param before the sum of the one before
std::optional<finding> look_behind(const log_file& log, finding found, const frame& bad,
                                   checksum before, const summing& sums) {
  const std::uint64_t salts = boost::endian::load_big_u64(found.log.data() + 16);
  const std::uint32_t page_size = number(found.log, 8);
  // Either may be what is wrong: the frame, or the sum that is stored with it.
  const checksum anew = bad.sum(before, sums);
  bool ended = was_commit(bad, before, sums);
  bool damaged = false;
  std::uint64_t last = 0;
  frame previous = bad, now;
  for (std::uint64_t n = found.frame + 1; log.read_frame(n, page_size, now); ++n) {
    // Those of an older generation of the log have other salts.
    const bool fits = now.salts() == salts && (now.fits(previous.stored(), sums) ||
                                               (n == found.frame + 1 && now.fits(anew, sums)));
    if (fits && ended) {
      damaged = true;
      last = n - 1;
    }
    ended = now.commit_mark() != 0;
    if (fits && ended && damaged) last = n;
    std::swap(previous, now);
  }
  if (!damaged) return {};
  found.behind = last - found.frame;
  return found;
}

std::optional<finding> look_at(const log_file& log) {
  const auto header = log.header();
  if (!header) return {};
  finding found{.log = *header};
  if (!is_whole(*header)) return look_behind_header(log, found);
  const std::uint32_t page_size = number(*header, 8);
  const std::uint64_t salts = boost::endian::load_big_u64(header->data() + 16);
  const summing sums((number(*header, 0) & 1) != 0);
  checksum before = stored_sum(*header, summed_header);
  frame now;
  for (std::uint64_t n = 1; log.read_frame(n, page_size, now); ++n) {
    if (now.salts() != salts || now.page() == 0 || !now.fits(before, sums)) {
      found.frame = n;
      found.at = header_size + (n - 1) * now.bytes.size();
      return look_behind(log, found, now, before, sums);
    }
    before = now.stored();
  }
  return {};
}

/// What is found twice was not being written.
std::optional<finding> look_twice(const database_file& f) {
  for (auto found = std::optional<finding>();;) {
    const log_file log(f.path + "-wal");
    if (!log.is_open()) return {}; // SQLite says why, if there is one
    const auto again = look_at(log);
    if (!again || (found && again->is_where(*found))) return again;
    found = again;
  }
}

} // namespace

result<void> check_wal(const database_file& f) {
  try {
    const auto found = look_twice(f);
    if (!found) return {};
    const std::string where =
        found->frame == 0
            ? fmt::format("the header of '{}-wal' is not as it was written", f.path)
            : fmt::format("frame {} of '{}-wal' (from byte {}) is not as it was written",
                          found->frame, f.path, found->at);
    return fail(
        errc::storage_failed,
        fmt::format("the {} '{}' is damaged: {}, and {} committed frame{} behind it would "
                    "be lost. Put back a copy of both files, or {}; docs/operating.md says "
                    "how to go on without what is behind it",
                    f.what, f.path, where, found->behind, found->behind == 1 ? "" : "s",
                    f.what == "key ring" ? "the newest copy of the first" : "restore a backup"));
  } catch (const SQLite::Exception& e) {
    return explain(wal_of(f), e);
  }
}

} // namespace asio_chat::sqlite
