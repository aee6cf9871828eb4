# Who asks the system what time it is: nobody but the clock. Run by ctest: cmake -DSOURCE=<project> -P clock_seam.cmake
cmake_minimum_required(VERSION 3.25)
set(may
  lib/src/base/clock.hpp
  lib/src/base/work_watch.cpp         # CPU time, which no clock of ours gives; it takes its clocks as an argument
  lib/src/tls/x509/signing.hpp)       # the seconds of time(), as OpenSSL counts them
file(GLOB_RECURSE files RELATIVE ${SOURCE} ${SOURCE}/lib/*.?pp ${SOURCE}/apps/asio-chat/*.?pp
     ${SOURCE}/apps/asio-chatd/*.?pp ${SOURCE}/apps/asio-chat-certs/*.?pp)
list(REMOVE_ITEM files ${may})
foreach(file IN LISTS files)
  file(STRINGS ${SOURCE}/${file} calls REGEX "_clock::now\\(|std::time\\(|clock_gettime|gettimeofday")
  foreach(line IN LISTS calls)
    if(line MATCHES "^ *//")
      continue()
    endif()
    message(SEND_ERROR "${file} asks the system for the time past base/clock.hpp: ${line}")
  endforeach()
endforeach()
