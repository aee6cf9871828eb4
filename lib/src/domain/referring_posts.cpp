#include "domain/referring_posts.hpp"

#include "base/utf8.hpp"
#include "domain/hub.hpp"
#include "domain/message_ids.hpp"
#include "domain/pins.hpp"
#include "domain/room.hpp"
#include "domain/sayable.hpp"
#include "domain/time_words.hpp"
#include "model/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace asio_chat {

namespace {

using reference_kind = entry_reference::kind;

constexpr std::size_t at_once = 1'000;   ///< entries of a page
constexpr std::size_t quoted_bytes = 40; ///< of what is gone

failure unreadable_log() {
  return fail(errc::storage_failed, "the room's log cannot be read now; try again later");
}

/// What can be edited, deleted or answered, and is not a note about another entry.
bool is_said(const entry& e) noexcept {
  return e.kind != entry_kind::topic &&
         (e.refers.how == reference_kind::none || e.refers.how == reference_kind::reply);
}

bool is_about_own(reference_kind how) noexcept {
  return how == reference_kind::edit || how == reference_kind::removal;
}

std::string_view phrase_of_candidates(reference_kind what) noexcept {
  if (what == reference_kind::pin) return "were said";
  return is_about_own(what) ? "you have said" : "others have said";
}

std::string remains_of(const failure& why) {
  return fmt::format("the old text could not be destroyed, edit or delete it again: {}",
                     why.message);
}

} // namespace

void referring_posts::add(endpoint& author, reference_kind how, requests::referring&& what,
                          std::string_view ref) {
  author.begin_post();
  author.begin_changing(); // what is asked next comes after it
  std::string answer(what.id.empty() ? ref : what.id);
  waiting_.push_back({author.number(), author.who(), author.token(), author.info(), how,
                      std::move(what), std::move(answer)});
  if (waiting_.size() == 1) go_on();
}

void referring_posts::go_on() {
  now_ = &waiting_.front();
  about_ = {};
  endpoint* author = services_.find_endpoint(now_->author);
  if (!author || !room_.has(*author))
    return refuse(fail(errc::not_in_room, fmt::format("you are not in {}", room_.name())));
  const bool is_pin = now_->how == reference_kind::pin || now_->how == reference_kind::unpin;
  if (is_pin && !services_.may(*author, room_, right::pin))
    return refuse(fail(errc::not_allowed, "you may not pin messages here any more"));
  if ((now_->how == reference_kind::edit || now_->how == reference_kind::removal) &&
      !services_.log.destroys())
    return refuse(fail(errc::not_available,
                       "the history of this server keeps what was said: nothing "
                       "can be edited or deleted"));
  if (now_->how == reference_kind::unpin) return take_pin();
  if (now_->what.to.offset) return look_at(*now_->what.to.offset);
  read({log_range::side::before, {}, at_once}, &referring_posts::find_newest);
}

void referring_posts::finish() {
  if (endpoint* author = services_.find_endpoint(now_->author)) author->end_changing();
  now_ = nullptr;
  waiting_.pop_front();
  if (waiting_.empty()) return;
  services_.later(
      [self = shared_from_this(), in = room_.shared_from_this(), hub = services_.hub_alive] {
        if (!hub.expired()) self->go_on();
      });
}

void referring_posts::refuse(failure why) {
  room_.subscribers_->deliver_pending();
  if (endpoint* author = services_.find_endpoint(now_->author)) {
    author->refuse(now_->ref, why);
    author->end(work::post);
  }
  finish();
}

void referring_posts::read(const log_range& part, void (referring_posts::*then)(journal::page&)) {
  services_.log.read(
      room_.log_name(), {part},
      [self = shared_from_this(), in = room_.shared_from_this(), then](result<journal::page> p) {
        if (!p) return self->refuse(unreadable_log());
        (self.get()->*then)(*p);
      });
}

