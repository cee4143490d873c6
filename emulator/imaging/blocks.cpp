// compress_eighths: a baseline JPEG written block by block, from means and slopes instead of pixels. libjpeg-turbo
// could take the coefficients (jpeg_write_coefficients), but wants all of them in memory first: 72 MB for 24 million
// pixels, and four times as long.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <vector>

#include "emulator/imaging/jpeg.h"
#include "emulator/imaging/libjpeg.h"

namespace stuntcam::emulator {
namespace {

struct Code {
  u32 bits = 0;
  int length = 0;
};

// One of libjpeg's standard Huffman tables, made ready to encode with.
std::array<Code, 256> codes_of(const JHUFF_TBL& table) {
  std::array<Code, 256> codes{};
  u32 next = 0;
  std::size_t symbol = 0;
  for (int length = 1; length <= 16; ++length, next <<= 1)
    for (int count = table.bits[length]; count > 0; --count) codes[table.huffval[symbol++]] = {next++, length};
  return codes;
}

// The quantisation and Huffman tables that libjpeg would use.
class Tables {
 public:
  explicit Tables(int quality) {
    jpeg_.err = jpeg_std_error(&errors_);
    jpeg_create_compress(&jpeg_);
    jpeg_.input_components = 3;
    jpeg_.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg_);
    jpeg_set_quality(&jpeg_, quality, TRUE);
  }
  ~Tables() { jpeg_destroy_compress(&jpeg_); }
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;
  const JQUANT_TBL& quantisation(int index) const { return *jpeg_.quant_tbl_ptrs[index]; }
  const JHUFF_TBL& dc(int index) const { return *jpeg_.dc_huff_tbl_ptrs[index]; }
  const JHUFF_TBL& ac(int index) const { return *jpeg_.ac_huff_tbl_ptrs[index]; }

