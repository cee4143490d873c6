#include "emulator/imaging/jpeg.h"

#include <csetjmp>
#include <cstdlib>
#include <memory>
#include <new>

#include "emulator/imaging/libjpeg.h"

namespace stuntcam::emulator {
namespace {

// libjpeg reports fatal errors by a function that must not return. Nothing with a destructor may live in the functions
// that it jumps out of.
struct Escape {
  jpeg_error_mgr errors;
  std::jmp_buf back;
};
[[noreturn]] void escape(j_common_ptr common) { std::longjmp(reinterpret_cast<Escape*>(common->err)->back, 1); }
jpeg_error_mgr* silent(Escape& way_out) {
  jpeg_std_error(&way_out.errors);
  way_out.errors.error_exit = escape;
  way_out.errors.emit_message = [](j_common_ptr, int) {};
  way_out.errors.output_message = [](j_common_ptr) {};
  return &way_out.errors;
}

static_assert(sizeof(Colour) == 3, "rows of a canvas are what libjpeg calls RGB");

struct Free {
  void operator()(u8* memory) const { std::free(memory); }
};

bool compress_into(const Canvas& canvas, int quality, u8** out, unsigned long* size) {
  jpeg_compress_struct jpeg{};
  Escape way_out;
  jpeg.err = silent(way_out);
  if (setjmp(way_out.back) != 0) {
    jpeg_destroy_compress(&jpeg);
    return false;
  }
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, out, size);
  jpeg.image_width = static_cast<JDIMENSION>(canvas.width());
  jpeg.image_height = static_cast<JDIMENSION>(canvas.height());
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg.dct_method = JDCT_IFAST;
  jpeg.write_JFIF_header = FALSE;
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < jpeg.image_height) {
    const Colour* line = canvas.row(static_cast<int>(jpeg.next_scanline));
    auto* samples = const_cast<JSAMPLE*>(reinterpret_cast<const JSAMPLE*>(line));  // libjpeg only reads them
    jpeg_write_scanlines(&jpeg, &samples, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  return true;
}

// Larger ones are not worth a thumbnail: decoding them would keep the camera's loop.
constexpr u64 max_decoded_pixels = 64'000'000;

bool begin_decoding(jpeg_decompress_struct& jpeg, View bytes, int width, int height) {
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, bytes.data(), bytes.size());
  if (jpeg_read_header(&jpeg, TRUE) != JPEG_HEADER_OK) return false;
  if (u64{jpeg.image_width} * jpeg.image_height > max_decoded_pixels) return false;
  if (jpeg.progressive_mode || jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK) {
    // Progressive ones cost memory in proportion to their pixels, and a small file can ask for many scans.
    if (jpeg.jpeg_color_space != JCS_YCbCr || u64{jpeg.image_width} * jpeg.image_height > max_decoded_pixels / 8)
      return false;
  }
  jpeg.out_color_space = JCS_RGB;
  jpeg.dct_method = JDCT_IFAST;
  jpeg.do_fancy_upsampling = FALSE;
  jpeg.scale_denom = 8;
  jpeg.scale_num = 8;
  for (unsigned eighths : {1u, 2u, 4u})
    if (jpeg.image_width * u64{eighths} / 8 >= static_cast<u64>(width) &&
        jpeg.image_height * u64{eighths} / 8 >= static_cast<u64>(height)) {
      jpeg.scale_num = eighths;
      break;
    }
  return jpeg_start_decompress(&jpeg) != 0;
}

bool decode_into(std::optional<Canvas>& canvas, View bytes, int width, int height) {
  jpeg_decompress_struct jpeg{};
  Escape way_out;
  jpeg.err = silent(way_out);
  if (setjmp(way_out.back) != 0) {
    jpeg_destroy_decompress(&jpeg);
    return false;
  }
  const bool begun = begin_decoding(jpeg, bytes, width, height);
  if (begun) {
    canvas.emplace(static_cast<int>(jpeg.output_width), static_cast<int>(jpeg.output_height));
    while (jpeg.output_scanline < jpeg.output_height) {
      auto* samples = reinterpret_cast<JSAMPLE*>(canvas->row(static_cast<int>(jpeg.output_scanline)));
      jpeg_read_scanlines(&jpeg, &samples, 1);
    }
  }
  jpeg_destroy_decompress(&jpeg);
  return begun;
}

}  // namespace

Bytes compress(const Canvas& canvas, int quality) {
  u8* memory = nullptr;
  unsigned long size = 0;
  const bool made = compress_into(canvas, quality, &memory, &size);
  const std::unique_ptr<u8, Free> owned(memory);
  if (!made) throw std::bad_alloc();  // nothing else can go wrong with a picture of our own
  return {memory, memory + size};
}

Bytes with_segment(View jpeg, u8 marker, View payload) {
  Bytes out(jpeg.begin(), jpeg.begin() + 2);
  const std::size_t length = payload.size() + 2;
  out.reserve(jpeg.size() + length + 2);
  out.insert(out.end(), {0xFF, marker, static_cast<u8>(length >> 8), static_cast<u8>(length)});
  out.insert(out.end(), payload.begin(), payload.end());
  out.insert(out.end(), jpeg.begin() + 2, jpeg.end());
  return out;
}

std::optional<Canvas> decode_scaled(View jpeg, int width, int height) {
  std::optional<Canvas> canvas;
  if (!decode_into(canvas, jpeg, width, height)) return {};
  return canvas;
}

}  // namespace stuntcam::emulator
