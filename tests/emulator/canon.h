// A conversation with a Canon EOS R6, which tells what changes in records that a host fetches.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/vendors/canon_codes.h"
#include "ptp/reader.h"
#include "tests/emulator/body.h"

namespace stuntcam::tests {

namespace canon = emulator::canon;

struct Record {
  u32 type = 0;
  Bytes payload;
  u32 word(std::size_t index) const {
    ptp::Reader reader(View(payload).subspan(std::min(payload.size(), 4 * index)));
    return reader.integer<u32>("word");
  }
};

inline Bytes words(std::initializer_list<u32> integers) {
  Bytes out;
  for (const u32 integer : integers) ptp::Writer(out).integer(integer);
  return out;
}

inline std::vector<Record> records_of(View data) {
  ptp::Reader reader(data);
  std::vector<Record> records;
  while (reader.ok() && !reader.rest().empty()) {
    const u32 size = reader.integer<u32>("size");
    Record record{reader.integer<u32>("type"), {}};
    const View payload = reader.bytes("payload", size < 8 ? 0 : size - 8);
    record.payload.assign(payload.begin(), payload.end());
    records.push_back(std::move(record));
  }
  EXPECT_TRUE(reader.ok());
  return records;
}

// The body as its profile has it, but taking small JPEGs, and with times that are easy to reckon with.
struct CanonStage : BodyStage {
  CanonStage() : BodyStage("canon-eos-r6") {
    set(canon::property::ImageFormat, "Smaller JPEG");
    round_times();
  }
};

class CanonPlay : public Play {
 public:
  using Play::ask;
  using Play::Play;
  using Play::send;

  // Takes the camera over and reads the first, long answer.
  std::vector<Record> take_over() {
    EXPECT_EQ(ask(canon::operation::SetRemoteMode, {1}), Code::OK);
    EXPECT_EQ(ask(canon::operation::SetEventMode, {1}), Code::OK);
    EXPECT_EQ(ask(canon::operation::SetRequestOLCInfoGroup, {0x1FFF}), Code::OK);
    return poll();
  }
  // The records of GetEvent without the one that ends them.
  std::vector<Record> poll() {
    EXPECT_EQ(ask(canon::operation::GetEvent), Code::OK);
    auto records = records_of(data());
    EXPECT_FALSE(records.empty());
    if (records.empty()) return {};
    EXPECT_EQ(records.back().type, 0u);
    EXPECT_TRUE(records.back().payload.empty());
    records.pop_back();
    return records;
  }
  // Those of one type since the last look.
  std::vector<Record> poll(u32 type) {
    auto records = poll();
    std::erase_if(records, [type](const Record& record) { return record.type != type; });
    return records;
  }
  Code set(u16 code, const Bytes& value) {
    Bytes data = words({static_cast<u32>(8 + value.size()), code});
    data.insert(data.end(), value.begin(), value.end());
    return send(canon::operation::SetDevicePropValueEx, {}, data);
  }
  Code set(u16 code, u32 value) { return set(code, words({value})); }
  Code set(u16 code, std::string_view text) {
    Bytes value(text.begin(), text.end());
    value.push_back(0);
    return set(code, value);
  }
  // All of a button's way, there and back.
  Code press() {
    const Code code = ask(canon::operation::RemoteReleaseOn, {2, 0});
    EXPECT_EQ(ask(canon::operation::RemoteReleaseOff, {2}), Code::OK);
    return code;
  }
};

}  // namespace stuntcam::tests
