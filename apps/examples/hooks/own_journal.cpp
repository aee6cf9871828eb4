// The host has a journal of its own: the one in memory, and beside it an archive.
#include <asio_chat/host_member.hpp>
#include <asio_chat/memory_journal.hpp>
#include <asio_chat/server.hpp>

#include <iostream>

using namespace asio_chat;
struct archived final : journal {
  void follow(std::string room, std::shared_ptr<listener> to, follow_done done) override {
    kept->follow(room, to, done);
  }
  void unfollow(std::string room, std::shared_ptr<listener> to, unfollow_done done) override {
    kept->unfollow(room, to, done);
  }
  void append(entry draft, const identity& author, append_done done) override {
    kept->append(draft, author, [draft, done](const result<appended>& a) {
      if (a && !a->duplicate) std::cout << draft.from << ": " << draft.text << '\n';
      done(a);
    });
  }
  void read(std::string room, range part, read_done done) override { kept->read(room, part, done); }
  void search(search_query q, search_done done) override { kept->search(q, done); }
  std::unique_ptr<journal> kept;
};
int main() {
  boost::asio::io_context context;
  const auto mine = std::make_shared<archived>();
  mine->kept = make_memory_journal(context.get_executor());
  server_hooks hooks;
  hooks.journal = mine;
  server chat(context, server_config(), hooks);
  host_member system(chat, "system");
  system.async_post({.room = "lobby", .text = "tea is ready"}, [](const result<position>& at) {
    std::cout << "stored at " << at.value().offset << '\n';
  });
  context.poll();
}
