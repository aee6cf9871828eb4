#include "nats_protocol.hpp"

#include "lines.hpp"

#include <fmt/format.h>

#include <iterator>

namespace asio_chat::bench {

void nats_protocol::login(const part& as, std::string& out) {
  subject_ = as.room;
  fmt::format_to(std::back_inserter(out),
                 R"(CONNECT {{"verbose":false,"pedantic":false,"tls_required":true,"echo":false,)"
                 R"("lang":"c++","version":"1","protocol":1,"name":"{}"}})"
                 "\r\nSUB {} 1\r\nPING\r\n",
                 as.name, subject_);
}

void nats_protocol::publish(std::string_view text, std::string& out) {
  fmt::format_to(std::back_inserter(out), "PUB {} {}\r\n{}\r\n", subject_, text.size(), text);
}

std::size_t nats_protocol::feed(std::string_view in, sink& to, std::string& out) {
  constexpr std::string_view line_end = "\r\n";
  std::size_t taken = 0;
  while (const auto line = whole_line(in.substr(taken), max_line_bytes)) {
    const auto behind = taken + line->size();
    auto words = without_line_end(*line);
    const auto all = words;
    const auto operation = next_word(words);
    if (operation == "MSG") {
      // MSG SUBJECT SUBSCRIPTION [REPLY-TO] BYTES
      const auto length = number_in(words.substr(words.rfind(' ') + 1), max_payload_bytes);
      if (in.size() - behind < length + line_end.size()) break;
      if (in.substr(behind + length, line_end.size()) != line_end)
        throw broken("a message came that does not end where it says");
      to.on_text(in.substr(behind, length));
      taken = behind + length + line_end.size();
      continue;
    }
    taken = behind;
    if (operation == "PING")
      out.append("PONG\r\n");
    else if (operation == "PONG")
      set_ready();
    else if (operation != "INFO" && operation != "+OK")
      throw broken(fmt::format("the server said: {}", all));
  }
  return taken;
}

} // namespace asio_chat::bench
