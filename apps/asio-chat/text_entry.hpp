// A text that a person types, key by key, until it is entered.
#pragma once

#include "completion.hpp"
#include "edit_buffer.hpp"
#include "key_reader.hpp"
#include "line_history.hpp"
#include "secret_questions.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

/// Knows what each key does, and nothing of how it looks.
class text_entry {
 public:
  struct handlers {
    std::function<void(const std::string&)> line; ///< may be several lines, which were pasted
    std::function<void()> end;                    ///< Ctrl-D on an empty line
    std::function<completion(std::string_view before_cursor)> complete;
    std::function<bool(std::string_view line)> may_keep;    ///< among the lines typed before
    std::function<void(const std::string& line)> kept = {}; ///< it is one of them now
    /// Where its first secret begins, which is not shown; `npos`: there is none.
    std::function<std::size_t(std::string_view line)> secret_from = {};
    /// What has to be asked for before it is entered.
    std::function<std::vector<missing_secret>(std::string_view line)> missing_secrets = {};
    /// A line of a paste, which is no command whatever it looks like.
    std::function<void(const std::string&)> said = {};
  };
  /// What the place where the text is shown does.
  struct surroundings {
    std::function<void(const std::string&)> print; ///< a remark, harmless to a terminal
    std::function<void()> entering;                ///< the text is about to be entered, and to go
    std::function<void()> clear;                   ///< Ctrl-L
  };

  text_entry(handlers h, surroundings s)
      : handlers_(std::move(h))
      , around_(std::move(s)) {}

  void press(const key& k);
  /// Puts another text in the place of the one that is typed, and ends what is asked or searched.
  void assign(std::u32string text);
  /// Puts that to the cursor, where a key that one has bound may find a text.
  void insert(std::string_view text) { text_.insert(std::u32string_view(widen(text))); }
  /// The text with its cursor and what can be undone, and the same put down earlier: what was cut
  /// since then can be inserted.
  const edit_buffer& typed() const noexcept { return text_; }
  void take_up(edit_buffer text);
  /// Lines that were entered before, the oldest first.
  void recall(const std::vector<std::string>& lines);
  /// A secret is asked for: every key belongs to the answer, and the text stays until it is given.
  bool asks_secret() const noexcept { return secrets_.has_value(); }
  /// What must not be lost of what was typed or pasted, whatever is asked or searched just now.
  std::u32string draft() const;

  /// What stands before the text: a question, if one is asked, or else `usual`.
  std::string prompt(const std::string& usual) const;
  /// What is to be shown: stars for what is secret, and nothing while a question is asked.
  std::u32string text() const;
  std::size_t cursor() const noexcept { return asks() ? 0 : text_.cursor(); }

 private:
  struct search {
    std::u32string part;
    std::size_t age = 1; ///< of the line found
    std::u32string typed_before;
    bool found = false;  ///< a line is shown that has the part, or had it when it was shorter
    bool misses = false; ///< no line has the whole of it
    bool hit() const noexcept { return found && !misses; }
  };
  /// Names that Tab has listed; the next Tab takes the next of them.
  struct offer {
    std::vector<std::string> choices;
    std::string suffix;
    std::size_t begin; ///< of the word that they stand for
    std::size_t next;
    std::u32string shown; ///< the text, as long as no other key has changed it
    std::size_t cursor;
  };

  bool asks() const noexcept { return pasted_.has_value() || asks_secret(); }
  void edit(const key& k);
  void press_control(char32_t c);
  void press_meta(char32_t c);
  bool press_in_search(const key& k);
  void answer_paste(const key& k);
  void answer_secret(const key& k);
  void find(std::size_t from);
  void go_in_history(bool back);
  void enter();
  void give(const std::string& line, const std::function<void(const std::string&)>& taker);
  void paste(const std::string& raw);
  void change_case(char32_t to);
  void complete_word();
  void take_next_choice();

  handlers handlers_;
  surroundings around_;
  edit_buffer text_;
  line_history history_;
  std::optional<search> search_;
  std::optional<offer> offer_;
  std::optional<std::string> pasted_; ///< of many lines: what to do with it is asked
  std::optional<secret_questions> secrets_;
};

} // namespace asio_chat::app
