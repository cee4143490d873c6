// Changing what is on the card: put, rm, mkdir.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/objects.h"
#include "cli/progress.h"

namespace stuntcam::cli {
namespace {

constexpr u32 in_root = 0xFFFFFFFF;
constexpr u64 largest_in_info = 0xFFFFFFFF;  // ObjectCompressedSize has 32 bits

struct Known {
  std::string_view extension;
  ptp::FormatCode format;
};
constexpr Known formats[] = {{".jpg", ptp::FormatCode::EXIF_JPEG},
                             {".jpeg", ptp::FormatCode::EXIF_JPEG},
                             {".tif", ptp::FormatCode::TIFF},
                             {".tiff", ptp::FormatCode::TIFF},
                             {".txt", ptp::FormatCode::Text}};

u16 format_of(const std::filesystem::path& file) {
  auto extension = file.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto* found = std::ranges::find(formats, extension, &Known::extension);
  return static_cast<u16>(found == std::end(formats) ? ptp::FormatCode::Undefined : found->format);
}

struct Folder {
  u32 storage = 0, handle = in_root;
};

Folder find_folder(Visit& visit, const std::string& text) {
  const auto place = parse_place(visit, text);
  if (place.path.empty()) return {place.storage, in_root};
  for (const auto& object : list_objects(visit, place.storage))
    if (object.path == place.path && object.folder()) return {place.storage, object.handle};
  throw Failure(failed, fmt::format("the camera has no folder '{}'", text), "`stuntcam mkdir` makes one");
}

void tell(Visit& visit, u32 handle) {
  if (visit.json())
    print_line({{"handle", handle}});
  else
    fmt::print("0x{:08X}\n", handle);
}

int put(Visit& visit, const std::string& to) {
  const std::filesystem::path path = visit.word(0, "FILE");
  visit.at_most(1);
  if (std::filesystem::is_directory(path)) throw Failure(usage, fmt::format("{} is a folder", path.string()));
  const auto file = transport::File::open(path.string());
  const auto folder = find_folder(visit, to);
  ptp::ObjectInfo info;
  info.object_format = format_of(path);
  info.object_compressed_size = static_cast<u32>(std::min(file->size(), largest_in_info));
  info.filename = path.filename().string();
  const auto place = visit.run(visit.session().send_object_info(info, folder.storage, folder.handle));
  const Meter meter(visit.console(), file->size());
  transport::Body body = transport::FileSlice{file, 0, file->size()};
  visit.run(visit.session().send_object(std::move(body), meter.follow(info.filename)));
  tell(visit, place.handle);
  return success;
}

int rm(Visit& visit) {
  const auto& text = visit.word(0, "OBJECT");
  visit.at_most(1);
  for (const auto& object : find_objects(visit, text)) {
    visit.run(visit.session().delete_object(object.handle));
    tell(visit, object.handle);
  }
  return success;
}

int mkdir(Visit& visit) {
  const auto& text = visit.word(0, "PATH");
  visit.at_most(1);
  const auto slash = text.rfind('/');
  const auto colon = text.rfind(':');
  const auto cut = slash != std::string::npos ? slash : colon == std::string::npos ? std::string::npos : colon + 1;
  const auto name =
      slash != std::string::npos ? text.substr(slash + 1) : text.substr(cut == std::string::npos ? 0 : cut);
  if (name.empty()) throw Failure(usage, "PATH ends without a name");
  const auto parent = find_folder(visit, cut == std::string::npos ? "" : text.substr(0, cut));
  ptp::ObjectInfo info;
  info.object_format = static_cast<u16>(ptp::FormatCode::Association);
  info.association_type = 1;  // a folder
  info.filename = name;
  tell(visit, visit.run(visit.session().send_object_info(info, parent.storage, parent.handle)).handle);
  return success;
}

}  // namespace

Command put_command() {
  auto to = std::make_shared<std::string>();
  return visitor(
      {"put", "upload a file",
       "Examples:\n"
       "  stuntcam put ptpip:192.168.1.1 picture.jpg --to DCIM/100NCD53\n",
       "FILE", ""},
      [to](Visit& visit) { return put(visit, *to); },
      [to](Options& declared) { declared.option("--to", "FOLDER", text(*to), "[STORE:]FOLDER; the root by default"); });
}

Command rm_command() {
  return visitor({"rm", "delete objects",
                  "Examples:\n"
                  "  stuntcam rm ptpip:192.168.1.1 DCIM/100NCD53/DSC_0001.JPG\n"
                  "  stuntcam rm ptpip:192.168.1.1 '*.NEF'\n",
                  "OBJECT", "OBJECT is a handle (0x…), a path, or a pattern. A folder goes with all that is in it"},
                 rm);
}

Command mkdir_command() {
  return visitor({"mkdir", "make a folder",
                  "Examples:\n"
                  "  stuntcam mkdir ptpip:192.168.1.1 DCIM/101TRIP\n",
                  "PATH", "PATH is [STORE:]FOLDER/NAME; the folder above must exist"},
                 mkdir);
}

}  // namespace stuntcam::cli
