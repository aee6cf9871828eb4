#include "base/sliced_work.hpp"

#include "support/catch.hpp"
#include "support/task_queue.hpp"

#include <optional>
#include <string>

using namespace asio_chat;

TEST_CASE("long work is done a slice in each task, of each in turn") {
  test::task_queue tasks;
  sliced_work work(tasks.later());
  std::string done;
  int a = 3;
  int b = 1;
  work.add([&] {
    done += 'a';
    return --a > 0;
  });
  work.add([&] {
    done += 'b';
    return --b > 0;
  });
  CHECK(done.empty()); // never inside the call
  tasks.run_one();
  CHECK(done == "a");
  tasks.run();
  CHECK(done == "abaa");
  work.add([&] {
    done += 'c';
    return false;
  });
  tasks.run();
  CHECK(done == "abaac");
}

TEST_CASE("work may be added by a slice, and the whole may go in one") {
  test::task_queue tasks;
  std::optional<sliced_work> work(std::in_place, tasks.later());
  std::string done;
  work->add([&] {
    work->add([&] {
      done += '2';
      work.reset();
      return true;
    });
    work->add([&] {
      done += "never";
      return false;
    });
    done += '1';
    return false;
  });
  tasks.run();
  CHECK(done == "12");
}

TEST_CASE("work that is left when the owner is destroyed is not done") {
  test::task_queue tasks;
  std::optional<sliced_work> work(std::in_place, tasks.later());
  bool done = false;
  work->add([&] {
    done = true;
    return false;
  });
  work.reset();
  tasks.run();
  CHECK_FALSE(done);
}
