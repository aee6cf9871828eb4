#include "wire/client_codec.hpp"

#include "wire/compact_codec.hpp"

#include <iterator>
#include <utility>

namespace asio_chat::wire {

namespace {

class codec_1 final : public client_codec {
 public:
  std::string encode(const native::request& r) override { return native::encode(r); }

  std::optional<failure> parse(std::string_view payload,
                               std::vector<native::message>& into) override {
    auto decoded = native::parse_message(payload);
    if (auto* bad = std::get_if<native::bad_message>(&decoded)) return std::move(bad->why);
    into.push_back(std::get<native::message>(std::move(decoded)));
    return std::nullopt;
  }
};

class codec_2 final : public client_codec {
 public:
  std::string encode(const native::request& r) override {
    if (const auto* h = std::get_if<native::hello>(&r)) heard_.ids = compact::id_counter(h->ids);
    return compact::encode(r, heard_.ids);
  }

  std::optional<failure> parse(std::string_view payload,
                               std::vector<native::message>& into) override {
    auto decoded = compact::parse_messages(payload, heard_);
    if (auto* bad = std::get_if<native::bad_message>(&decoded)) return std::move(bad->why);
    auto& all = std::get<std::vector<native::message>>(decoded);
    into.insert(into.end(), std::make_move_iterator(all.begin()),
                std::make_move_iterator(all.end()));
    return std::nullopt;
  }

 private:
  compact::client_memory heard_;
};

} // namespace

std::unique_ptr<client_codec> make_client_codec(std::string_view alpn) {
  if (alpn == compact::alpn) return std::make_unique<codec_2>();
  return std::make_unique<codec_1>();
}

} // namespace asio_chat::wire
