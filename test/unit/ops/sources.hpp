// Settings that are read from the sources that a test gives, and from nothing else.
#pragma once

#include "ops/settings.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::ops {

struct test_sources {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::string file; ///< the contents of `x.toml`

  result<invocation> read() const {
    setting_sources sources{arguments, environment, {}};
    sources.environment.emplace("HOME", "/home/ada");
    sources.read_file = [this](const std::string& path) -> result<std::string> {
      if (path == "x.toml") return file;
      return fail(errc::bad_setting, "file " + path + " cannot be read: no such file");
    };
    return read_settings(sources);
  }

  /// The sentence of the failure; empty if there is none.
  std::string complaint() const {
    const auto call = read();
    return call ? std::string() : call.error().message;
  }
};

inline test_sources from_arguments(std::vector<std::string> arguments) {
  return {std::move(arguments), {}, {}};
}

inline test_sources from_environment(std::map<std::string, std::string> environment) {
  return {{}, std::move(environment), {}};
}

inline test_sources from_file(std::string text) {
  return {{"--config", "x.toml"}, {}, std::move(text)};
}

} // namespace asio_chat::ops
