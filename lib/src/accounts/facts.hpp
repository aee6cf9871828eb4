// What is known of people, and how it is written: accounts, devices, rooms, bans.
#pragma once

#include "accounts/certificate.hpp"
#include "accounts/people_store.hpp"
#include "accounts/policy.hpp"
#include "model/identity.hpp"

#include <asio_chat/entry.hpp>
#include <asio_chat/rights.hpp>
#include <asio_chat/time.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// Somebody whom the server knows again by a password or a device.
struct account {
  identity id{}; ///< drawn once, and that of its member; never of another account
  std::string name;
  rare_text password_hash{}; ///< Argon2id, with its salt and cost; empty: no password opens it
  asio_chat::role role = role::member; ///< on the server
  bool disabled = false;
  wall_time made{};
  /// Tokens of its last devices that were logged out, one behind the other, the newest last.
  /// Whoever blocks or ignores the account does so with the guests who come with them.
  rare_text left_devices{};
};

constexpr std::size_t max_left_devices = 8;
std::vector<identity> left_devices_of(const account& a);
/// One more; the oldest of too many goes.
void add_left_device(account& a, const identity& token);

/// What an account asks for besides the password.
struct account_factor {
  identity account{};
  std::string secret;     ///< see `second_factor`
  bool is_on = false;     ///< a code of it was shown once; before that nothing asks for one
  std::uint64_t used = 0; ///< the last step of time whose code was taken
  std::vector<std::string> recovery{}; ///< hashes of the codes that are left
  wall_time made{};
};

/// Lets somebody make an account, once.
struct invitation {
  std::string code;
  std::string by;
  wall_time until{};
};

/// A token that opens an account. The token itself is not here.
struct device {
  identity token{}; ///< see `identity`
  identity account{};
  std::uint64_t number = 0; ///< among those of the account
  wall_time made{};
  wall_time seen{};      ///< when it came last, to an hour
  rare_text name{};      ///< that its owner calls it by; empty: none
  std::uint64_t app = 0; ///< the app password that it came by; 0: it may all that the account may
};

/// A secret, drawn by the server, that opens an account to a program for some things alone.
struct app_password {
  identity secret{}; ///< its hash, see `secret_source`
  identity account{};
  std::uint64_t number = 0; ///< among those of the account
  rare_text name{};
  bool speaks = false;              ///< else it only reads
  std::vector<std::string> rooms{}; ///< where; empty: everywhere
  wall_time made{};
  wall_time seen{}; ///< when it was used last
};

/// A certificate of a client that opens an account.
struct account_certificate {
  key_hash key{};
  identity account{};
  std::uint64_t number = 0; ///< among those of the account
  wall_time made{};
  rare_text subject{}; ///< of the one that was added; empty: the pin was typed
  bool proven = false; ///< it was shown, or the operator has added it
};

/// A limit that an operator has set while the server ran.
struct limit_choice {
  std::string name; ///< of its setting
  std::string value;
  std::string by{};
  wall_time made{};
};

/// What a room shows in `/pins`: an entry of its log.
struct pinned_entry {
  std::uint64_t offset = 0;
  wall_time said{};          ///< tells it from one that has its offset in a log that was begun anew
  std::uint64_t text_at = 0; ///< where its text is: its own offset, or that of its last edit
  std::string from{};        ///< who has said it
  std::string by{};          ///< who has pinned it
};

/// What is said of a room. A room that nobody has said anything of has no facts.
struct room_facts {
  std::string name;
  room_modes modes{};
  std::map<identity, role> roles{}; ///< of accounts
  std::set<identity> invited{};     ///< accounts
  std::vector<pinned_entry> pins{}; ///< the newest last
  bool opened_by_guest = false;
  rare_text key_hash{}; ///< as that of a password: whoever knows the key is let in; empty: none

  std::uint64_t max_entries = 0;   ///< that its log keeps; 0: as the server has it
  std::chrono::seconds max_age{0}; ///< likewise

  bool keeps_less() const noexcept { return max_entries > 0 || max_age.count() > 0; }
  bool has_owner() const noexcept;
  /// A guest has opened it, and nobody has taken care of it since.
  bool is_left_by_guests() const noexcept;
  /// `role::guest`: none.
  role role_of(const identity& account) const noexcept;
};

/// The first `bits` of an address, as `login::host` has them.
struct network {
  std::array<std::uint8_t, 16> bytes{};
  unsigned bits = 128;
  bool contains(std::string_view host) const noexcept;
  friend bool operator==(const network&, const network&) = default;
};

/// `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`; none if it is no address. Of IPv6 64 bits count: a
/// host has as many of the others as it likes.
std::optional<network> parse_network(std::string_view text);

/// An address as `login::host` has it; empty: none.
std::string host_text(std::string_view host);

/// Whom a ban may be about.
struct subject {
  identity who{};
  std::string name{};         ///< folded
  std::string_view host = {}; ///< see `login::host`
  std::optional<identity> token{};
  role here = role::guest; ///< where the ban would hold
  std::optional<identity> certificate{};
};

/// Keeps somebody out, or silent. It holds for whatever of its marks fits. A token is one's own
/// before, while and after it is a device of an account. A network, and a certificate, which many
/// may share, are closed to those below an operator: else one could lock out those above, whom
/// nobody bans by name.
struct ban {
  enum class kind : std::uint8_t { out, mute };
  std::uint64_t number = 0;
  kind what = kind::out;
  std::string room{};            ///< empty: everywhere
  std::string shown{};           ///< whom it is about, as it was typed
  std::optional<identity> who{}; ///< an account, or a guest's token
  std::string name{};            ///< folded, of a guest; empty: whatever name
  std::optional<network> from{};
  std::optional<wall_time> until{}; ///< none: for ever
  std::string by{};
  std::string reason{};
  wall_time made{};
  std::vector<identity> devices{}; ///< tokens that the account had, and certificates

  bool is_about(const subject& s) const noexcept;
};

/// @name Facts
/// Fields that a later version adds come behind those that are there.
/// @{
std::string key_of(const identity& who);
identity identity_of_key(std::string_view key) noexcept;
fact fact_of(const account& a);
fact fact_of(const device& d);
fact fact_of(const room_facts& r);
fact fact_of(const ban& b);
fact fact_of(const account_factor& f);
fact fact_of(const invitation& i);
fact fact_of(const account_certificate& c);
fact fact_of(const limit_choice& l);
fact fact_of(const app_password& p);
/// That it is no more.
fact without(fact f);
account account_in(const fact& f);
device device_in(const fact& f);
room_facts room_in(const fact& f);
ban ban_in(const fact& f);
account_factor factor_in(const fact& f);
invitation invitation_in(const fact& f);
account_certificate certificate_in(const fact& f);
limit_choice limit_in(const fact& f);
app_password app_password_in(const fact& f);
/// @}

} // namespace asio_chat
