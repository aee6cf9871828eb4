#include <asio_chat/error.hpp>

#include <algorithm>
#include <array>

namespace asio_chat {

namespace {

struct row {
  errc code;
  std::string_view name;
  const char* sentence;
};

constexpr std::array rows{
    row{errc::protocol_error, "protocol_error", "what arrived is not of the protocol"},
    row{errc::unsupported_version, "unsupported_version", "protocol version not spoken here"},
    row{errc::unknown_type, "unknown_type", "message of an unknown type"},
    row{errc::frame_too_large, "frame_too_large", "message too large"},
    row{errc::login_required, "login_required", "log in first"},
    row{errc::already_logged_in, "already_logged_in", "already logged in"},
    row{errc::wrong_passphrase, "wrong_passphrase", "wrong passphrase"},
    row{errc::name_invalid, "name_invalid", "not a valid name"},
    row{errc::name_taken, "name_taken", "the name is taken"},
    row{errc::room_invalid, "room_invalid", "not a valid room name"},
    row{errc::not_in_room, "not_in_room", "not in that room"},
    row{errc::too_many_rooms, "too_many_rooms", "in too many rooms"},
    row{errc::text_empty, "text_empty", "nothing to say"},
    row{errc::text_too_long, "text_too_long", "the text is too long"},
    row{errc::unknown_command, "unknown_command", "no such command"},
    row{errc::bad_arguments, "bad_arguments", "wrong arguments"},
    row{errc::no_such_member, "no_such_member", "nobody of that name is here"},
    row{errc::not_available, "not_available", "not available here"},
    row{errc::storage_failed, "storage_failed", "the message could not be kept"},
    row{errc::server_stopping, "server_stopping", "the server is stopping"},
    row{errc::not_allowed, "not_allowed", "not allowed"},
    row{errc::key_required, "key_required", "by key or invitation"},
    row{errc::untrusted_certificate, "untrusted_certificate", "untrusted certificate"},
    row{errc::certificate_changed, "certificate_changed", "not the certificate that was pinned"},
    row{errc::certificate_expired, "certificate_expired", "certificate not valid now"},
    row{errc::host_name_mismatch, "host_name_mismatch", "certificate of another host"},
    row{errc::no_certificate, "no_certificate", "no certificate"},
    row{errc::bad_certificate_file, "bad_certificate_file", "unusable certificate or key file"},
    row{errc::certificate_revoked, "certificate_revoked", "revoked certificate"},
    row{errc::not_connected, "not_connected", "not connected"},
    row{errc::connection_lost, "connection_lost", "connection lost"},
    row{errc::closed_by_server, "closed_by_server", "closed by the server"},
    row{errc::timed_out, "timed_out", "timed out"},
    row{errc::bad_setting, "bad_setting", "a setting that cannot be used"},
};

const row* find(errc e) noexcept {
  const auto* it =
      std::find_if(rows.begin(), rows.end(), [&](const row& r) { return r.code == e; });
  return it == rows.end() ? nullptr : it;
}

class category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "asio_chat"; }
  std::string message(int value) const override {
    const row* r = find(static_cast<errc>(value));
    return r ? r->sentence : "unknown error";
  }
};

} // namespace

const boost::system::error_category& chat_category() noexcept {
  static const category instance;
  return instance;
}

std::string_view name_of(errc e) noexcept {
  const row* r = find(e);
  return r ? r->name : "protocol_error";
}

errc errc_of(std::string_view name) noexcept {
  const auto* it =
      std::find_if(rows.begin(), rows.end(), [&](const row& r) { return r.name == name; });
  return it == rows.end() ? errc::protocol_error : it->code;
}

} // namespace asio_chat
