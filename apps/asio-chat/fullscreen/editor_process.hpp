// A person's own editor, on what they type.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <filesystem>
#include <functional>
#include <string>

#include <sys/types.h>

namespace asio_chat::app {

/// `$VISUAL`, `$EDITOR` or vi, which has the terminal until it ends. Nothing here waits for it.
class editor_process {
 public:
  /// @param done is called with the text that the editor has left; or with `text`, and why it could
  /// not be edited
  using handler = std::function<void(const std::string& text, const std::string& trouble)>;
  editor_process(boost::asio::io_context& context, std::string text, handler done);
  /// Ends the editor, if it still runs, and gives the terminal back.
  ~editor_process();
  editor_process(const editor_process&) = delete;
  editor_process& operator=(const editor_process&) = delete;

 private:
  bool write_file();
  void start();
  void wait();
  void look();
  void end(bool good);

  boost::asio::signal_set signals_;
  std::string text_;
  handler done_;
  std::filesystem::path directory_;
  pid_t child_ = 0;
};

} // namespace asio_chat::app
