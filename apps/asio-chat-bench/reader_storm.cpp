#include "member_storms.hpp"

#include "delivery_checker.hpp"
#include "error.hpp"
#include "native_2_protocol.hpp"
#include "payload.hpp"
#include "process_settings.hpp"
#include "progress.hpp"
#include "raw_member.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

/// One member of the room: the speaker, or a reader who checks what comes.
class room_member final : public raw_member::script, private protocol::sink {
 public:
  room_member(std::size_t index, payload* says)
      : name_(fmt::format("reader-{}", index))
      , says_(says) {}

  void login(std::string& out) override {
    protocol_.login({name_, "storm", says_ != nullptr}, out);
  }
  void more(std::string& out) override {
    while (begun_ && out.size() + 512 < record_bytes)
      protocol_.publish(says_->write(0, ++said_, std::chrono::steady_clock::now()), out);
  }
  void heard(std::string_view bytes) override {
    in_ += bytes;
    std::string none;
    in_.erase(0, protocol_.feed(in_, *this, none));
  }

  bool in_the_room() const { return protocol_.ready(); }
  void begin(bool on) { begun_ = on; }
  std::uint64_t said() const { return said_; }
  /// All up to this number, each once.
  bool has(std::uint64_t number) const { return seen_.next() > number; }
  void expect_from_first(const payload& of) {
    texts_ = &of;
    seen_.note(0);
  }
  violations take() { return seen_.take(); }

 private:
  void on_text(std::string_view text) override {
    if (texts_ == nullptr) return;
    const auto [what, of] = texts_->read(text);
    if (what == payload::verdict::good) seen_.note(of.sequence);
  }

  std::string name_;
  native_2_protocol protocol_;
  payload* says_;
  const payload* texts_ = nullptr;
  bool begun_ = false;
  std::uint64_t said_ = 0;
  std::string in_;
  delivery_checker seen_;
};

class reader_storm final : public storm {
 public:
  reader_storm(const storm_front& front, std::size_t readers)
      : front_(front)
      , context_(client_context(front.ca_file, native_2_protocol::alpn_name))
      , texts_(1, 128)
      , speaker_(0, &texts_)
      , wanted_(readers) {}

  void prepare() override {
    speaker_connection_.emplace(loop_, context_.get(), front_.from(0), speaker_);
    std::size_t in = 0;
    for (std::size_t started = 0; in < wanted_;) {
      for (; started < wanted_ && started - in < 8; ++started) {
        auto& one = *readers_.emplace_back(std::make_unique<reader>(started));
        one.script.expect_from_first(texts_);
        one.connection.emplace(loop_, context_.get(), front_.from(started), one.script);
      }
      turn_once(1ms);
      for (; in < started && is_in(*readers_[in]); ++in)
        readers_[in]->connection->stop_reading();
      show_progress("stopped readers", in, wanted_);
    }
    speaker_.begin(true);
  }

  void turn(std::chrono::milliseconds time) override {
    speaker_connection_->go_on();
    turn_once(time);
  }

  void finish() override {
    if (front_.into_sink) return;
    speaker_.begin(false);
    const auto all = speaker_.said();
    const std::size_t step = std::max<std::size_t>(1, readers_.size() / sample);
    std::vector<reader*> reading;
    for (std::size_t i = 0; i < readers_.size(); i += step) {
      readers_[i]->connection->read_on();
      reading.push_back(readers_[i].get());
    }
    violations wrong;
    for (auto* one : reading) {
      read_until(*one, all);
      wrong += one->script.take();
    }
    if (wrong.any()) throw run_error("readers who read on: " + wrong.describe());
  }

  std::string describe() const override { return fmt::format("{} messages", speaker_.said()); }

 private:
  struct reader {
    explicit reader(std::size_t index)
        : script(1 + index, nullptr) {}
    room_member script;
    std::optional<raw_member> connection;
  };
  static constexpr std::size_t sample = 20;
  static constexpr auto patience = 10s;

  bool is_in(const reader& one) const {
    if (one.connection->closed())
      throw run_error("a reader was cut off: " + one.connection->reason());
    return front_.into_sink ? one.connection->logged_in() : one.script.in_the_room();
  }

  void read_until(const reader& one, std::uint64_t number) {
    auto heard = one.connection->bytes_heard();
    auto progress = std::chrono::steady_clock::now();
    while (!one.script.has(number)) {
      turn_once(10ms);
      const auto now = std::chrono::steady_clock::now();
      if (std::exchange(heard, one.connection->bytes_heard()) != one.connection->bytes_heard())
        progress = now;
      if (one.connection->closed() || now - progress > patience)
        throw run_error(fmt::format("a reader who reads on does not get all: {}",
                                    one.connection->closed() ? one.connection->reason()
                                                             : "nothing comes any more"));
    }
  }

  void turn_once(std::chrono::milliseconds time) {
    loop_.turn(time);
    if (told_to_stop()) throw run_error("interrupted");
    if (speaker_connection_->closed())
      throw run_error("the flooder was cut off: " + speaker_connection_->reason());
  }

  const storm_front front_;
  ssl_ctx_ptr context_;
  payload texts_;
  room_member speaker_;
  const std::size_t wanted_;
  poller loop_;
  std::optional<raw_member> speaker_connection_;
  std::vector<std::unique_ptr<reader>> readers_;
};

} // namespace

std::unique_ptr<storm> make_reader_storm(const storm_front& front, std::size_t readers) {
  return std::make_unique<reader_storm>(front, readers);
}

} // namespace asio_chat::bench
