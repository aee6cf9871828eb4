# Who asks the system what time it is: nobody but the clock, and who has a reason. Run by ctest:
# cmake -DSOURCE=<project> -P clock_seam.cmake
cmake_minimum_required(VERSION 3.25)
set(may
  lib/src/base/clock.hpp lib/src/transport/loop_time.cpp
  lib/src/base/work_watch.cpp         # CPU time, which no clock of ours gives; it takes its clocks as an argument
  # In a TLS handshake OpenSSL judges certificates by the clock of the system, and so does what is judged beside it.
  lib/src/tls/server_context.cpp lib/src/tls/server_context.hpp lib/src/tls/server_verifier.cpp lib/src/tls/ocsp_staple.cpp
  lib/src/tls/certificate_info.cpp    # a text for people: how many days are left
  lib/src/tls/x509/signing.hpp        # the seconds of time(), as OpenSSL counts them
  lib/src/tls/x509/development.cpp    # files, which the next program judges by the clock of the system
  lib/include/asio_chat/testing/detail/journal_bench.hpp # the patience of a test
  lib/src/ops/log_sink.cpp            # the time of a log line
  lib/src/ops/system_calls.cpp        # lets others ask
  # Threads and tools with no loop whose time could be set.
  lib/src/journal/sqlite/sqlite_journal.cpp lib/src/journal/sqlite/rooms.cpp lib/src/journal/sqlite/erase_texts.cpp
  apps/asio-chatd/history.cpp apps/asio-chatd/key_commands.cpp apps/asio-chatd/account_command.cpp apps/asio-chatd/export_account.cpp apps/asio-chatd/receipt.cpp
  apps/asio-chat-certs/probe_report.cpp apps/asio-chat-certs/revocation_commands.cpp)
file(GLOB_RECURSE files RELATIVE ${SOURCE} ${SOURCE}/lib/*.?pp ${SOURCE}/apps/asio-chat/*.?pp
     ${SOURCE}/apps/asio-chatd/*.?pp ${SOURCE}/apps/asio-chat-certs/*.?pp)
list(REMOVE_ITEM files ${may})
foreach(file IN LISTS files)
  file(STRINGS ${SOURCE}/${file} calls
       REGEX "_clock::now\\(|system_wall_now\\(|[^_:a-z]system_clock[ (]|[^_a-z]time\\((nullptr|NULL|0)\\)|clock_gettime|gettimeofday")
  foreach(line IN LISTS calls)
    if(line MATCHES "^ *//")
      continue()
    endif()
    message(SEND_ERROR "${file} asks the system for the time past base/clock.hpp: ${line}")
  endforeach()
endforeach()
