include(CMakePackageConfigHelpers)

# In a shared library everything is in it.
set(libraries asio_chat asio_chat_client)
if(NOT BUILD_SHARED_LIBS)
  list(APPEND libraries asio_chat_core asio_chat_boost asio_chat_testing)
  if(ASIO_CHAT_SQLITE)
    list(APPEND libraries asio_chat_sqlite)
  endif()
  if(ASIO_CHAT_TOTP)
    list(APPEND libraries asio_chat_totp)
  endif()
  if(ASIO_CHAT_OIDC)
    list(APPEND libraries asio_chat_oidc)
  endif()
endif()
install(TARGETS ${libraries} EXPORT asio_chat_targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/lib/include/asio_chat DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/asio_chat)
install(EXPORT asio_chat_targets NAMESPACE asio_chat:: FILE asio_chat-targets.cmake DESTINATION ${package})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/asio_chat-config.cmake.in
        ${PROJECT_BINARY_DIR}/asio_chat-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/asio_chat-config-version.cmake
        COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/asio_chat-config.cmake
              ${PROJECT_BINARY_DIR}/asio_chat-config-version.cmake
        DESTINATION ${package})

# For programs that are not built by CMake.
if(BUILD_SHARED_LIBS)
  set(pc_flags)
  set(pc_libraries -lasio_chat)
else()
  set(pc_flags "-DBOOST_ASIO_SEPARATE_COMPILATION -DBOOST_BEAST_SEPARATE_COMPILATION")
  set(pc_libraries "-lasio_chat")
  set(pc_others "-lboost_json -lfmt -licui18n -licuuc")
  if(ASIO_CHAT_SQLITE)
    string(APPEND pc_libraries " -lasio_chat_sqlite")
    string(APPEND pc_others " -lSQLiteCpp -lsqlite3 -lsodium")
  endif()
  string(APPEND pc_libraries " -lasio_chat_core -lasio_chat_boost ${pc_others} -pthread")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/asio_chat.pc.in ${PROJECT_BINARY_DIR}/asio_chat.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/asio_chat.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
