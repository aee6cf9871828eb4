#include "net/protocols/compact/compact_protocol.hpp"

#include "net/protocols/compact/group_encoder.hpp"
#include "net/protocols/native_session.hpp"
#include "wire/compact_codec.hpp"

#include <asio_chat/tls_config.hpp>

#include <algorithm>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace asio_chat::net {

namespace {

namespace native = wire::native;
namespace compact = wire::compact;

class session_2 final : public native_session {
 public:
  session_2(net::peer& p, const session_context& c, encode_once& encoder)
      : native_session(p, c, encoder)
      , groups_(static_cast<group_encoder&>(*encoder.shared())) {}

 private:
  native::decoded<native::request> read(std::string_view payload) override {
    return compact::parse_request(payload, ids_);
  }
  std::string write(const native::message& m) const override {
    if (const auto* e = std::get_if<event>(&m)) return compact::encode(*e, ids_);
    if (const auto* w = std::get_if<native::welcome>(&m)) return compact::encode(*w);
    if (const auto* p = std::get_if<native::pong>(&m)) return compact::encode(*p);
    return compact::encode(std::get<native::goodbye>(m));
  }

  backpressure deliver(const shared_event& e) override {
    if (std::holds_alternative<entry>(e->value)) return send(groups_(e));
    if (const auto* a = std::get_if<acknowledged>(&e->value)) return tell_stored({a, 1});
    // It names a message by its number, which is this connection's own.
    if (std::holds_alternative<refused>(e->value))
      return remote().send(alone(compact::encode(e->value, ids_)));
    return native_session::deliver(e);
  }
  backpressure deliver_all(const entry_group& g) override {
    const group_encoder::encoded all = groups_(g);
    if (!all.parts.empty()) return send(all);
    backpressure left = backpressure::ready;
    for (const shared_event& e : g.entries())
      left = deliver(e);
    return left;
  }
  backpressure deliver_receipts(std::span<acknowledged> all) override { return tell_stored(all); }

  backpressure tell_stored(std::span<const acknowledged> all) {
    backpressure left = backpressure::ready;
    for (std::span<const acknowledged> rest = all; !rest.empty();) {
      const acknowledged& first = rest.front();
      const auto end = std::ranges::find_if(rest, [&](const acknowledged& a) {
        return a.room != first.room || a.at.epoch != first.at.epoch;
      });
      const auto of_one_log = rest.first(static_cast<std::size_t>(end - rest.begin()));
      const auto& log = groups_.log_of(first.room, first.at.epoch, first.time);
      announce({log.number(), 0});
      left = remote().send(alone(compact::encode(of_one_log, log, ids_)));
      rest = rest.subspan(of_one_log.size());
    }
    return left;
  }

  backpressure send(const group_encoder::encoded& what) {
    announce(what.needs);
    backpressure left = backpressure::ready;
    for (const shared_bytes& part : what.parts)
      left = remote().send(part);
    return left;
  }
  /// Sends the names that have not been heard here.
  void announce(const names_heard& needs) {
    if (last_ < heard_.size() && heard_[last_].log == needs.log) {
      if (heard_[last_].authors >= needs.authors) return;
    } else {
      const auto found = std::ranges::find(heard_, needs.log, &names_heard::log);
      last_ = static_cast<std::size_t>(found - heard_.begin());
      if (found != heard_.end() && found->authors >= needs.authors) return;
    }
    const names_heard before = last_ < heard_.size() ? heard_[last_] : names_heard();
    const auto& missing = groups_.missing(needs, before);
    remote().send(missing.bytes);
    if (before.log == needs.log) {
      heard_[last_].authors = missing.authors;
      return;
    }
    // The client forgets in the same order.
    if (heard_.size() == compact::heard_logs::max) heard_.erase(heard_.begin());
    heard_.push_back({needs.log, missing.authors});
    last_ = heard_.size() - 1;
  }

  group_encoder& groups_;
  compact::id_counter ids_;
  std::vector<names_heard> heard_; ///< in the order of their announcements
  std::size_t last_ = 0;           ///< which of them was needed last
};

/// For receivers of whom nothing is known: what many receive goes another way.
std::string encode_2(const event& e) {
  return compact::encode(e, {});
}

std::unique_ptr<protocol> make_2(net::peer& p, const session_context& c, encode_once& encoder) {
  return std::make_unique<session_2>(p, c, encoder);
}

std::unique_ptr<in_common> share_groups(std::size_t codec, const byte_meter_ptr& meter) {
  return std::make_unique<group_encoder>(codec, meter);
}

} // namespace

protocol_row compact_protocol() {
  return {compact_alpn, nullptr, encode_2, make_2, share_groups};
}

} // namespace asio_chat::net
