// crl, revoke: what a CA takes back.
#include "authority.hpp"
#include "commands.hpp"

#include "base/clock.hpp"
#include "tls/pem.hpp"
#include "tls/x509/renew.hpp"
#include "tls/x509/revocation_list.hpp"
#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <optional>

namespace asio_chat::certs {

namespace {

using tls::x509::revocation;
using tls::x509::revocation_file;

constexpr int list_days = 30;

void add_days(CLI::App& command, int& days) {
  command.add_option("--days", days, "How long the list is valid: its nextUpdate")
      ->type_name("DAYS")
      ->capture_default_str();
}

std::string summary(const std::string& path, const tls::x509::revocation_list& list) {
  return fmt::format("{}: number {}, {} certificate{} revoked, valid until {}", path, list.number(),
                     list.size(), list.size() == 1 ? "" : "s", tls::time_text(list.next_update()));
}

class crl_command {
 public:
  explicit crl_command(CLI::App& command)
      : ca_(command, ".") {
    add_days(command, days_);
  }

  void run() {
    const auto issuer = ca_.load();
    const std::string path = ca_.list_path();
    auto file = revocation_file::open(path, issuer.certificate.get()).value();
    file.reissue(issuer, days_).value();
    fmt::print("Generated {}\n"
               "asio-chatd takes it by --client-crl FILE, and reads a changed file at once. Renew "
               "it before it expires: with an expired list no client can connect.\n",
               summary(path, *file.list()));
  }

 private:
  authority ca_;
  int days_ = list_days;
};

/// What is to be revoked: its number, and how to call it in a sentence.
struct target {
  std::string serial;
  std::string name;
};

class revoke_command {
 public:
  explicit revoke_command(CLI::App& command)
      : ca_(command, "the certificate's directory, or .") {
    command
        .add_option("TARGET", target_,
                    "The certificate, a PEM file, or its serial number, as `show` prints it")
        ->required();
    command.add_option("--reason", reason_, "Why, for those who read the list [none is given]")
        ->check(CLI::IsMember(tls::x509::revocation_reasons()));
    add_days(command, days_);
  }

  void run() {
    std::error_code ec;
    const bool is_file = std::filesystem::exists(target_, ec);
    const std::string serial = is_file ? "" : read_serial();
    if (is_file) ca_.look_in(std::filesystem::path(target_).parent_path().string());
    const auto issuer = ca_.load();
    X509* ca = issuer.certificate.get();
    const std::string path = ca_.list_path();
    auto file = revocation_file::open(path, issuer.certificate.get()).value();
    // A renewal waits from here on: what is in the file now is what is revoked.
    const target what = is_file ? read_file(ca) : target{serial, "serial " + serial};
    if (what.serial == tls::describe(ca).serial) throw error(itself(what));
    bool changed = revoke(what, file, issuer);
    if (is_file) {
      if (const auto older = predecessor(ca)) changed = revoke(*older, file, issuer) || changed;
    }
    if (!changed) return;
    if (!is_file)
      fmt::print("The CA keeps no record of the numbers that it issued: check the certificate with "
                 "`asio-chat-certs show`\n");
    fmt::print("Generated {}\n"
               "Next: have asio-chatd read that file (--client-crl FILE). A daemon that does reads "
               "a changed file at once, and disconnects clients that use the certificate.\n",
               summary(path, *file.list()));
  }

 private:
  /// Whether the list is another now.
  bool revoke(const target& what, revocation_file& file, const tls::x509::identity& issuer) const {
    const auto before = file.list() ? file.list()->find(what.serial) : std::nullopt;
    if (before) {
      fmt::print("{} is revoked already, since {}{}: nothing was changed\n", what.name,
                 tls::time_text(before->when), because(before->reason));
      return false;
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(system_wall_now());
    const revocation added{what.serial, now, reason_};
    file.reissue(issuer, days_, &added).value();
    fmt::print("Revoked {}{}\n", what.name, because(reason_));
    return true;
  }

  /// The certificate that `renew` has replaced: as good as the new one, with the same key.
  std::optional<target> predecessor(X509* ca) const {
    const std::string path = target_ + ".old";
    std::error_code ec;
    if (!std::filesystem::exists(path, ec)) return std::nullopt;
    const auto old = tls::read_certificates(path, "the certificate file");
    if (!old || !tls::x509::check_issued_by(ca, old->front().get(), path)) return std::nullopt;
    const auto info = tls::describe(old->front().get());
    if (info.pin != tls::describe_file(target_).value().pin) return std::nullopt;
    return target{info.serial, fmt::format("{} ({}, serial {})", path, info.subject, info.serial)};
  }

  static std::string because(const std::string& reason) {
    return reason.empty() ? "" : fmt::format(" ({})", reason);
  }

  std::string read_serial() const {
    auto serial = tls::x509::parse_serial(target_);
    if (serial) return *serial;
    throw error(fail(errc::bad_setting,
                     fmt::format("'{}' is neither a file nor a serial number", target_)));
  }

  target read_file(X509* ca) const {
    const auto all = tls::read_certificates(target_, "the certificate file").value();
    tls::x509::check_issued_by(ca, all.front().get(), target_).value();
    const auto info = tls::describe(all.front().get());
    return {info.serial, fmt::format("{} ({}, serial {})", target_, info.subject, info.serial)};
  }

  failure itself(const target& what) const {
    return fail(
        errc::bad_setting,
        fmt::format(
            "{} is the CA itself, which its own list cannot revoke: stop trusting {} instead",
            what.name, ca_.certificate_path()));
  }

  authority ca_;
  std::string target_;
  std::string reason_;
  int days_ = list_days;
};

} // namespace

void add_crl_command(CLI::App& program) {
  add_command<crl_command>(program, "crl",
                           "Makes the CA's revocation list, ca-crl.pem, or renews it")
      ->footer("The list is the only record of what is revoked: keep it with the CA's key. Each "
               "new list has all entries of the previous one.");
}

void add_revoke_command(CLI::App& program) {
  add_command<revoke_command>(program, "revoke",
                              "Revokes a certificate: adds it to the CA's revocation list");
}

} // namespace asio_chat::certs
