# What every target of the project has in common.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)

# Debian's libasio-dev is headers only and ships no CMake package.
find_path(ASIO_INCLUDE_DIR asio.hpp REQUIRED)
add_library(stuntcam_asio INTERFACE)
add_library(stuntcam::asio ALIAS stuntcam_asio)
set_target_properties(stuntcam_asio PROPERTIES EXPORT_NAME asio)
# Asio 1.22 looks for the Coroutines TS under clang and, not finding it, leaves out asio::awaitable.
# ASIO_DISABLE_STD_ALIGNED_ALLOC: whether it allocates by aligned_alloc or new depends, there, on what was included before it;
# two files of one program that disagree free what the other allocated.
target_compile_definitions(stuntcam_asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED ASIO_DISABLE_STD_ALIGNED_ALLOC
  $<$<CXX_COMPILER_ID:Clang>:ASIO_HAS_CO_AWAIT=1>)
target_link_libraries(stuntcam_asio INTERFACE Threads::Threads)

add_library(stuntcam_options INTERFACE)
target_compile_options(stuntcam_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wcast-align -Wimplicit-fallthrough
  # Wrong when g++ 12 optimises: overlapping copies in every `"literal" + std::string` (GCC bug 105329), unset members
  # of the variant's other alternatives, reads and writes behind vectors. clang and the sanitizers look for the real ones.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict$<SEMICOLON>-Wno-maybe-uninitialized$<SEMICOLON>-Wno-stringop-overflow$<SEMICOLON>-Wno-stringop-overread$<SEMICOLON>-Wno-array-bounds>
  $<$<BOOL:${STUNTCAM_WERROR}>:-Werror>)
if(STUNTCAM_SANITIZE)
  add_compile_options(-fsanitize=${STUNTCAM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${STUNTCAM_SANITIZE})
  if(STUNTCAM_SANITIZE MATCHES fuzzer)
    add_compile_options(-fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/fuzz/ignored)
  endif()
endif()

# Half of clang's time on a file goes to these headers, which nearly every file includes. g++ gains nothing by it, and stays
# without, so that a file which forgets an include is found.
option(STUNTCAM_PRECOMPILE "Precompile the headers that most files include" OFF)
function(stuntcam_precompile target)
  if(STUNTCAM_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled.h ${ARGN})
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>)
  endif()
endfunction()

# stuntcam_library(NAME SOURCES … HEADERS … LINK …): the library of one folder, stuntcam::NAME, with its public headers
# beside its sources. Sources include "folder/header.h"; the installed headers are <prefix>/include/stuntcam/folder/header.h.
function(stuntcam_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;HEADERS;LINK" ${ARGN})
  add_library(stuntcam_${name} STATIC ${arg_SOURCES})
  add_library(stuntcam::${name} ALIAS stuntcam_${name})
  set_target_properties(stuntcam_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_sources(stuntcam_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${arg_HEADERS})
  target_compile_features(stuntcam_${name} PUBLIC cxx_std_23)
  target_link_libraries(stuntcam_${name} PUBLIC ${arg_LINK} PRIVATE $<BUILD_INTERFACE:stuntcam_options>)
  stuntcam_precompile(stuntcam_${name})
  set_property(GLOBAL APPEND PROPERTY STUNTCAM_LIBRARIES stuntcam_${name})
endfunction()

# stuntcam_program(NAME SOURCES … LINK …): an executable of ours.
function(stuntcam_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LINK} stuntcam_options)
endfunction()
