#include <asio_chat/detail/abi.hpp>

extern "C" const char ASIO_CHAT_ABI_TAG = 0;
