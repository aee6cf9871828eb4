#include "domain/abuse_guard.hpp"

#include "base/ascii.hpp"
#include "domain/endpoint.hpp"
#include "domain/member.hpp"
#include "domain/room.hpp"
#include "domain/time_words.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace asio_chat {

namespace {

using verdict = abuse_guard::verdict;
using seconds = token_bucket::seconds;

/// Of what is said to others; empty: nothing is.
std::string_view text_of(const request& r) {
  return std::visit(
      [](const auto& what) -> std::string_view {
        using kind = std::decay_t<decltype(what)>;
        if constexpr (std::is_same_v<kind, requests::say> || std::is_same_v<kind, requests::act> ||
                      std::is_same_v<kind, requests::tell> ||
                      std::is_same_v<kind, requests::answer> ||
                      std::is_same_v<kind, requests::edit> || std::is_same_v<kind, requests::react>)
          return what.text;
        if constexpr (std::is_same_v<kind, requests::topic>)
          return what.text ? std::string_view(*what.text) : std::string_view();
        return {};
      },
      r.what);
}

/// The same for texts that differ only in case and blanks (FNV-1a).
std::uint64_t hash_of(std::string_view text) noexcept {
  std::uint64_t h = 14'695'981'039'346'656'037u;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\t') continue;
    h ^= static_cast<std::uint8_t>(ascii::lower(c));
    h *= 1'099'511'628'211u;
  }
  return h;
}

std::string time_of(const rate& r) {
  return in_words(std::chrono::ceil<std::chrono::seconds>(r.per));
}

long whole(seconds wait) {
  return std::max(1L, std::lround(std::ceil(wait.count())));
}

verdict refusal(std::string sentence, std::string what) {
  return {fail(errc::not_available, std::move(sentence)), std::move(what)};
}

} // namespace

abuse_guard::abuse_guard(const abuse_limits& limits, const clock& time, bearer_of bearer,
                         room_of in_room, receiver_of receiver)
    : limits_(limits)
    , time_(time)
    , bearer_(std::move(bearer))
    , in_room_(std::move(in_room))
    , receiver_(std::move(receiver)) {}

bool abuse_guard::is_judged(const request& r) noexcept {
  return std::holds_alternative<requests::rename>(r.what) ||
         std::holds_alternative<requests::invite>(r.what) || !text_of(r).empty();
}

std::optional<verdict> abuse_guard::judge(endpoint& e, const request& r) {
  if (std::holds_alternative<requests::rename>(r.what)) return judge_name(e.shared_allowances());
  const std::string_view text = text_of(r);
  member& by = e.of();
  conduct& done = by.done();
  const std::string receiver = receiver_(e, r);
  if (std::holds_alternative<requests::invite>(r.what)) {
    if (auto no = judge_receiver(done, receiver)) return no;
    keep_receiver(done, receiver);
    return {};
  }
  if (text.empty()) return {};
  if (auto no = judge_newcomer(done, by)) return no;
  // The same sign under something else is not the same.
  const auto* reaction = std::get_if<requests::react>(&r.what);
  const std::string repeated =
      reaction ? fmt::format("{} @{}-{}", text, reaction->to.offset.value_or(0), reaction->to.back)
               : std::string(text);
  if (auto no = judge_text(done, repeated)) return no;
  if (auto no = judge_mentions(e, r, text)) return no;
  if (auto no = judge_receiver(done, receiver)) return no;
  keep(by, done, repeated, receiver);
  return {};
}

std::optional<verdict> abuse_guard::judge_newcomer(conduct& done, const member& by) {
  if (!is_newcomer(by)) return {};
  const rate& r = limits_.newcomer_messages;
  const seconds wait = done.as_newcomer.wait_after(r, 1, time_.now());
  if (wait.count() <= 0) return {};
  return refusal(
      fmt::format("guests may say {} things in {} in their first {}; try again in {} s", r.count,
                  time_of(r),
                  in_words(std::chrono::ceil<std::chrono::seconds>(limits_.newcomer_time)),
                  whole(wait)),
      "says much for a newcomer");
}

