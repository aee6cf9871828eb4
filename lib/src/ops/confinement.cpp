#include "ops/confinement.hpp"

#include "ops/landlock.hpp"
#include "ops/master_key_file.hpp"
#include "ops/privileges.hpp"
#include "ops/system_calls.hpp"
#include "tls/ocsp.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::ops {

namespace {

bool is_a_name(const listen_address& at) {
  boost::system::error_code no_address;
  boost::asio::ip::make_address(at.host, no_address);
  return no_address.failed();
}

} // namespace

confinement confinement_of(const settings& s) {
  confinement needed;
  const auto add = [](std::vector<std::string>& to, const std::string& path) {
    if (!path.empty()) to.push_back(path);
  };
  for (const std::string& file : tls_files(s))
    add(needed.read, file);
  add(needed.read, s.oidc.keys_file);
  add(needed.read, s.credentials_directory);
  if (!s.ephemeral) {
    add(needed.read, master_key_path(s));
    add(needed.written, s.data_directory);
  }
  needed.removed = s.listen_unix;
  needed.asks_programs = !s.authenticator.empty();
  auto listen = s.listen;
  if (s.insecure_plaintext_listen) listen.push_back(*s.insecure_plaintext_listen);
  for (const auto& at : listen)
    needed.listen.push_back(at.port);
  needed.looks_up_names = std::ranges::any_of(listen, is_a_name);
  if (const std::string& responder = s.server.tls.ocsp_responder; !responder.empty()) {
    needed.connects = needed.looks_up_names = true;
    constexpr std::uint16_t domain_name_servers = 53;
    // `auto` is where a certificate says, and the next one may say something else.
    if (const auto at = tls::parse_responder(responder); responder != "auto" && at)
      needed.ports = {static_cast<std::uint16_t>(std::stoul(at->port)), domain_name_servers};
  }
  return needed;
}

std::vector<confined_part> confine(const confinement& needed) {
  auto parts = std::vector{give_up_privileges(needed)}; // the others rest on it
  for (confined_part& part : close_files_and_ports(needed))
    parts.push_back(std::move(part));
  parts.push_back(close_system_calls(needed));
  return parts;
}

std::vector<confined_part> confine_for(const settings& s) {
  if (!s.unconfined) return confine(confinement_of(s));
  return {{"process", "",
           "insecure-unconfined is on, and whoever breaks in can do whatever this user can"}};
}

std::string text_of(const confined_part& part) {
  return part.why_not.empty() ? fmt::format("Confined {}: {}", part.what, part.how)
                              : fmt::format("Not confined {}: {}", part.what, part.why_not);
}

} // namespace asio_chat::ops
