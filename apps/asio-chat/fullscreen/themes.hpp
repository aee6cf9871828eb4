// How the parts of the screen look, and what a person makes of that.
#pragma once

#include "fullscreen/cells.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

/// The themes that are there without a configuration.
enum class ground {
  dark,  ///< for a dark ground
  light, ///< for a light one
  own,   ///< the terminal's own 16 colours, which its owner has chosen for its ground
  mono,  ///< without colours
};

/// How a part of the screen looks. -1: the terminal's own colour.
struct appearance {
  short ink = -1;
  short paper = -1;
  bool bold = false;
  bool dim = false;
  bool underlined = false;
  bool reversed = false;
};
/// What is not in it is as the ground has it.
using appearances = std::map<role, appearance>;

/// @param text `PART [INK] [on PAPER] [bold] [dim] [underline] [reverse]`, where a colour is a
/// number from 0 to 255, or a name such as `red`
/// @return what is wrong with it; empty: nothing
std::string add_appearance(appearances& to, std::string_view text);

struct theme {
  ground like = ground::dark;
  appearances parts = {};
};

/// The themes by their names, and the one that is shown.
class theme_choice {
 public:
  /// `dark`, `light`, `16` and `mono`; dark is shown.
  theme_choice();

  /// A line of a theme of one's own: `like` is the theme that it begins with, anything else a part
  /// of the screen. One of ours can be changed as well.
  /// @return what is wrong with it; empty: nothing
  std::string define(const std::string& name, std::string_view key, std::string_view value);
  /// Parts that look so in every theme.
  void always(appearances parts) { always_ = std::move(parts); }
  /// @return what is wrong with the name; empty: nothing
  std::string choose(std::string_view name);

  const std::string& name() const noexcept { return name_; }
  theme shown() const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, theme, std::less<>> all_;
  std::string name_ = "dark";
  appearances always_;
};

} // namespace asio_chat::app
