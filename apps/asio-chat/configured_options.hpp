// The configuration as options of the command line.
#pragma once

#include "config_file.hpp"
#include "fullscreen/themes.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace asio_chat::app {

/// Lets entries of the configuration say what the command line does not.
/// @throws asio_chat::error (`errc::bad_setting`) that names the line that is wrong
void apply(CLI::App& cli, const std::vector<config_entry>& entries, const std::string& path);

/// `[NICK@]NAME` of a server that the configuration names becomes where that is.
/// @return the name; empty: it is no such
std::string find_server(std::string& where, const std::vector<config_entry>& all);

/// A sentence for the person, if a host is written nearly as a server that the configuration names;
/// else empty.
/// @param where as it was given, which is no such name
std::string tell_near_servers(std::string_view where, const std::vector<config_entry>& all,
                              const std::string& path);

/// Takes what stands under `[theme NAME]`, which is about no server.
/// @throws asio_chat::error (`errc::bad_setting`) that names the line that is wrong
void define_themes(theme_choice& all, const std::vector<config_entry>& entries,
                   const std::string& path);

/// Every setting as the file would have it, and where it comes from.
/// @param typed the names of the options of the command line
std::string show_config(const CLI::App& cli, const std::set<std::string>& typed);
/// A theme of the person's own in the same way.
std::string show_theme(const std::string& name, const std::vector<config_entry>& entries);

} // namespace asio_chat::app
