#include "ops/log_sink.hpp"

#include "base/logger.hpp"
#include "base/sanitize.hpp"
#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <boost/json/parse.hpp>
#include <spdlog/sinks/ostream_sink.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <random>
#include <sstream>

using namespace asio_chat;
using namespace asio_chat::ops;

namespace {

/// A log whose lines the test reads.
struct recorded_log {
  explicit recorded_log(log_options options)
      : write(make_log(options, std::make_shared<spdlog::sinks::ostream_sink_st>(out))) {}

  std::vector<std::string> lines() const {
    std::istringstream in(out.str());
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);)
      all.push_back(line);
    return all;
  }

  std::ostringstream out;
  logger write;
};

/// Replaces every digit by 9, which leaves the shape of a time.
std::string with_nines(std::string text) {
  for (char& c : text)
    if (c >= '0' && c <= '9') c = '9';
  return text;
}

const log_options bare{severity::debug, log_format::text, log_time::none};
const log_options json{severity::debug, log_format::json, log_time::full};

const std::vector<std::string> nasty = {
    "",
    "two\nlines",
    "cr\rlf\r\n2026-11-21 10:00:00.000 ERROR forged",
    "\",\"level\":\"error\",\"x\":\"",
    "k=v other=\"w\"",
    "back\\slash\\",
    "\x1b[2J\x1b]0;title\x07",
    "\xC2\x9B"
    "31m",
    "\xE2\x80\xAEright to left\xE2\x80\xAC",
    "\xE2\x80\xA8\xE2\x80\xA9",
    "\xFF\xFE\xC0\x80\xED\xA0\x80",
    std::string("nul\0nul", 7),
    std::string(100'000, 'a'),
    std::string(100'000, '\n'),
    "{} {0} %s %n",
};

} // namespace

TEST_CASE("a record is a line: level, message, fields", "[ops]") {
  recorded_log log(bare);
  log.write(severity::info, "New connection from 127.0.0.1:5");
  log.write(severity::warning, "hm", {{"a", "1"}, {"b", "two words"}, {"c", ""}, {"d", "x\"y"}});
  CHECK(log.lines() == std::vector<std::string>{"INFO  New connection from 127.0.0.1:5",
                                                R"(WARN  hm a=1 b="two words" c="" d="x\"y")"});
}

TEST_CASE("the time is a setting", "[ops]") {
  recorded_log full({});
  full.write(severity::error, "x");
  CHECK(with_nines(full.lines().at(0)) == "9999-99-99 99:99:99.999 ERROR x");
  recorded_log brief({severity::info, log_format::text, log_time::brief});
  brief.write(severity::error, "x");
  CHECK(with_nines(brief.lines().at(0)) == "99:99:99 ERROR x");
}

TEST_CASE("records below the level are not logged", "[ops]") {
  recorded_log log({severity::warning, log_format::text, log_time::none});
  for (const auto level : {severity::debug, severity::info, severity::warning, severity::error})
    log.write(level, "x");
  CHECK(log.lines() == std::vector<std::string>{"WARN  x", "ERROR x"});
}

TEST_CASE("JSON records are objects that say the same", "[ops]") {
  recorded_log log(json);
  log.write(severity::warning, "hm", {{"name", "say \"hi\""}, {"level", "forged"}});
  const auto record = boost::json::parse(log.lines().at(0)).as_object();
  CHECK(record.at("level") == "warning");
  CHECK(record.at("message") == "hm");
  CHECK(record.at("name") == "say \"hi\"");
  const std::string time(record.at("time").as_string());
  CHECK(with_nines(time) == "9999-99-99T99:99:99.999Z");
}

TEST_CASE("nothing foreign can forge, break or colour a line", "[ops]") {
  const auto options = GENERATE(bare, json);
  recorded_log log(options);
  for (const auto& text : nasty) {
    log.write(severity::info, "field", {{"value", text}});
    log.write(severity::info, text);
  }
  const auto lines = log.lines();
  REQUIRE(lines.size() == 2 * nasty.size());
  for (const auto& line : lines) {
    CHECK(line.size() < 2048);
    CHECK(sanitize_for_terminal(line) == line);
    if (options.format == log_format::json) CHECK(boost::json::parse(line).is_object());
  }
}

TEST_CASE("each record is one line, whatever its bytes", "[ops]") {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> byte(0, 255);
  recorded_log log(json);
  constexpr std::size_t records = 2000;
  for (std::size_t i = 0; i < records; ++i) {
    std::string noise(i % 300, '\0');
    for (char& c : noise)
      c = static_cast<char>(byte(random));
    log.write(severity::info, "noise", {{"value", noise}});
  }
  const auto lines = log.lines();
  REQUIRE(lines.size() == records);
  for (const auto& line : lines)
    REQUIRE(boost::json::parse(line).as_object().at("message") == "noise");
}

TEST_CASE("a log without a reader holds nothing up, and says later how much is missing") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const logger write(make_log(bare, ends[1]));
  const auto read_all = [&] {
    std::string all(1u << 20, '\0');
    all.resize(static_cast<std::size_t>(::read(ends[0], all.data(), all.size())));
    return all;
  };
  const std::string text(1'000, 'x');
  for (int i = 0; i < 1'000; ++i)
    write(severity::info, text); // a pipe holds 64 KiB, so a blocking sink would wait for ever
  const auto before = read_all();
  const auto kept = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  CHECK(kept >= 10);
  CHECK(kept < 100);

  write(severity::info, "again");
  CHECK(read_all() == "WARN  " + std::to_string(1'000 - kept) +
                          " records are missing here: the log could not be written\n"
                          "INFO  again\n");
  write(severity::info, "and again");
  CHECK(read_all() == "INFO  and again\n");
  ::close(ends[0]);
  write(severity::info, "nobody is there"); // the write does not end the program
  ::close(ends[1]);
}

TEST_CASE("a record torn by a full disk is no part of the next one, and lost records are counted") {
  test::temp_directory directory;
  const std::string path = directory / "log";
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_APPEND, 0600);
  const logger write(make_log(bare, file));
  const rlimit small{100, RLIM_INFINITY};
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  for (int i = 0; i < 50; ++i)
    write(severity::info, "twenty characters..."); // 27 with level and end: three fit, and a part
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, ignored);
  write(severity::info, "again");
  ::close(file);
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  REQUIRE(lines.size() == 6);
  CHECK(lines[2] == "INFO  twenty characters...");
  CHECK(lines[4] == "WARN  47 records are missing here: the log could not be written");
  CHECK(lines[5] == "INFO  again");
}
