# Fails if a public header includes more files than it may: what a program that embeds the library
# waits for at each compilation.
#   cmake -DCXX=... -DSOURCE=... -DHEADER=client.hpp -DMAX=510 -P included_files.cmake
execute_process(
  COMMAND sh -c "echo '#include <asio_chat/${HEADER}>' | '${CXX}' -std=c++20 -I'${SOURCE}/lib/include' \
          -DBOOST_ASIO_SEPARATE_COMPILATION -DBOOST_BEAST_SEPARATE_COMPILATION -M -x c++ -"
  OUTPUT_VARIABLE rule COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^ \n\\]*/[^ \n\\]+" files "${rule}")
list(REMOVE_DUPLICATES files)
list(LENGTH files count)
message(STATUS "${HEADER} includes ${count} files; it may include ${MAX}")
if(count GREATER MAX OR count LESS 50)
  message(FATAL_ERROR "${HEADER} includes ${count} files, and may include ${MAX}")
endif()
