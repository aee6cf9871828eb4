// The journal of a host, as a server may use it.
#pragma once

#include <asio_chat/journal.hpp>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace asio_chat {

/// The host's journal may outlive the server, and belong to several. Destroyed, this one answers
/// and hands over no more, as the server expects of a journal, and the host's lets the listeners
/// go.
class host_journal final : public journal {
 public:
  /// @param of_host not null
  explicit host_journal(std::shared_ptr<journal> of_host);
  ~host_journal() override;
  host_journal(const host_journal&) = delete;
  host_journal& operator=(const host_journal&) = delete;

  void follow(std::string room, std::shared_ptr<listener> to, follow_done done) override;
  void unfollow(std::string room, std::shared_ptr<listener> to, unfollow_done done) override;
  void append(entry draft, const identity& author, append_done done) override;
  void read(std::string room, range part, read_done done) override;
  void search(search_query q, search_done done) override;
  bool destroys() const noexcept override { return host_->destroys(); }
  void destroy(std::string room, std::vector<std::uint64_t> offsets, destroy_done done) override;
  bool drops() const noexcept override { return host_->drops(); }
  void drop(std::string room, wall_time quiet, drop_done done) override;
  bool trims() const noexcept override { return host_->trims(); }
  void trim(std::string room, std::uint64_t entries, wall_time since, trim_done done) override;

 private:
  class relay;
  /// Calls it while this is there.
  template <class... Answer>
  std::function<void(Answer...)> here(std::function<void(Answer...)> done) const;

  const std::shared_ptr<journal> host_;
  const std::shared_ptr<const bool> alive_ = std::make_shared<bool>(true);
  std::multimap<std::pair<std::string, listener*>, std::shared_ptr<relay>> followed_;
  std::set<std::shared_ptr<relay>> leaving_;
};

} // namespace asio_chat
