// show: what a certificate in a file says.
#include "certificate_text.hpp"
#include "commands.hpp"
#include "server_probe.hpp"

#include "tls/pem.hpp"
#include "tls/revocation.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <utility>

namespace asio_chat::certs {

namespace {

class show_command {
 public:
  explicit show_command(CLI::App& command) {
    command.add_option("FILE", path_, "Certificates or revocation lists in PEM")
        ->required()
        ->type_name("");
    command.add_flag("--whole", whole_, "The whole structure, with all extensions");
    command.add_flag("--pem", pem_, "Only the certificates themselves in PEM");
  }

  void run() const {
    std::error_code ec;
    if (!std::filesystem::exists(path_, ec) && parse_server_address(path_))
      throw error(fail(errc::bad_certificate_file,
                       fmt::format("there is no file '{0}': to look at a server, use "
                                   "`asio-chat-certs probe {0}`",
                                   path_)));
    auto read = tls::read_certificates(path_, "the certificate file");
    if (!read && !pem_ && show_lists()) return;
    const auto all = std::move(read).value();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all.size() > 1 && !pem_)
        fmt::print("{}Certificate {} of {}\n", i == 0 ? "" : "\n", i + 1, all.size());
      show(all[i].get());
    }
  }

 private:
  /// @return false: the file is no revocation list either
  bool show_lists() const {
    const auto lists = tls::read_revocation_lists(path_);
    if (!lists) return false;
    for (const tls::shared_list& list : *lists)
      fmt::print("{}", structure_of(list.get()));
    return true;
  }
  void show(X509* certificate) const {
    if (pem_) return fmt::print("{}", pem_of(certificate));
    fmt::print("{}", tls::to_text(tls::describe(certificate)));
    if (whole_) fmt::print("{}", structure_of(certificate));
  }

  std::string path_;
  bool whole_ = false;
  bool pem_ = false;
};

} // namespace

void add_show_command(CLI::App& program) {
  add_command<show_command>(program, "show",
                            "Shows the certificates, or the revocation lists, in a file");
}

} // namespace asio_chat::certs
