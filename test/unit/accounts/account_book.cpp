#include "accounts/account_book.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>

using namespace asio_chat;

namespace {

account called(std::uint8_t id, std::string name) {
  account a;
  a.id = {id};
  a.name = std::move(name);
  return a;
}

device token_of(std::uint8_t token, std::uint8_t of, std::uint64_t number) {
  return {{token}, {of}, number};
}

/// The same in maps, where it is plain.
struct plain_book {
  std::map<identity, account> accounts;
  std::map<identity, device> devices;
  std::map<key_hash, account_certificate> certificates;

  std::vector<std::pair<std::uint64_t, identity>> devices_of(const identity& account) const {
    std::vector<std::pair<std::uint64_t, identity>> all;
    for (const auto& [token, d] : devices)
      if (d.account == account) all.emplace_back(d.number, token);
    std::ranges::sort(all);
    return all;
  }
};

void check_same(const account_book& book, const plain_book& plain) {
  CHECK(book.size() == plain.accounts.size());
  CHECK(book.accounts().size() == plain.accounts.size());
  for (std::uint8_t n = 0; n < 16; ++n) {
    const identity id{n};
    const auto known = plain.accounts.find(id);
    const account* a = book.find(id);
    REQUIRE((a != nullptr) == (known != plain.accounts.end()));
    if (a != nullptr) {
      CHECK(a->name == known->second.name);
      CHECK(book.find_name(a->name) == a);
    }
    std::vector<std::pair<std::uint64_t, identity>> devices;
    for (const device* d : book.devices_of(id))
      devices.emplace_back(d->number, d->token);
    CHECK(devices == plain.devices_of(id));
    std::size_t certificates = 0;
    for (const auto& [key, c] : plain.certificates)
      if (c.account == id) ++certificates;
    CHECK(book.certificates_of(id).size() == certificates);
  }
  for (std::uint8_t n = 0; n < 32; ++n) {
    const device* d = book.find_device({n});
    REQUIRE((d != nullptr) == plain.devices.contains({n}));
    if (d != nullptr) CHECK(d->account == plain.devices.at({n}).account);
    const account_certificate* c = book.find_certificate({n});
    REQUIRE((c != nullptr) == plain.certificates.contains({n}));
    if (c != nullptr) CHECK(c->account == plain.certificates.at({n}).account);
  }
}

} // namespace

TEST_CASE("a device that comes before its account opens it once that is there") {
  account_book book;
  book.put(token_of(7, 1, 1));
  CHECK(book.find({1}) == nullptr);
  CHECK(book.size() == 0);
  CHECK(book.accounts().empty());
  CHECK(book.find_device({7})->account == identity{1});
  book.put(called(1, "alice"));
  CHECK(book.find_name("alice") == book.find({1}));
  CHECK(book.size() == 1);
  REQUIRE(book.devices_of({1}).size() == 1);
  book.remove_account({1});
  CHECK(book.find({1}) == nullptr);
  CHECK(book.find_name("alice") == nullptr);
  CHECK(book.devices_of({1}).size() == 1); // it goes by a fact of its own
  book.remove_device({7});
  CHECK(book.devices_of({1}).empty());
}

TEST_CASE("an account is found by its newest name, and accounts are sorted by name") {
  account_book book;
  book.put(called(1, "Zoe"));
  book.put(called(2, "bob"));
  book.put(called(1, "Alice"));
  CHECK(book.find_name("zoe") == nullptr);
  CHECK(book.find_name("alice") == book.find({1}));
  const auto all = book.accounts();
  REQUIRE(all.size() == 2);
  CHECK(all[0]->name == "Alice");
  CHECK(all[1]->name == "bob");
}

TEST_CASE("whatever comes and goes, everything is found as in plain maps") {
  account_book book;
  plain_book plain;
  std::mt19937 draw(GENERATE(1u, 2u, 3u));
  const auto below = [&](unsigned n) { return static_cast<std::uint8_t>(draw() % n); };
  for (int step = 0; step < 400; ++step) {
    const identity id{below(16)};
    const identity token{below(32)};
    const key_hash key{below(32)};
    switch (below(6)) {
    case 0: {
      account a = called(id[0], "name-" + std::to_string(step));
      plain.accounts[id] = a;
      book.put(std::move(a));
      break;
    }
    case 1:
      plain.accounts.erase(id);
      book.remove_account(id);
      break;
    case 2: {
      const device d = token_of(token[0], id[0], static_cast<std::uint64_t>(step));
      plain.devices[token] = d;
      book.put(d);
      break;
    }
    case 3:
      plain.devices.erase(token);
      book.remove_device(token);
      break;
    case 4: {
      const account_certificate c{key, id, static_cast<std::uint64_t>(step)};
      plain.certificates[key] = c;
      book.put(c);
      break;
    }
    default:
      plain.certificates.erase(key);
      book.remove_certificate(key);
    }
    check_same(book, plain);
  }
}
