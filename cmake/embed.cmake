# stuntcam_embed(OUT DECLARATION HEADER FILES…): a source file with what is in FILES, as the function that HEADER declares:
# "std::vector<TYPE> NAMESPACE::FUNCTION()", each TYPE made of a file's name without extension and its text.
# As a script, it writes that file: cmake -DOUT= -DDECLARATION= -DHEADER= -DFILES= -P embed.cmake
if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(STUNTCAM_EMBED ${CMAKE_CURRENT_LIST_FILE})
  function(stuntcam_embed out declaration header)
    add_custom_command(OUTPUT ${out}
      COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DDECLARATION=${declaration} -DHEADER=${header} "-DFILES=${ARGN}" -P ${STUNTCAM_EMBED}
      DEPENDS ${ARGN} ${STUNTCAM_EMBED} VERBATIM)
  endfunction()
  return()
endif()

set(entries "")
foreach(path IN LISTS FILES)
  get_filename_component(name ${path} NAME_WLE)
  file(READ ${path} text)
  if(text MATCHES "\\)stuntcam\"")
    message(FATAL_ERROR "${path}: contains the end mark of a raw string")
  endif()
  string(APPEND entries "    {\"${name}\", R\"stuntcam(${text})stuntcam\"},\n")
endforeach()
file(WRITE ${OUT} "// Made by embed.cmake.
#include \"${HEADER}\"

${DECLARATION} {
  return {
${entries}  };
}
")
