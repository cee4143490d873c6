// The first look at a capture that is to be redacted: which of its bytes are kept, and with what in them. Private to
// pcap/.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "pcap/stand_ins.h"
#include "pcap/trace.h"

namespace stuntcam::pcap {

// The data of one transaction up to here is looked at; beyond, it is blanked.
inline constexpr std::size_t max_scrubbed = 64 << 10;

class Scrubber final : public TraceSink {
 public:
  explicit Scrubber(bool keep_unknown) : keep_unknown_(keep_unknown) {}

  void message(const Place&, const ptp::Message&, View wire) override;
  void payload(const Exchange*, const Place&, View) override;
  void transaction(const Exchange&) override;
  void placed(u64 frame, u64 connection, u8 pipe, i64 offset) override;
  void finish();  // looks once more for everything that was replaced

  struct Spot {
    u64 frame = 0, connection = 0;
    u8 pipe = 0;
    i64 offset = 0;
  };
  // Where the bytes of a frame lie, packet by packet; empty: it is no camera's. Frames in their order.
  std::span<const Spot> spots(u64 frame);
  bool is_camera(u64 connection) const { return cameras_.contains(connection); }
  bool from_camera(const Spot&) const;
  // What stands there in the copy: what was not understood is zero.
  void fill(u64 connection, u8 pipe, i64 offset, Room) const;

  StandIns& stand_ins() { return stand_ins_; }
  const std::map<std::string, u64>& blanked() const { return blanked_; }

 private:
  using Stream = std::map<u64, Bytes>;  // by offset
  struct Piece {
    u64 connection = 0;
    u8 pipe = 0;
    u64 offset = 0;
    std::size_t size = 0;
  };
  struct Data {
    Bytes bytes;
    std::vector<Piece> pieces;
    u64 size = 0;
  };
  Bytes init_packet(const Place&, const ptp::Message&, View wire);
  bool scrub(const Exchange&, Room data);
  bool scrub_value(const Session&, u16 code, Room data);
  void replace(Room data, const std::string& kind, const std::string& secret, const std::string& ending = {});
  void object_name(Room data, const std::string& name);

  bool keep_unknown_;
  StandIns stand_ins_;
  std::map<std::pair<u64, u8>, Stream> streams_;
  std::map<u64, Data> going_;  // of the exchanges that go on
  std::vector<Spot> spots_;
  std::size_t next_spot_ = 0;
  std::set<u64> cameras_;
  std::map<std::pair<u64, u8>, bool> directions_;
  std::map<std::pair<u64, u16>, ptp::DevicePropDesc> described_;  // by connection and property
  std::map<std::string, u64> blanked_;
};

}  // namespace stuntcam::pcap
