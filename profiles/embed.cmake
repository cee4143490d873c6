# cmake -DOUT=built_in.cpp -DPROFILES=a.toml;b.toml -P embed.cmake: the profiles as a source file of the program.
set(entries "")
foreach(path IN LISTS PROFILES)
  get_filename_component(name ${path} NAME_WLE)
  file(READ ${path} text)
  if(text MATCHES "\\)stuntcam\"")
    message(FATAL_ERROR "${path}: contains the end mark of a raw string")
  endif()
  string(APPEND entries "    {\"${name}\", R\"stuntcam(${text})stuntcam\"},\n")
endforeach()
file(WRITE ${OUT} "// Made by embed.cmake from profiles/*.toml.
#include \"profiles/load.h\"

namespace stuntcam::profiles {

std::vector<BuiltIn> built_in() {
  return {
${entries}  };
}

}  // namespace stuntcam::profiles
")
