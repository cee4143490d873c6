// Writing a picture: SVG as it is, PNG with the help of rsvg-convert.
#pragma once

#include <string>

namespace stuntcam::cli {

// Can it be written? Throws Failure: the name ends in neither .svg nor .png, or rsvg-convert is not installed.
void check_picture(const std::string& path);
// Throws Failure.
void write_picture(const std::string& path, const std::string& svg);

}  // namespace stuntcam::cli
