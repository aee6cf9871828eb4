# One shared library with everything in it. It shows the classes of asio_chat, and what its copy of
# Asio has to have in common with that of its hosts, who compile Asio themselves, header-only or
# separately (exported.map).
target_compile_features(asio_chat PUBLIC cxx_std_20)
target_include_directories(asio_chat
  PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(asio_chat
  PUBLIC Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads
  PRIVATE asio_chat_core asio_chat_boost)
# All of them, as objects: of an archive the linker takes what something refers to, and the journal in
# SQLite is linked with one of these as well.
target_sources(asio_chat PRIVATE $<TARGET_OBJECTS:asio_chat_core> $<TARGET_OBJECTS:asio_chat_boost>)
target_link_options(asio_chat PRIVATE "LINKER:--version-script=${CMAKE_CURRENT_SOURCE_DIR}/cmake/exported.map")
set_target_properties(asio_chat PROPERTIES
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
  LINK_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/cmake/exported.map)
target_link_libraries(asio_chat_client INTERFACE asio_chat)
