// A reader of TIFF files that takes nothing the specification (TIFF 6.0) forbids, for tests of what we write.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "ptp/bytes.h"

namespace stuntcam::tests {

struct TiffField {
  u16 type = 0;
  u32 count = 0;
  Bytes raw;

  std::vector<u64> numbers() const {
    const std::size_t size = type == 3 ? 2 : type == 4 ? 4 : 1;
    std::vector<u64> out;
    for (std::size_t at = 0; at + size <= raw.size(); at += size) {
      u64 number = 0;
      std::memcpy(&number, raw.data() + at, size);
      out.push_back(number);
    }
    return out;
  }
  u64 number() const {
    EXPECT_EQ(count, 1u);
    return numbers().empty() ? 0 : numbers().front();
  }
  std::vector<double> rationals() const {
    std::vector<double> out;
    for (std::size_t at = 0; at + 8 <= raw.size(); at += 8) {
      u32 pair[2];
      std::memcpy(pair, raw.data() + at, 8);
      EXPECT_NE(pair[1], 0u);
      out.push_back(double{static_cast<double>(pair[0])} / pair[1]);
    }
    return out;
  }
  std::string text() const {
    EXPECT_EQ(type, 2);
    EXPECT_TRUE(!raw.empty() && raw.back() == 0);
    return {raw.begin(), raw.end() - (raw.empty() ? 0 : 1)};
  }
};

using TiffFields = std::map<u16, TiffField>;

class TiffFile {
 public:
  explicit TiffFile(View bytes) : bytes_(bytes) {
    EXPECT_GE(bytes.size(), 8u);
    EXPECT_EQ(integer<u32>(0), 0x002A4949u);  // "II", 42
  }
  // The directory at that offset (0: the first), which must be the last of its chain.
  TiffFields directory(u32 offset = 0) const {
    if (offset == 0) offset = integer<u32>(4);
    EXPECT_EQ(offset % 2, 0u);
    TiffFields fields;
    const u16 count = integer<u16>(offset);
    EXPECT_GT(count, 0);
    u16 before = 0;
    for (u32 i = 0; i < count; ++i) {
      const u32 at = offset + 2 + 12 * i;
      const u16 tag = integer<u16>(at);
      EXPECT_TRUE(i == 0 || tag > before) << "tags must increase: " << tag;
      before = tag;
      fields[tag] = field(at);
    }
    EXPECT_EQ(integer<u32>(offset + 2 + 12 * count), 0u);
    return fields;
  }

 private:
  template <class T>
  T integer(u64 at) const {
    T value{};
    EXPECT_LE(at + sizeof(T), bytes_.size());
    if (at + sizeof(T) <= bytes_.size()) std::memcpy(&value, bytes_.data() + at, sizeof(T));
    return value;
  }
  TiffField field(u32 at) const {
    static constexpr u32 sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8};
    TiffField field{integer<u16>(at + 2), integer<u32>(at + 4), {}};
    EXPECT_TRUE(field.type >= 1 && field.type <= 10) << field.type;
    const u64 size = u64{sizes[field.type % 11]} * field.count;
    const u64 begin = size <= 4 ? at + 8 : integer<u32>(at + 8);
    EXPECT_TRUE(size <= 4 || begin % 2 == 0);
    EXPECT_LE(begin + size, bytes_.size());
    if (begin + size <= bytes_.size()) {
      const View raw = bytes_.subspan(begin, size);
      field.raw.assign(raw.begin(), raw.end());
    }
    return field;
  }
  View bytes_;
};

}  // namespace stuntcam::tests
