// A QR code as lines of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::totp {

/// Two rows of it in a line, with the blank margin that readers want; what is light is drawn, as on
/// a dark terminal. Empty if the text is too long for one.
std::vector<std::string> qr_lines(std::string_view text);

} // namespace asio_chat::totp
