#include "ops/master_key_file.hpp"

#include "ops/data_directory.hpp"
#include "ops/visible.hpp"
#include "tls/secret_file.hpp"
#include "tls/x509/staged_file.hpp"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

namespace asio_chat::ops {

namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::string_view what = "the master key file";

result<std::string> checked(std::string key, std::string_view where) {
  boost::algorithm::trim(key);
  if (key.size() == 2 * key_bytes && boost::algorithm::all(key, boost::algorithm::is_xdigit()))
    return key;
  return fail(errc::bad_setting,
              fmt::format("{} is no master key: it must have {} hexadecimal digits; make one with: "
                          "openssl rand -hex {}",
                          where, 2 * key_bytes, key_bytes));
}

result<void> make_key_file(const std::string& path) {
  std::array<unsigned char, key_bytes> key{};
  if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1)
    return fail(errc::not_available, "the system has no random numbers for a master key");
  std::string line = fmt::format("{:02x}\n", fmt::join(key, ""));
  auto file = tls::x509::staged_file::write(path, line, 0600);
  tls::wipe(line);
  if (!file) return file.error();
  return file->publish(false);
}

bool is_there(const std::string& path) {
  std::error_code error; // then reading it says what is wrong
  return std::filesystem::exists(path, error) || error;
}

result<std::vector<std::string>> find_keys(const settings& s, const logger& log) {
  if (!s.master_key_file.empty()) return read_master_keys(s.master_key_file);
  if (s.master_key) {
    auto key = checked(*s.master_key, "CHAT_MASTER_KEY in the environment");
    if (!key) return key.error();
    return std::vector{*std::move(key)};
  }
  if (!s.credentials_directory.empty()) {
    const std::string credential = s.credentials_directory + "/master-key";
    if (is_there(credential)) return read_master_keys(credential);
  }
  const std::string own = s.data_directory + "/master.key";
  if (!is_there(own)) {
    if (auto made = make_key_file(own); !made) return made.error();
    log(severity::warning,
        "A master key was made: without it the history cannot be read, keep a copy elsewhere",
        {{"file", own}});
  }
  return read_master_keys(own);
}

} // namespace

result<std::vector<std::string>> read_master_keys(const std::string& path) {
  auto text = tls::read_secret_file(path, std::string(what));
  if (!text) return fail(errc::bad_setting, text.error().message);
  std::vector<std::string> lines;
  boost::algorithm::split(lines, *text, boost::algorithm::is_any_of("\n"));
  tls::wipe(*text);
  std::vector<std::string> keys;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    boost::algorithm::trim(lines[n]);
    if (lines[n].empty() || lines[n].front() == '#') continue;
    auto key = checked(lines[n], fmt::format("{} '{}', line {},", what, visible(path, 512), n + 1));
    tls::wipe(lines[n]);
    if (!key) return key.error();
    keys.push_back(*std::move(key));
  }
  if (keys.empty())
    return fail(errc::bad_setting,
                fmt::format("{} '{}' has no key in it", what, visible(path, 512)));
  return keys;
}

result<void> prepare_storage(settings& s, const logger& log) {
  if (s.ephemeral) {
    log(severity::info, "The history is in memory and ends with this server");
    return {};
  }
  if (auto made = prepare_data_directory(s.data_directory); !made) return made;
  auto keys = find_keys(s, log);
  if (!keys) return keys.error();
  s.server.storage.directory = s.data_directory;
  s.server.storage.master_keys = *std::move(keys);
  return {};
}

} // namespace asio_chat::ops
