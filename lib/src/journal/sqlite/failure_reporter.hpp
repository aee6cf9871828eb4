// Tells the operator that something fails, once, and when it works again.
#pragma once

#include <asio_chat/log.hpp>

#include <functional>
#include <string>
#include <utility>

namespace asio_chat::sqlite {

using report_function = std::function<void(severity, const std::string& sentence)>;

class failure_reporter {
 public:
  explicit failure_reporter(report_function tell)
      : tell_(std::move(tell)) {}

  /// Writing fails. Only the first failure is told.
  void fails(const std::string& sentence) {
    if (!std::exchange(failing_, true)) say(severity::error, sentence);
  }
  void works() {
    if (std::exchange(failing_, false))
      say(severity::info, "the journal can be written to again: messages are kept");
  }
  /// What an operator may want to know.
  void inform(const std::string& sentence) const { say(severity::info, sentence); }
  /// Something else is wrong. The same sentence is not told twice in a row.
  void tell(const std::string& sentence) {
    if (std::exchange(last_, sentence) != sentence) say(severity::error, sentence);
  }

 private:
  void say(severity s, const std::string& sentence) const {
    if (tell_) tell_(s, sentence);
  }

  report_function tell_;
  bool failing_ = false;
  std::string last_;
};

} // namespace asio_chat::sqlite