void referring_posts::find_newest(journal::page& p) {
  std::set<std::uint64_t> edited;
  std::set<std::uint64_t> removed;
  for (const journal::record& r : p.entries) {
    const entry_reference& to = r.what.refers;
    if (to.how == reference_kind::removal) removed.insert(to.offset);
    if (to.how == reference_kind::edit && r.what.kind != entry_kind::destroyed)
      edited.insert(to.offset);
  }
  const bool anybody = now_->how == reference_kind::pin;
  const bool own = is_about_own(now_->how);
  std::uint64_t back = now_->what.to.back;
  for (auto r = p.entries.rbegin(); r != p.entries.rend(); ++r) {
    const std::uint64_t offset = r->what.at.offset;
    if (!is_said(r->what) || removed.contains(offset)) continue;
    if (r->what.from == name_of_server) continue; // nobody means that without its number
    if (!anybody && own != (r->author == now_->who)) continue;
    if (r->what.kind == entry_kind::destroyed && !edited.contains(offset)) continue;
    if (--back == 0) return look_at(offset);
  }
  if (room_.head_.offset == 0)
    return refuse(
        fail(errc::bad_arguments, fmt::format("nothing was said in {} yet", room_.name())));
  refuse(
      fail(errc::bad_arguments,
           fmt::format("there are not so many things that {} among the last {} entries; name one "
                       "by its number, @{}",
                       phrase_of_candidates(now_->how), p.entries.size(), room_.head_.offset)));
}

void referring_posts::look_at(std::uint64_t offset) {
  if (offset == 0 || offset > room_.head_.offset)
    return refuse(fail(errc::bad_arguments, fmt::format("{} has no entry {}: its newest one is {}",
                                                        room_.name(), offset, room_.head_.offset)));
  now_->what.to.offset = offset;
  read({log_range::side::around, {room_.head_.epoch, offset}, 1}, &referring_posts::found);
}

void referring_posts::found(journal::page& p) {
  const std::uint64_t offset = *now_->what.to.offset;
  if (p.entries.size() != 1 || p.entries.front().what.at.offset != offset)
    return refuse(fail(errc::bad_arguments,
                       fmt::format("entry {} of {} is no longer kept", offset, room_.name())));
  about_.it = std::move(p.entries.front());
  const entry& e = about_.it.what;
  if (e.refers.how == reference_kind::edit && e.refers.offset < offset)
    return look_at(e.refers.offset);
  if (!is_said(e))
    return refuse(fail(errc::bad_arguments,
                       e.kind == entry_kind::topic
                           ? fmt::format("entry {} is a topic: /topic sets another one", offset)
                           : fmt::format("entry {} is nothing that was said", offset)));
  about_.kind = e.kind == entry_kind::destroyed ? entry_kind::message : e.kind;
  about_.text = e.text;
  endpoint* author = services_.find_endpoint(now_->author);
  if (!author || !room_.has(*author))
    return refuse(fail(errc::not_in_room, fmt::format("you are not in {}", room_.name())));
  if (auto may = check(*author); !may) return refuse(may.error());
  const bool may_be_gone = e.kind == entry_kind::destroyed;
  if (is_about_own(now_->how) || now_->how == reference_kind::pin || may_be_gone)
    return look_for_referring(offset);
  carry_out();
}

result<void> referring_posts::check(endpoint& author) const {
  if (!is_about_own(now_->how)) return {};
  const bool keeps_order =
      now_->how == reference_kind::removal && services_.may(author, room_, right::delete_others);
  if (keeps_order) return {};
  if (!is_own())
    return fail(errc::not_allowed, now_->how == reference_kind::edit
                                       ? "you may edit only what you have said"
                                       : "you may delete only what you have said");
  if (!services_.may(author, room_,
                     now_->how == reference_kind::edit ? right::edit_own : right::delete_own))
    return fail(errc::not_allowed, "you may not do that here any more");
  const auto age = services_.time.wall_now() - about_.it.what.time;
  const auto most = services_.limits.edit_time;
  if (most.count() > 0 && age > most)
    return fail(errc::not_allowed,
                fmt::format("this was said more than {} ago: it stays as it is",
                            in_words(std::chrono::ceil<std::chrono::seconds>(most))));
  if (now_->how == reference_kind::edit && room_.head_.offset - about_.it.what.at.offset > reach)
    return fail(errc::not_allowed,
                fmt::format("more than {} entries came after it: it stays as it is", reach));
  return {};
}

