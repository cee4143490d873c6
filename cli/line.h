// One line of a shell as words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stuntcam::cli {

// No honest line is longer, and none has more words.
inline constexpr std::size_t longest_line = 8192, most_words = 256;

// As a shell reads it: words between blanks, 'as it stands', "with \" inside", \ before anything, # to the end. Throws
// Failure(usage).
std::vector<std::string> split_line(std::string_view);
// The same word for split_line: quoted where it has to be.
std::string quoted(const std::string&);

}  // namespace stuntcam::cli
