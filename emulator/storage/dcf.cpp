#include "emulator/storage/dcf.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace stuntcam::emulator::dcf {
namespace {

constexpr std::string_view directory = "DCIM";
constexpr std::size_t files_in_folder = 999;
constexpr u32 last_number = 9999;

bool digit(char character) { return character >= '0' && character <= '9'; }
bool letter(char character) { return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z'); }

// The digits as a number; 0 when something else is among them.
u32 number(std::string_view digits) {
  u32 value = 0;
  for (const char character : digits) {
    if (!digit(character)) return 0;
    value = value * 10 + static_cast<u32>(character - '0');
  }
  return value;
}

std::vector<const Object*> folders(const Tree& tree) {
  std::vector<const Object*> found;
  const Object* top = tree.child(0, directory);
  if (top == nullptr || !top->association()) return found;
  tree.each_child(top->handle, [&](const Object& object) {
    if (object.association() && folder_number(object.name) != 0) found.push_back(&object);
  });
  // The newest first; among equal numbers, which DCF forbids, the one that came last.
  std::sort(found.begin(), found.end(), [](const Object* a, const Object* b) {
    return std::pair(folder_number(a->name), a->handle) > std::pair(folder_number(b->name), b->handle);
  });
  return found;
}

}  // namespace

u32 folder_number(std::string_view name) {
  constexpr std::size_t digits = 3, length = 8;
  if (name.size() != length) return 0;
  const auto tail = name.substr(digits);
  if (!std::all_of(tail.begin(), tail.end(), [](char each) { return digit(each) || letter(each) || each == '_'; }))
    return 0;
  const u32 value = number(name.substr(0, digits));
  return value >= 100 ? value : 0;
}

u32 file_number(std::string_view name, std::string_view prefix) {
  constexpr std::size_t digits = 4;
  if (!name.starts_with(prefix)) return 0;
  name.remove_prefix(prefix.size());
  if (name.size() < digits || (name.size() > digits && name[digits] != '.')) return 0;
  return number(name.substr(0, digits));
}

u32 file_number(std::string_view name) {
  constexpr std::size_t prefix_length = 4;
  return name.size() < prefix_length ? 0 : file_number(name, name.substr(0, prefix_length));
}

const Object* newest_folder(const Tree& tree) {
  const auto all = folders(tree);
  return all.empty() ? nullptr : all.front();
}

bool full(const Tree& tree, const Object& folder) {
  constexpr std::size_t prefix_length = 4;
  std::size_t files = 0;
  bool last = false;
  tree.each_child(folder.handle, [&](const Object& object) {
    if (object.association()) return;
    ++files;
    last = last || file_number(object.name, object.name.substr(0, prefix_length)) == last_number;
  });
  return last || files >= files_in_folder;
}

std::string letters(std::string_view model) {
  constexpr std::size_t count = 5;
  std::string kept;
  for (const char character : model)
    if (digit(character) || letter(character))
      kept.push_back(character >= 'a' && character <= 'z' ? static_cast<char>(character - 'a' + 'A') : character);
  if (kept.size() > count) kept.erase(0, kept.size() - count);
  kept.append(count - kept.size(), '_');
  return kept;
}

u32 next_file_number(const Tree& tree, std::string_view prefix) {
  for (const Object* folder : folders(tree)) {
    u32 highest = 0;
    tree.each_child(folder->handle,
                    [&](const Object& object) { highest = std::max(highest, file_number(object.name, prefix)); });
    if (highest != 0) return highest == last_number ? 1 : highest + 1;
  }
  return 1;
}

}  // namespace stuntcam::emulator::dcf
