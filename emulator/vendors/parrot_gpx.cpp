#include "emulator/vendors/parrot_gpx.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "emulator/vendors/parrot_xml.h"
#include "ptp/datetime.h"
#include "transport/file.h"

namespace stuntcam::emulator::parrot {
namespace {

// A day with a point a second in the wordiest of styles, three times over. The whole file is read into memory.
constexpr u64 max_file = u64{64} << 20;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  const auto begin = text.find_first_not_of(spaces);
  return begin == text.npos ? std::string_view() : text.substr(begin, text.find_last_not_of(spaces) - begin + 1);
}

std::optional<double> number(std::string_view text) {
  text = trimmed(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

// "2024-05-06T10:00:00.250Z", "2024-05-06T12:00:00+02:00": without its separators it is a DateTime of PTP's, which has
// tenths only.
std::optional<double> instant(std::string_view text) {
  text = trimmed(text);
  std::string compact;
  double fraction = 0;
  const auto point = text.find('.');
  const auto zone = std::min(text.find_first_of("Z+-", std::min<std::size_t>(text.size(), 11)), text.size());
  if (point != text.npos) {
    const auto digits = number(fmt::format("0{}", text.substr(point, zone - std::min(point, zone))));
    if (!digits) return std::nullopt;
    fraction = *digits;
  }
  for (const char c : text.substr(0, std::min(point, zone)))
    if (c != '-' && c != ':') compact += c;
  for (const char c : text.substr(zone))
    if (c != ':') compact += c;
  const auto date = ptp::parse_datetime(compact);
  if (!date) return std::nullopt;
  return static_cast<double>(date->seconds()) + fraction;
}

class GpxReader {
 public:
  GpxReader(std::string_view text, const std::string& file) : xml_(text, file) {}

  std::vector<Waypoint> read() {
    for (XmlPiece piece = xml_.next();; piece = xml_.next()) {
      switch (piece.kind) {
        case XmlPiece::Kind::open:
          open(piece);
          break;
        case XmlPiece::Kind::close:
          close(piece);
          break;
        case XmlPiece::Kind::text:
          text_ += piece.name;
          break;
        case XmlPiece::Kind::end:
          return checked(std::move(track_.empty() ? route_ : track_), piece.line);
      }
    }
  }

 private:
  void open(const XmlPiece& piece) {
    if (depth_++ == 0 && piece.name != "gpx")
      xml_.fail(piece.line, fmt::format("this is no GPX: its root element is <{}>", piece.name));
    text_.clear();
    if (piece.name != "trkpt" && piece.name != "rtept") return;
    if (inside_) xml_.fail(piece.line, fmt::format("<{}> stands in another point", piece.name));
    point_ = {.latitude = coordinate(piece, "lat", 90), .longitude = coordinate(piece, "lon", 180), .line = piece.line};
    inside_ = depth_;
  }

  void close(const XmlPiece& piece) {
    const bool member = inside_ && depth_ == *inside_ + 1;
    if (member && piece.name == "ele") point_.elevation = value(number(text_), piece, "elevation");
    if (member && piece.name == "time") point_.time = value(instant(text_), piece, "time");
    if (inside_ == depth_) {
      (piece.name == "trkpt" ? track_ : route_).push_back(point_);
      inside_.reset();
    }
    --depth_;
  }

  double coordinate(const XmlPiece& piece, std::string_view name, double most) const {
    const auto found = piece.attributes.find(name);
    if (found == piece.attributes.end()) xml_.fail(piece.line, fmt::format("<{}> has no '{}'", piece.name, name));
    const auto degrees = number(found->second);
    if (!degrees || std::abs(*degrees) > most)
      xml_.fail(piece.line, fmt::format("{} '{}' is no angle from -{} to {}", name, found->second, most, most));
    return *degrees;
  }

  double value(std::optional<double> read, const XmlPiece& piece, std::string_view what) const {
    if (!read) xml_.fail(piece.line, fmt::format("'{}' is no {}", trimmed(text_), what));
    return *read;
  }

  std::vector<Waypoint> checked(std::vector<Waypoint> points, unsigned line) const {
    if (points.size() < 2)
      xml_.fail(line,
                fmt::format("a path has at least two points (<trkpt> or <rtept>), this one has {}", points.size()));
    for (std::size_t i = 1; i < points.size(); ++i) {
      const Waypoint &before = points[i - 1], &point = points[i];
      if (point.time.has_value() != before.time.has_value())
        xml_.fail(point.line, fmt::format("this point has {} <time>, unlike the one of line {}",
                                          point.time ? "a" : "no", before.line));
      if (point.time && before.time && *point.time <= *before.time)
        xml_.fail(point.line, fmt::format("the time of this point is not later than that of line {}", before.line));
    }
    return points;
  }

  XmlReader xml_;
  std::vector<Waypoint> track_, route_;
  Waypoint point_;
  std::optional<int> inside_;  // the depth of the point
  int depth_ = 0;
  std::string text_;
};

}  // namespace

std::vector<Waypoint> parse_gpx(std::string_view text, const std::string& file) { return GpxReader(text, file).read(); }

std::vector<Waypoint> read_gpx(const std::string& path) {
  const auto file = transport::File::open(path);
  if (file->size() > max_file)
    throw std::invalid_argument(fmt::format("{}: {} bytes are too many for a path", path, file->size()));
  std::string text(file->size(), '\0');
  file->read(0, Room(reinterpret_cast<u8*>(text.data()), text.size()));
  return parse_gpx(text, path);
}

}  // namespace stuntcam::emulator::parrot