 private:
  jpeg_error_mgr errors_{};
  jpeg_compress_struct jpeg_{};
};

constexpr std::array<u8, 64> zigzag{0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
                                    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
                                    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
                                    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

void huffman_table(Bytes& out, u8 id, const JHUFF_TBL& table) {
  const int symbols = std::reduce(table.bits + 1, table.bits + 17, 0);
  out.insert(out.end(), {0xFF, 0xC4, 0, static_cast<u8>(19 + symbols), id});
  out.insert(out.end(), table.bits + 1, table.bits + 17);
  out.insert(out.end(), table.huffval, table.huffval + symbols);
}

Bytes headers(const Tables& tables, u32 width, u32 height) {
  Bytes out{0xFF, 0xD8};
  for (u8 index = 0; index < 2; ++index) {
    out.insert(out.end(), {0xFF, 0xDB, 0, 67, index});
    for (const u8 at : zigzag) out.push_back(static_cast<u8>(tables.quantisation(index).quantval[at]));
  }
  const auto high = [](u32 value) { return static_cast<u8>(value >> 8); };
  const auto low = [](u32 value) { return static_cast<u8>(value); };
  out.insert(out.end(), {0xFF, 0xC0, 0, 17, 8, high(height), low(height), high(width), low(width), 3});
  out.insert(out.end(), {1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1});  // luminance 2 × 2, colour differences 1 × 1
  for (u8 index = 0; index < 2; ++index) {
    huffman_table(out, index, tables.dc(index));
    huffman_table(out, 0x10 | index, tables.ac(index));
  }
  out.insert(out.end(), {0xFF, 0xDA, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0});
  return out;
}

// Bits, most significant first; a 0xFF byte is followed by a zero.
class BitWriter {
 public:
  explicit BitWriter(Bytes& out) : out_(out) {}
  void put(u32 bits, int length) {
    held_ = held_ << length | bits;
    count_ += length;
    while (count_ >= 8) {
      count_ -= 8;
      const u8 byte = static_cast<u8>(held_ >> count_);
      out_.push_back(byte);
      if (byte == 0xFF) out_.push_back(0);
    }
  }
  void finish() {
    if (count_ > 0) put((1u << (8 - count_)) - 1, 8 - count_);
  }

 private:
  Bytes& out_;
  u64 held_ = 0;
  int count_ = 0;
};

// Encodes the blocks of one component.
class Component {
 public:
  Component(const Tables& tables, int index) : dc_(codes_of(tables.dc(index))), ac_(codes_of(tables.ac(index))) {
    const auto& steps = tables.quantisation(index).quantval;
    // A block of one value v has v × 8 as its first coefficient. One that rises by d to the next block has
    // -1.139 d as its first wave: the DCT of a straight line from -7d/16 to +7d/16.
    mean_ = 8.0f / static_cast<float>(steps[0]) / scale;
    across_ = -1.1389f / 2 / static_cast<float>(steps[1]) / scale;
    down_ = -1.1389f / 2 / static_cast<float>(steps[8]) / scale;
  }
  static constexpr float scale = 16;  // values come in sixteenths, 0 in the middle

  // The slopes are the difference between the neighbours on both sides.
  void block(BitWriter& out, int value, int across, int down) {
    const int mean = rounded(static_cast<float>(value) * mean_);
    value_with(out, dc_, 0, mean - last_);
    last_ = mean;
    const int first = rounded(static_cast<float>(across) * across_), second = rounded(static_cast<float>(down) * down_);
    if (first != 0) value_with(out, ac_, 0, first);
    if (second != 0) value_with(out, ac_, first == 0 ? 0x10 : 0, second);
    out.put(ac_[0].bits, ac_[0].length);
  }

 private:
  static int rounded(float value) { return static_cast<int>(value + (value < 0 ? -0.5f : 0.5f)); }
  static void value_with(BitWriter& out, const std::array<Code, 256>& codes, unsigned run, int value) {
    const int size = static_cast<int>(std::bit_width(static_cast<unsigned>(std::abs(value))));
    const Code& code = codes[run | static_cast<unsigned>(size)];
    out.put(code.bits, code.length);
    if (size != 0) out.put(static_cast<u32>(value < 0 ? value + (1 << size) - 1 : value), size);
  }
  std::array<Code, 256> dc_, ac_;
  float mean_ = 0, across_ = 0, down_ = 0;
  int last_ = 0;
};

// One channel of the picture in sixteenths, with a border of its own edge all round.
class Plane {
 public:
  Plane(int width, int height)
      : stride_(width + 2),
        height_(height + 2),
        values_(static_cast<std::size_t>(stride_) * static_cast<std::size_t>(height_)) {}
  i16* row(int y) { return values_.data() + static_cast<std::size_t>(y + 1) * static_cast<std::size_t>(stride_) + 1; }
  int width() const { return stride_ - 2; }
  int height() const { return height_ - 2; }
  void frame() {
    for (int y = 0; y < height(); ++y) {
      row(y)[-1] = row(y)[0];
      row(y)[width()] = row(y)[width() - 1];
    }
    std::copy_n(row(0) - 1, stride_, row(-1) - 1);
    std::copy_n(row(height() - 1) - 1, stride_, row(height()) - 1);
  }
  void encode(BitWriter& out, Component& component, int x, int y, bool smooth) {
    const i16* here = row(y) + x;
    const auto slope = [&](int before, int after) {
      // A step, as at the edge of a letter, stays a step.
      constexpr int step = 24 * 16;
      return smooth && std::abs(before - *here) < step && std::abs(after - *here) < step ? after - before : 0;
    };
    component.block(out, *here, slope(here[-1], here[1]), slope(here[-stride_], here[stride_]));
  }

 private:
  int stride_, height_;
  std::vector<i16> values_;
};

struct Planes {
  Plane luminance, blue, red;
};

// The canvas, its last column and row repeated up to whole MCUs, as luminance and half-size colour differences.
Planes planes_of(const Canvas& canvas, int columns, int rows) {
  Planes planes{{columns * 2, rows * 2}, {columns, rows}, {columns, rows}};
  for (int y = 0; y < rows * 2; ++y) {
    const Colour* line = canvas.row(std::min(y, canvas.height() - 1));
    i16* luminance = planes.luminance.row(y);
    i16 *blue = planes.blue.row(y / 2), *red = planes.red.row(y / 2);
    for (int x = 0; x < columns * 2; ++x) {
      const Colour& colour = line[std::min(x, canvas.width() - 1)];
      const int r = colour.red, g = colour.green, b = colour.blue;
      // JFIF's weights in 1/4096, result in sixteenths.
      luminance[x] = static_cast<i16>(((1225 * r + 2404 * g + 467 * b) >> 8) - 128 * 16);
      blue[x / 2] = static_cast<i16>(blue[x / 2] + ((-691 * r - 1357 * g + 2048 * b) >> 10));
      red[x / 2] = static_cast<i16>(red[x / 2] + ((2048 * r - 1715 * g - 333 * b) >> 10));
    }
  }
  for (Plane* plane : {&planes.luminance, &planes.blue, &planes.red}) plane->frame();
  return planes;
}

}  // namespace

Bytes compress_eighths(const Canvas& eighths, u32 width, u32 height, int quality, bool smooth) {
  const int columns = static_cast<int>((width + 15) / 16), rows = static_cast<int>((height + 15) / 16);
  const Tables tables(quality);
  Planes planes = planes_of(eighths, columns, rows);
  Component luminance(tables, 0), blue(tables, 1), red(tables, 1);
  Bytes out = headers(tables, width, height);
  out.reserve(out.size() + static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows) * 8);
  BitWriter bits(out);
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < columns; ++x) {
      for (int block = 0; block < 4; ++block)
        planes.luminance.encode(bits, luminance, 2 * x + block % 2, 2 * y + block / 2, smooth);
      planes.blue.encode(bits, blue, x, y, smooth);
      planes.red.encode(bits, red, x, y, smooth);
    }
  bits.finish();
  out.insert(out.end(), {0xFF, 0xD9});
  return out;
}

}  // namespace stuntcam::emulator
