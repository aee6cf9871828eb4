// Makes a data directory with very many accounts, each of which opens by a certificate.
//   many_facts DIRECTORY ACCOUNTS ROOMS EVERY
// Each account has read that many rooms, and one in EVERY has an app password; 0: none.
#include "accounts/facts.hpp"
#include "accounts/read_book.hpp"
#include "journal/sqlite/sqlite_journal.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <sodium.h>
#include <sys/stat.h>

using namespace asio_chat;

namespace {

template <class Bytes>
Bytes drawn() {
  Bytes b{};
  ::randombytes_buf(b.data(), b.size());
  return b;
}

std::vector<fact> facts_of_one(std::uint64_t n, std::uint64_t rooms, std::uint64_t every) {
  const identity who = drawn<identity>();
  const wall_time now = system_clock().wall_now();
  std::vector<fact> all{
      fact_of(account{who, fmt::format("member-{}", n), {}, role::member, false, now}),
      fact_of(account_certificate{drawn<key_hash>(), who, 1, now, {}, true})};
  account_reads read{who, std::chrono::floor<std::chrono::hours>(now)};
  for (std::uint64_t r = 0; r < rooms; ++r)
    read.places.push_back({fmt::format("room-{}", (n + r) % 1'000), 1'700'000'000'000, 100 + r});
  if (rooms > 0) all.push_back(fact_of(read));
  if (every > 0 && n % every == 0)
    all.push_back(fact_of(app_password{drawn<identity>(), who, 1, "bot", false, {"room-1"}, now}));
  return all;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  ::umask(077);
  const std::string directory = argv[1];
  const auto number = [&](int i) { return std::strtoull(argv[i], nullptr, 10); };
  sqlite_journal::options o{.directory = directory};
  o.masters.push_back(sqlite::secret_key::random());
  std::string digits;
  for (const std::uint8_t byte : o.masters[0].bytes())
    digits += fmt::format("{:02x}", byte);
  std::ofstream(directory + "/master.key") << digits << '\n';
  boost::asio::io_context context;
  const auto work = boost::asio::make_work_guard(context);
  const auto log = sqlite_journal::open(std::move(o), [&](auto task) {
                     boost::asio::post(context, std::move(task));
                   }).value();
  constexpr std::uint64_t at_once = 1'000;
  for (std::uint64_t n = 0; n < number(2); n += at_once) {
    std::vector<fact> some;
    for (std::uint64_t i = n; i < std::min<std::uint64_t>(n + at_once, number(2)); ++i)
      for (fact& f : facts_of_one(i, number(3), number(4)))
        some.push_back(std::move(f));
    bool done = false;
    bool good = false;
    log->keep(std::move(some), [&](const result<void>& kept) {
      done = true;
      good = kept.has_value();
    });
    while (!done)
      context.run_one();
    if (!good) return 1;
  }
  return 0;
}