std::optional<verdict> abuse_guard::judge_text(conduct& done, std::string_view text) {
  const auto same = std::ranges::find(done.texts, hash_of(text), &conduct::text::hash);
  if (same == done.texts.end()) return {};
  const rate& r = limits_.repeats;
  const seconds wait = same->said.wait_after(r, 1, time_.now());
  if (wait.count() <= 0) return {};
  return refusal(fmt::format("you have said this {} in {}; you may say it again in {} s",
                             r.count == 1 ? "once" : fmt::format("{} times", r.count), time_of(r),
                             whole(wait)),
                 "says the same again and again");
}

std::optional<verdict> abuse_guard::judge_mentions(const endpoint& e, const request& r,
                                                   std::string_view text) const {
  // Fewer bytes do not name so many.
  if (limits_.mentions == 0 || text.size() <= 2 * limits_.mentions) return {};
  const room* in = std::holds_alternative<requests::tell>(r.what) ? nullptr : in_room_(e, r);
  if (!in) return {};
  std::vector<const member*> named;
  while (!text.empty() && named.size() <= limits_.mentions) {
    const std::string_view word = take_name(text);
    const member* m = word.empty() ? nullptr : bearer_(word);
    if (m && m != &e.of() && m->is_in(*in) && !std::ranges::count(named, m)) named.push_back(m);
  }
  if (named.size() <= limits_.mentions) return {};
  return refusal(fmt::format("this names more than {} members, which is the most for a message; "
                             "leave some out",
                             limits_.mentions),
                 "names many members at once");
}

std::optional<verdict> abuse_guard::judge_receiver(conduct& done, std::string_view receiver) {
  if (receiver.empty() || std::ranges::count(done.receivers, hash_of(receiver)) != 0) return {};
  const rate& r = limits_.receivers;
  const seconds wait = done.new_receivers.wait_after(r, 1, time_.now());
  if (wait.count() <= 0) return {};
  return refusal(fmt::format("you have written to {} members in {}; you may write to another one "
                             "in {} s",
                             r.count, time_of(r), whole(wait)),
                 "writes to many members directly");
}

std::optional<verdict> abuse_guard::judge_name(allowances* shared) {
  if (!shared) return {};
  const rate& r = limits_.names;
  const seconds wait = shared->names.wait_after(r, 1, time_.now());
  if (wait.count() <= 0) {
    shared->names.take(r, 1, time_.now());
    return {};
  }
  return refusal(fmt::format("your address has had {} names in {}; the next one may come in {} s",
                             r.count, time_of(r), whole(wait)),
                 "takes many names");
}

void abuse_guard::keep(const member& by, conduct& done, std::string_view text,
                       std::string_view receiver) {
  const steady_time now = time_.now();
  if (is_newcomer(by)) done.as_newcomer.take(limits_.newcomer_messages, 1, now);
  if (limits_.repeats.count != 0) {
    const std::uint64_t hash = hash_of(text);
    auto same = std::ranges::find(done.texts, hash, &conduct::text::hash);
    if (same == done.texts.end()) {
      if (done.texts.size() == conduct::max_texts) done.texts.pop_back();
      done.texts.push_front({hash, {}});
      same = done.texts.begin();
    }
    same->said.take(limits_.repeats, 1, now);
  }
  keep_receiver(done, receiver);
}

void abuse_guard::keep_receiver(conduct& done, std::string_view receiver) {
  if (receiver.empty() || limits_.receivers.count == 0) return;
  const steady_time now = time_.now();
  const std::uint64_t other = hash_of(receiver);
  if (std::erase(done.receivers, other) == 0) done.new_receivers.take(limits_.receivers, 1, now);
  if (done.receivers.size() == conduct::max_receivers) done.receivers.pop_back();
  done.receivers.push_front(other);
}

bool abuse_guard::is_newcomer(const member& m) const {
  return !m.has_account() && limits_.newcomer_time.count() > 0 &&
         limits_.newcomer_messages.count > 0 && time_.wall_now() - m.came() < limits_.newcomer_time;
}

} // namespace asio_chat