void referring_posts::look_for_referring(std::uint64_t after) {
  read({log_range::side::after, {room_.head_.epoch, after}, at_once},
       &referring_posts::found_referring);
}

void referring_posts::found_referring(journal::page& p) {
  const std::uint64_t offset = *now_->what.to.offset;
  for (const journal::record& r : p.entries) {
    const entry& e = r.what;
    if (e.refers.offset != offset) continue;
    if (e.refers.how == reference_kind::removal) {
      about_.removed = true;
      if (r.author == now_->who) about_.removed_by_author_of_wish = {e.at, e.time, true};
    }
    about_.said_before |= e.refers.how == now_->how && r.author == now_->who &&
                          e.kind != entry_kind::destroyed && e.text == now_->what.text;
    if (e.refers.how != reference_kind::edit || e.kind == entry_kind::destroyed) continue;
    about_.edited = true;
    about_.kind = e.kind;
    about_.text = e.text;
    about_.edits.push_back(e.at.offset);
  }
  // Others may have spoken between the look at an edit's age and its append.
  constexpr std::uint64_t far_enough = 2 * reach;
  if (!p.more || p.entries.empty() || p.entries.back().what.at.offset - offset >= far_enough)
    return carry_out();
  look_for_referring(p.entries.back().what.at.offset);
}

std::vector<std::uint64_t> referring_posts::doomed() const {
  std::vector<std::uint64_t> all = about_.edits;
  if (about_.it.what.kind != entry_kind::destroyed) all.push_back(about_.it.what.at.offset);
  return all;
}

void referring_posts::carry_out() {
  // What is said again, because its answer was lost, is found by its id.
  const bool repeated =
      !now_->what.id.empty() &&
      (now_->how == reference_kind::removal ? !about_.removed : about_.said_before);
  // It says nothing of its own, so under whatever id it is the same one.
  if (!now_->what.id.empty() && now_->how == reference_kind::removal &&
      about_.removed_by_author_of_wish)
    return appended(*about_.removed_by_author_of_wish);
  if (!about_.is_there() && !repeated)
    return refuse(fail(errc::bad_arguments,
                       fmt::format("what entry {} said was destroyed", *now_->what.to.offset)));
  if (now_->how == reference_kind::pin) return put_pin();
  if (now_->how != reference_kind::removal) return ask_host();
  auto gone = doomed();
  if (gone.empty()) return append();
  services_.log.destroy(
      room_.log_name(), std::move(gone),
      [self = shared_from_this(), in = room_.shared_from_this()](const result<void>& done) {
        if (!done) return self->refuse(done.error());
        self->append();
      });
}

void referring_posts::ask_host() {
  if (!services_.on_post || room_.direct()) return append();
  const post_request request{now_->info, room_.name(), about_.kind, now_->what.text, now_->what.id};
  services_.on_post(request, [self = shared_from_this(), in = room_.shared_from_this(),
                              hub = services_.hub_alive](post_answer a) {
    if (!hub.expired()) self->decided(std::move(a));
  });
}

void referring_posts::decided(post_answer a) {
  if (const auto* no = std::get_if<host_refusal>(&a)) return refuse(refusal_by_host(*no));
  auto& yes = std::get<post_accepted>(a);
  if (yes.text) {
    now_->what.text = *std::move(yes.text);
    if (auto sayable = make_sayable(now_->what.text, services_.limits); !sayable)
      return refuse(sayable.error());
  }
  append();
}

std::string referring_posts::text() const {
  switch (now_->how) {
  case reference_kind::removal:
    return text_of_removal();
  case reference_kind::pin:
    return fmt::format("pinned a message of {}", about_.it.what.from);
  case reference_kind::unpin:
    return fmt::format("unpinned a message of {}", about_.it.what.from);
  default:
    return now_->what.text;
  }
}

