// What passes over one connection, or between a host and one USB device, put together to exchanges of a session.
// Private to pcap/.
#pragma once

#include <array>
#include <deque>
#include <list>

#include "pcap/segment.h"
#include "pcap/trace.h"
#include "pcap/usb.h"
#include "pcap/walker.h"

namespace stuntcam::pcap {

// Sessions that another connection may still join; beyond, the oldest can't be found any more. Above the number of
// clients that a camera has at once, and little to look through.
inline constexpr std::size_t max_joinable = 256;
// Properties of one camera whose types are remembered; real ones have less than a thousand.
inline constexpr std::size_t max_typed_properties = 2048;

// The sessions of a capture so far.
class Sessions {
 public:
  explicit Sessions(ptp::Vendor vendor) : vendor_(vendor) {}
  std::shared_ptr<Session> open(std::string_view dialect, std::string initiator, std::string responder);
  // The last one of these two; with `number`: whose command connection has it. Null: there is none.
  std::shared_ptr<Session> find(const std::string& initiator, const std::string& responder,
                                std::optional<u32> number) const;
  // The last one of these two whose command connection was not seen.
  std::shared_ptr<Session> find_headless(const std::string& initiator, const std::string& responder) const;
  // The last one in this dialect between the same hosts, whatever its ports.
  std::shared_ptr<Session> find_neighbour(std::string_view dialect, const std::string& initiator,
                                          const Endpoint& responder) const;
  u64 next_exchange() { return ++exchanges_; }

 private:
  ptp::Vendor vendor_;
  u64 opened_ = 0, exchanges_ = 0;
  std::list<std::shared_ptr<Session>> sessions_;
};

class Talk : public WalkerSink {
 public:
  Talk(Sessions& sessions, TraceSink& sink, u64 connection)
      : sessions_(sessions), sink_(sink), connection_(connection) {}
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;
  ~Talk() override = default;

  void head(bool side, const ptp::Message&, View wire, Origin) override;
  void payload(bool side, View, Origin) override;
  void payload_missing(bool side, u64 size, Origin) override;
  void frame_ended(bool side, Origin) override;
  void skipped(bool side, u64 bytes, Origin) override;
  void lost(bool side, const std::string& why, Origin) override;

 protected:
  virtual bool sent(bool side) const = 0;  // by the camera
  virtual void settle(bool /*side*/, ptp::Kind) {}
  // Sees to session_ before this message is taken.
  virtual void find_session(const ptp::Message&, Origin) = 0;
  virtual std::string address(bool from_camera) const = 0;
  virtual View identity(const ptp::Message& message) const { return ptp::identity_body(message); }
  virtual void answered(const ptp::Message& /*request*/, const ptp::Message& /*response*/) {}

  void begin(std::shared_ptr<Session> session, Origin);
  Place place(bool from_camera, Origin origin) const { return {session_, connection_, from_camera, origin}; }
  void tell_gap(bool side, u64 size, Origin);
  void tell_all();  // what was never answered

  Sessions& sessions_;
  TraceSink& sink_;
  u64 connection_;
  std::shared_ptr<Session> session_;
  Conversation conversation_;
  std::array<bool, 2> lost_{};

 private:
  Exchange* find(const Transaction*);
  Exchange* touch(bool from_camera, Origin);
  void request(Origin);
  void respond(const ptp::Message&, Origin);
  void tell_first();
  void tell_stray(const ptp::Message&, Origin);
  void forget_stray();
  void packet(const ptp::Message&, View wire, bool from_camera, Origin);
  void learn(const ptp::Message& request, View data);

  std::deque<Exchange> open_;
  std::array<u64, 2> stray_{};  // payload that belongs to no request that was seen
  Bytes stray_kept_;            // the first of it
};

// A TCP connection that may be one of a camera's.
class TcpTalk final : public Talk {
 public:
  TcpTalk(Sessions&, TraceSink&, u64 connection, const Endpoint& first, const Endpoint& second, bool handshake,
          std::optional<u16> port);
  // false: it is none.
  bool data(bool side, View, Origin);
  void gap(bool side, u64 size, Origin);
  void finish();
  bool decided() const { return decided_; }

 private:
  bool sent(bool side) const override { return side != initiator_; }
  void settle(bool side, ptp::Kind) override;
  void find_session(const ptp::Message&, Origin) override;
  std::string address(bool from_camera) const override {
    return to_string(ends_[from_camera ? !initiator_ : initiator_]);
  }
  View identity(const ptp::Message& message) const override { return dialect_->identity(message); }

  bool decide(bool side, View& bytes, Origin);
  bool recognise(bool side);
  bool has_port(u16 port) const { return ends_[0].port == port || ends_[1].port == port; }
  std::string responder() const;

  std::array<Endpoint, 2> ends_;
  bool handshake_, decided_ = false, refused_ = false, role_known_ = false, finished_ = false;
  bool initiator_ = false;  // the side that is
  std::optional<u16> port_;
  const ptp::Dialect* dialect_ = ptp::dialects().data();
  std::array<bool, 2> heard_{};
  std::array<Bytes, 2> held_;
  std::array<Origin, 2> held_from_{};
  std::array<PacketWalker, 2> walkers_{PacketWalker(*this, false), PacketWalker(*this, true)};
  Origin last_;
};

// What a host has sent, and no device taken yet; beyond, it counts as taken. Hosts have one or two such URBs.
inline constexpr std::size_t max_pending_urbs = 64;
inline constexpr std::size_t max_pending_bytes = 16u << 20;

// A host and one USB device that may be a camera.
class UsbTalk final : public Talk {
 public:
  UsbTalk(Sessions& sessions, TraceSink& sink, u64 connection, std::string name)
      : Talk(sessions, sink, connection), name_(std::move(name)) {}
  void transfer(const UsbTransfer&, Origin);
  void finish();
  bool decided() const { return decided_; }

 private:
  bool sent(bool side) const override { return side; }
  void find_session(const ptp::Message&, Origin) override;
  std::string address(bool from_camera) const override { return from_camera ? name_ : "host"; }
  void answered(const ptp::Message& request, const ptp::Message& response) override;
  struct Pending {
    u64 urb = 0;
    Bytes data;
    u64 missing = 0;
    Origin origin;
  };

  void control(const UsbTransfer&, Origin);
  bool takes(UsbPipes::Pipe, const UsbTransfer&);
  void submitted(const UsbTransfer&, Origin);
  void completed(const UsbTransfer&);
  void pass_first();
  void pass_all();
  void pass(UsbPipes::Pipe, View, u64 missing, Origin);

  std::string name_;
  bool decided_ = false, finished_ = false;
  bool opened_ = false;          // an OpenSession succeeded in this session
  bool over_ = false;            // a CloseSession did
  std::deque<Pending> pending_;  // as submitted
  std::size_t pending_bytes_ = 0;
  std::array<std::optional<u8>, 3> endpoints_;
  std::array<u64, 3> passed_{};
  UsbPipes pipes_{*this};
  bool cancelling_ = false;
  Origin last_;
};

}  // namespace stuntcam::pcap
