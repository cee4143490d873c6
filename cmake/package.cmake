# cmake --install: the program, the libraries with their headers, and a CMake package `find_package(stuntcam)`.
include(CMakePackageConfigHelpers)
get_property(libraries GLOBAL PROPERTY STUNTCAM_LIBRARIES)
install(TARGETS ${libraries} stuntcam_asio EXPORT stuntcam
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/stuntcam
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/stuntcam)
install(TARGETS stuntcam RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# udev looks into /usr/lib and /etc only: with another prefix the rule has to be copied (docs/usb.md).
install(FILES cmake/70-stuntcam.rules DESTINATION lib/udev/rules.d)
install(EXPORT stuntcam NAMESPACE stuntcam:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/stuntcam FILE stuntcam-targets.cmake)
configure_package_config_file(cmake/stuntcam-config.cmake.in stuntcam-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/stuntcam)
write_basic_package_version_file(stuntcam-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/stuntcam-config.cmake ${PROJECT_BINARY_DIR}/stuntcam-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/stuntcam)
