#include "server/host_journal.hpp"

#include <functional>

namespace asio_chat {

class host_journal::relay final : public journal::listener {
 public:
  explicit relay(std::shared_ptr<listener> to)
      : to_(std::move(to)) {}
  void on_entry(record next) override {
    // The call may be the end of both.
    if (const auto to = to_) to->on_entry(std::move(next));
  }
  void cut() noexcept { to_.reset(); }

 private:
  std::shared_ptr<listener> to_;
};

host_journal::host_journal(std::shared_ptr<journal> of_host)
    : host_(std::move(of_host)) {}

host_journal::~host_journal() {
  for (const auto& one : leaving_)
    one->cut();
  for (auto& [key, one] : followed_) {
    one->cut();
    host_->unfollow(key.first, one, [] {});
  }
}

template <class... Answer>
std::function<void(Answer...)> host_journal::here(std::function<void(Answer...)> done) const {
  return [alive = std::weak_ptr(alive_), done = std::move(done)](Answer... a) {
    if (!alive.expired()) done(std::forward<Answer>(a)...);
  };
}

void host_journal::follow(std::string room, std::shared_ptr<listener> to, follow_done done) {
  const std::pair key(room, to.get());
  const auto one = followed_.emplace(key, std::make_shared<relay>(std::move(to)))->second;
  host_->follow(std::move(room), one, here(std::move(done)));
}

void host_journal::unfollow(std::string room, std::shared_ptr<listener> to, unfollow_done done) {
  const auto found = followed_.find({room, to.get()});
  if (found == followed_.end()) return;
  const auto one = found->second;
  followed_.erase(found);
  leaving_.insert(one); // until the answer it hears what was appended before
  host_->unfollow(std::move(room), one, here(unfollow_done([this, one, done = std::move(done)] {
                    one->cut();
                    leaving_.erase(one);
                    done();
                  })));
}

void host_journal::append(entry draft, const identity& author, append_done done) {
  host_->append(std::move(draft), author, here(std::move(done)));
}

void host_journal::read(std::string room, range part, read_done done) {
  host_->read(std::move(room), part, here(std::move(done)));
}

void host_journal::search(search_query q, search_done done) {
  host_->search(std::move(q), here(std::move(done)));
}

void host_journal::destroy(std::string room, std::vector<std::uint64_t> offsets,
                           destroy_done done) {
  host_->destroy(std::move(room), std::move(offsets), here(std::move(done)));
}

void host_journal::drop(std::string room, wall_time quiet, drop_done done) {
  host_->drop(std::move(room), quiet, here(std::move(done)));
}

void host_journal::trim(std::string room, std::uint64_t entries, wall_time since, trim_done done) {
  host_->trim(std::move(room), entries, since, here(std::move(done)));
}

} // namespace asio_chat
