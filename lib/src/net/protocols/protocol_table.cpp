#include "net/protocols/protocol_table.hpp"

#include "net/protocols/compact/compact_protocol.hpp"
#include "net/protocols/native/native_protocol.hpp"
#include "net/protocols/text/text_protocol.hpp"

#include <array>
#include <stdexcept>

namespace asio_chat::net {

std::span<const protocol_row> default_protocols() {
  static const std::array table{compact_protocol(), native_protocol(), text_protocol()};
  return table;
}

protocol_set::protocol_set(std::span<const protocol_row> rows)
    : rows_(rows)
    , meter_(new byte_meter) {
  if (rows.size() > event_block::max_codecs)
    throw std::length_error("there are more protocols than an event can be encoded for");
  encoders_.reserve(rows.size());
  for (std::size_t n = 0; n < rows.size(); ++n)
    encoders_.emplace_back(n, rows[n].encode, meter_,
                           rows[n].share ? rows[n].share(n, meter_) : nullptr);
}

std::unique_ptr<protocol> protocol_set::by_name(std::string_view alpn, peer& p,
                                                const session_context& c) {
  for (std::size_t n = 0; !alpn.empty() && n < rows_.size(); ++n)
    if (rows_[n].alpn == alpn) return make(n, p, c);
  return nullptr;
}

protocol_set::recognised protocol_set::by_first_bytes(std::string_view received, peer& p,
                                                      const session_context& c) {
  recognition known = recognition::no;
  for (std::size_t n = 0; n < rows_.size(); ++n) {
    if (rows_[n].recognise == nullptr) continue;
    const recognition one = rows_[n].recognise(received);
    if (one == recognition::yes) return {one, make(n, p, c)};
    if (one == recognition::need_more) known = one;
  }
  if (received.size() >= max_first_bytes) known = recognition::no;
  return {known, nullptr};
}

} // namespace asio_chat::net
