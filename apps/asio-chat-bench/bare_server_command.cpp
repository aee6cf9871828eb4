#include "command.hpp"

#include "bare_server.hpp"

#include "base/standard_streams.hpp"

#include <fmt/format.h>

#include <memory>

namespace asio_chat::bench {

namespace {

struct bare_settings {
  std::string certificate;
  std::string key;
  std::string listen = "127.0.0.1:0";
  bool coalesce = false;
  bool tickets = false;
};

int run_command(const bare_settings& given) {
  bare_server server(resolve(given.listen),
                     server_context(given.certificate, given.key, given.tickets), given.coalesce);
  fmt::print("listening on {}\n", server.address());
  flush_output();
  server.run();
  return 0;
}

} // namespace

command bare_server_command(CLI::App& program) {
  auto* options = program.add_subcommand(
      "bare-server", "The control: the least work that a fan-out over TLS can be");
  options->footer("Example:\n  asio-chat-bench bare-server --cert cert.pem --key key.pem "
                  "--listen 127.0.0.1:9443 --coalesce");
  const auto given = std::make_shared<bare_settings>();
  options->add_option("--cert", given->certificate, "Certificate, PEM")->required();
  options->add_option("--key", given->key, "Its private key, PEM")->required();
  options->add_option("--listen", given->listen, "HOST:PORT; port 0: a free one")
      ->capture_default_str();
  options->add_flag("--coalesce", given->coalesce,
                    "Send what waits for a receiver together, in records of up to 16 KiB");
  options->add_flag("--tickets", given->tickets, "Clients may resume sessions");
  return {options, [given] { return run_command(*given); }};
}

} // namespace asio_chat::bench
