// The names that DCF gives to folders and files: DCIM/100ABCDE/ABCD0001.JPG.
#pragma once

#include <string>
#include <string_view>

#include "emulator/storage/tree.h"

namespace stuntcam::emulator::dcf {

// The number of a folder's name, three digits and five letters, digits or underlines; 0: it is none.
u32 folder_number(std::string_view name);
// The number behind the prefix, four digits and then an extension or nothing; 0: it is none.
u32 file_number(std::string_view name, std::string_view prefix);
// The number of a file's name, whatever the four characters in front of it; 0: it is none.
u32 file_number(std::string_view name);

// The newest DCF folder; null: there is none yet.
const Object* newest_folder(const Tree&);
// No more pictures fit there: 999 files, or the number 9999 was given.
bool full(const Tree&, const Object& folder);
// The five letters of a camera's own folders, from its model: "D5300".
std::string letters(std::string_view model);
u32 next_file_number(const Tree&, std::string_view prefix);

}  // namespace stuntcam::emulator::dcf
