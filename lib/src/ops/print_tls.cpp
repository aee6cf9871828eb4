#include "ops/print_tls.hpp"

#include "tls/posture.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <vector>

namespace asio_chat::ops {

namespace {

using rows = std::vector<tls::posture_row>;

constexpr std::size_t max_column = 60;
constexpr std::size_t min_column = 8;

std::string_view word_of(client_certificates c) {
  return c == client_certificates::required   ? "required"
         : c == client_certificates::optional ? "optional"
                                              : "none";
}

void add_trust(rows& all, const tls_server_config& tls) {
  const auto add = [&all](std::string name, std::string value, std::string why) {
    const bool given = !value.empty();
    all.push_back({std::move(name), given ? std::move(value) : "-", given ? "chosen" : "set",
                   std::move(why)});
  };
  add("OCSP stapling", tls.ocsp_response_file.empty() ? tls.ocsp_responder : tls.ocsp_response_file,
      "clients learn of a revocation without asking the CA");
  all.push_back({"client certificates", std::string(word_of(tls.clients)),
                 tls.clients == client_certificates::none ? "set" : "chosen",
                 "who is not asked can be anybody"});
  add("client CA", tls.client_ca_file, "trusts nothing else, not the system's store");
  add("client revocation lists", tls.client_crl_file, "without one a stolen key works to its end");
  add("client names", fmt::format("{}", fmt::join(tls.client_certificate_allow, ", ")),
      "who of the CA's clients may come in");
  add("client block list", tls.blocked_certificates_file, "the kill switch");
}

/// Long lists go on below themselves.
std::vector<std::string> folded(std::string_view value) {
  std::vector<std::string> lines;
  while (value.size() > max_column) {
    const auto colon = value.substr(0, max_column).rfind(':');
    if (colon == std::string_view::npos) break;
    lines.emplace_back(value.substr(0, colon + 1));
    value.remove_prefix(colon + 1);
  }
  lines.emplace_back(value);
  return lines;
}

std::string as_table(const rows& all) {
  std::size_t name_width = 0;
  for (const auto& row : all)
    name_width = std::max(name_width, row.name.size());
  std::string out =
      fmt::format("{}; chosen: by you, set: by asio-chatd, OpenSSL's: its default\n\n",
                  OpenSSL_version(OPENSSL_VERSION));
  for (const auto& row : all) {
    const auto lines = folded(row.value);
    if (lines.size() == 1 && lines.front().size() <= min_column) {
      out += fmt::format("{:<{}}  {:<9}  {:<8}  {}\n", row.name, name_width, row.origin,
                         lines.front(), row.why);
      continue;
    }
    out += fmt::format("{:<{}}  {:<9}  {:<8}  {}\n", row.name, name_width, row.origin, "", row.why);
    for (const auto& line : lines)
      out += fmt::format("{:<{}}    {}\n", "", name_width, line);
  }
  return out;
}

std::string as_object(const rows& all, const std::vector<std::string>& suites) {
  boost::json::array settings;
  std::string minimum;
  for (const auto& row : all) {
    settings.push_back(
        {{"name", row.name}, {"value", row.value}, {"origin", row.origin}, {"why", row.why}});
    if (row.name == "minimum version") minimum = row.value;
  }
  const boost::json::object whole{
      {"openssl", OpenSSL_version(OPENSSL_VERSION)},
      {"minimum_version", minimum},
      {"cipher_suites", boost::json::array(suites.begin(), suites.end())},
      {"cipher_suite_count", suites.size()},
      {"settings", std::move(settings)}};
  return boost::json::serialize(whole) + "\n";
}

} // namespace

std::string print_tls(const settings& s, bool as_json) {
  const tls_server_config& config = s.server.tls;
  boost::asio::ssl::context context(boost::asio::ssl::context::tls_server);
  tls::set_posture(context.native_handle(), config.posture).value();
  rows all = tls::describe_posture(context.native_handle(), config.posture);
  add_trust(all, config);
  return as_json ? as_object(all, tls::suite_names(context.native_handle())) : as_table(all);
}

} // namespace asio_chat::ops