std::string referring_posts::text_of_removal() const {
  return is_own() ? std::string("deleted a message")
                  : fmt::format("deleted a message of {}", about_.it.what.from);
}

void referring_posts::append() {
  // A room that all have left may have been made anew, with a queue of its own: what is stored from
  // here on is what its deletions could not see.
  const endpoint* author = services_.find_endpoint(now_->author);
  if (now_->how == reference_kind::edit && (!author || !room_.has(*author)))
    return refuse(fail(errc::not_in_room, fmt::format("you are not in {}", room_.name())));
  // What a forgotten account has said is destroyed, and maybe is already.
  if (services_.facts && services_.facts->is_forgotten(now_->who, services_.time.wall_now())) {
    undo_pin();
    return refuse(fail(errc::login_required, "your account is gone"));
  }
  const entry_kind kind = now_->how == reference_kind::edit    ? about_.kind
                          : now_->how == reference_kind::reply ? entry_kind::message
                                                               : entry_kind::action;
  const entry_reference about{now_->how, *now_->what.to.offset};
  entry draft{room_.log_name(),
              {},
              services_.time.wall_now(),
              room_.author_name(now_->info.name),
              kind,
              text(),
              id_in_log(now_->what.id, now_->who, now_->token, about)};
  draft.refers = about;
  services_.log.append(std::move(draft), now_->who,
                       [self = shared_from_this(), in = room_.shared_from_this()](
                           const result<journal::appended>& a) { self->appended(a); });
}

void referring_posts::appended(const result<journal::appended>& a) {
  const bool tells_by_reply = a && now_->how == reference_kind::removal && now_->what.id.empty();
  room_.answered(now_->author, tells_by_reply ? std::string() : now_->ref, a);
  if (!a || a->duplicate) undo_pin();
  if (!a) return finish();
  if (now_->how == reference_kind::unpin) return unpin_said(*a);
  if (a->duplicate) return destroy(replaced_by(a->at.offset));
  const std::uint64_t about = *now_->what.to.offset;
  if (now_->how == reference_kind::edit)
    pins::move_text(*services_.facts, room_.name(), about, a->at.offset);
  if (now_->how == reference_kind::removal && pins::find(*services_.facts, room_.name(), about))
    pins::remove(*services_.facts, room_.name(), about, [](const result<void>&) {});
  if (now_->how == reference_kind::removal) {
    const std::uint64_t offset = *now_->what.to.offset;
    if (!is_own())
      services_.note(room_, now_->author,
                     fmt::format("{} has {} in {} (entry {})", now_->info.name, text_of_removal(),
                                 room_.name(), offset));
    std::string text(prefix_of_bytes(about_.text, quoted_bytes));
    std::ranges::replace(text, '\n', ' ');
    if (text.size() < about_.text.size()) text += " …";
    endpoint* author = tells_by_reply ? services_.find_endpoint(now_->author) : nullptr;
    room_.subscribers_->deliver_pending();
    if (author)
      author->tell(reply{now_->ref,
                         std::string(requests::remove::command),
                         {fmt::format("destroyed: {}", text)},
                         {},
                         {}});
    return finish();
  }
  destroy(now_->how == reference_kind::edit ? doomed() : std::vector<std::uint64_t>());
}

std::vector<std::uint64_t> referring_posts::replaced_by(std::uint64_t edit) const {
  if (now_->how != reference_kind::edit || !std::ranges::count(about_.edits, edit)) return {};
  auto gone = doomed();
  std::erase_if(gone, [edit](std::uint64_t offset) { return offset >= edit; });
  return gone;
}

void referring_posts::destroy(std::vector<std::uint64_t> gone) {
  if (gone.empty()) return finish();
  services_.log.destroy(
      room_.log_name(), std::move(gone),
      [self = shared_from_this(), in = room_.shared_from_this()](const result<void>& done) {
        endpoint* author = self->services_.find_endpoint(self->now_->author);
        self->room_.subscribers_->deliver_pending();
        if (!done && author) author->tell(reply{{}, {}, {remains_of(done.error())}, {}, {}});
        self->finish();
      });
}

} // namespace asio_chat
