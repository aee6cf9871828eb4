include(CMakePackageConfigHelpers)

install(TARGETS asio_chat asio_chat_core asio_chat_boost EXPORT asio_chat_targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/lib/include/asio_chat DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT asio_chat_targets NAMESPACE asio_chat:: FILE asio_chat-targets.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/asio_chat)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/asio_chat-config.cmake.in
        ${PROJECT_BINARY_DIR}/asio_chat-config.cmake
        INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/asio_chat)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/asio_chat-config-version.cmake
        COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/asio_chat-config.cmake
              ${PROJECT_BINARY_DIR}/asio_chat-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/asio_chat)
