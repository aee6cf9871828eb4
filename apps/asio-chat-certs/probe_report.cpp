#include "probe_report.hpp"

#include "base/sanitize.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

namespace asio_chat::certs {

namespace json = boost::json;

namespace {

/// What keeps an answer about this certificate from proving something.
std::string problem_of(const tls::ocsp_answer& answer) {
  return answer.about_it ? answer.problem(system_wall_now()) : std::string();
}

std::string staple_text(const tls::ocsp_staple& staple) {
  if (!staple.given) return "no OCSP answer was given";
  const tls::ocsp_answer& answer = staple.answer;
  std::string text = answer.status;
  if (answer.this_update != std::chrono::sys_seconds())
    text += ", as of " + tls::time_text(answer.this_update);
  if (answer.next_update != std::chrono::sys_seconds())
    text += ", until " + tls::time_text(answer.next_update);
  if (const std::string problem = problem_of(answer); !problem.empty()) text += "; but " + problem;
  return text;
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value time_or_null(std::chrono::sys_seconds time) {
  return time == std::chrono::sys_seconds()
             ? json::value(nullptr)
             : json::value(fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time)));
}

json::array array_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

json::object json_of(X509* certificate) {
  const tls::certificate_info info = tls::describe(certificate);
  return {{"subject", info.subject},
          {"issuer", info.issuer},
          {"serial", info.serial},
          {"not_before", time_or_null(info.not_before)},
          {"not_after", time_or_null(info.not_after)},
          {"days_left", tls::days_left(info)},
          {"dns_names", array_of(info.dns_names)},
          {"ip_names", array_of(info.ip_names)},
          {"crl_addresses", array_of(info.crl_addresses)},
          {"ocsp_addresses", array_of(info.ocsp_addresses)},
          {"ca", info.ca},
          {"key", info.key},
          {"signature", info.signature},
          {"fingerprint", info.fingerprint},
          {"pin", info.pin},
          {"der_bytes", info.der_bytes}};
}

json::value json_of(const tls::ocsp_staple& staple) {
  if (!staple.given) return nullptr;
  const tls::ocsp_answer& answer = staple.answer;
  return json::object{{"status", answer.status},
                      {"verified", answer.holds(system_wall_now())},
                      {"problem", text_or_null(problem_of(answer))},
                      {"this_update", time_or_null(answer.this_update)},
                      {"next_update", time_or_null(answer.next_update)}};
}

} // namespace

std::string summary_of(const probe_request& asked, const probe_result& found) {
  std::string text;
  const auto line = [&text](std::string_view name, std::string_view value) {
    if (!value.empty()) text += fmt::format("{:<13}{}\n", name, value);
  };
  line("Server", fmt::format("{}, port {}, at {}", asked.host, asked.port, found.address));
  line("Version", found.session.version);
  line("Cipher suite", found.session.cipher_suite);
  line("Key exchange", found.key_exchange);
  if (!found.session.version.empty())
    line("ALPN", found.session.alpn.empty() ? "none agreed on" : found.session.alpn);
  line("Stapling", staple_text(found.staple));
  line("Client", found.certificate_asked ? "asked for a certificate" : "");
  line("Refused", found.refusal);
  line("Trusted", found.verdict ? fmt::format("yes, as '{}', by {}", asked.host, *found.verdict)
                                : "NO: " + found.verdict.error().message);
  return text;
}

std::string json_of(const probe_request& asked, const probe_result& found) {
  json::array chain;
  for (const tls::certificate_ptr& certificate : found.chain)
    chain.push_back(json_of(certificate.get()));
  const bool trusted = found.verdict.has_value();
  json::object o{{"host", asked.host},
                 {"port", std::stoi(asked.port)},
                 {"address", found.address},
                 {"version", text_or_null(found.session.version)},
                 {"cipher_suite", text_or_null(found.session.cipher_suite)},
                 {"key_exchange", text_or_null(found.key_exchange)},
                 {"alpn", text_or_null(found.session.alpn)},
                 {"staple", json_of(found.staple)},
                 {"certificate_asked", found.certificate_asked},
                 {"refusal", text_or_null(found.refusal)},
                 {"trusted", trusted},
                 {"trusted_by", trusted ? json::value(*found.verdict) : nullptr},
                 {"reason", trusted ? nullptr : json::value(found.verdict.error().message)},
                 {"chain", std::move(chain)}};
  if (!asked.path.empty())
    o["answer"] = found.answered ? json::value(sanitize_bytes_for_terminal(found.answer)) : nullptr;
  return json::serialize(o);
}

} // namespace asio_chat::certs
