// What each public header includes, alone, so that several macros of Asio's are tried in no time.
#include <asio_chat/detail/abi.hpp>

int main() {}
