# A camera on a USB bus that umockdev plays, and what libusb alone reads of it: for tests and for bench/.
if(NOT TARGET mock_camera)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(UMOCKDEV IMPORTED_TARGET umockdev-1.0)
  if(UMOCKDEV_FOUND)
    stuntcam_program(mock_camera SOURCES ${CMAKE_CURRENT_LIST_DIR}/mock_bus.cpp ${CMAKE_CURRENT_LIST_DIR}/mock_camera.cpp
      LINK stuntcam::emulator stuntcam::profiles stuntcam::transport)
    target_link_libraries(mock_camera PRIVATE PkgConfig::UMOCKDEV)
    stuntcam_program(plain_reader SOURCES ${CMAKE_CURRENT_LIST_DIR}/plain_reader.cpp LINK usb-1.0)
  endif()
endif()
