// Explains the PTP/IP conversations in a capture: one JSON record for every transaction, event and oddity, in the form
// of docs/decode.md.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>

#include "pcap/conversation.h"
#include "pcap/data_set.h"
#include "pcap/listener.h"
#include "pcap/object_files.h"
#include "pcap/streams.h"
#include "ptp/packets.h"

namespace stuntcam::pcap {

// Names of objects that are remembered, for one session each; more objects are saved by their handles.
inline constexpr std::size_t max_names = 100'000;
// A frame with more payload than this is taken for noise where a stream is searched for the next packet.
inline constexpr u64 max_plausible = 1u << 30;

// What one direction of a connection carries, cut into messages; goes on after a gap.
class PacketWalker {
 public:
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual void head(bool side, const ptp::Message&, View wire, Origin) = 0;
    virtual void payload(bool side, View, Origin) = 0;
    virtual void payload_missing(bool side, u64 size) = 0;
    virtual void frame_ended(bool side, Origin) = 0;
    // In front of the next packet there are bytes that make no sense.
    virtual void skipped(bool side, u64 bytes, Origin) = 0;
    virtual void lost(bool side, const std::string& why, Origin) = 0;
  };
  PacketWalker(Sink& sink, bool side) : sink_(sink), side_(side) {}
  void data(View, Origin);
  void gap(u64 size, Origin);
  void end(Origin);

 private:
  std::size_t take_head(View, Origin);
  void search(Origin, std::size_t newest);

  Sink& sink_;
  bool side_;
  ptp::PacketFraming framing_;
  Bytes held_;            // of a head that is not whole; or, while lost, what is searched
  u64 payload_left_ = 0;  // of the frame
  bool lost_ = false;
  u64 skipped_ = 0;
};

using Tell = std::function<void(const ptp::Json&)>;

struct DecodeOptions {
  std::optional<u16> port;                     // of the cameras; none: 15740, and what looks like PTP/IP
  ptp::Vendor vendor = ptp::Vendor::none;      // until a DeviceInfo says it
  std::shared_ptr<const ObjectFiles> objects;  // where transferred files go; none: nowhere
  Listener* listener = nullptr;                // is told as well; lives as long as the decoder
};

class Decoder final : public StreamSink {
 public:
  Decoder(DecodeOptions, Tell);
  ~Decoder() override;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  void opened(u64 connection, const Endpoint& first, const Endpoint& second, bool handshake, Origin) override;
  bool data(u64 connection, bool side, View, Origin) override;
  void gap(u64 connection, bool side, u64 size, Origin) override;
  void closed(u64 connection, bool reset, Origin) override;
  void warn(u64 frame, const std::string& text);
  void finish();  // tells of what was never answered

  std::size_t conversations() const { return numbered_; }

 private:
  class Talk;
  friend class Talk;
  struct Session {
    u64 number = 0;
    Dictionary dictionary;
    std::string initiator, responder;  // addresses without the initiator's port
    u32 connection_number = 0;
    std::map<u32, std::string> names;  // of objects, by handle
    std::string announced;             // by SendObjectInfo
  };
  double since_start(i64 time);

  DecodeOptions options_;
  Tell tell_;
  std::optional<i64> start_;
  std::size_t numbered_ = 0;
  u64 sessions_opened_ = 0;
  std::list<std::shared_ptr<Session>> sessions_;
  std::map<u64, std::unique_ptr<Talk>> talks_;
};

// Reads all of a capture. Throws as CaptureFile::open.
// Returns how many PTP/IP connections there were.
std::size_t decode(const std::string& path, const DecodeOptions&, const Tell&);

// A record as a line for people.
std::string plain(const ptp::Json& record);

}  // namespace stuntcam::pcap
