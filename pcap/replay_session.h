// The sessions of a capture as they are replayed: transactions in the order of their requests, each with its answer and
// the events behind it. Payload is not in memory but in a file without a name, so a capture of any size costs some
// hundred bytes a transaction.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pcap/trace.h"
#include "transport/dialect.h"
#include "transport/responder.h"

namespace stuntcam::pcap {

// Packets of one data phase whose sizes are kept; a phase of more is cut as the server likes.
inline constexpr std::size_t max_kept_packets = 65'536;
// A live-view frame that is kept; those of cameras have some hundred thousand bytes.
inline constexpr std::size_t max_kept_frame = 4u << 20;

// Sessions that are kept of a capture, and things wrong with it that are named; the rest is only counted.
inline constexpr std::size_t max_kept_sessions = 4096;
inline constexpr std::size_t max_kept_warnings = 1000;

struct RecordedData {
  bool sent = false;  // by the camera
  u64 announced = unknown_size;
  u64 size = 0;     // with what is missing
  u64 missing = 0;  // bytes that were not captured
  u64 hash = 0;     // of all bytes; nothing that comes has the hash of data with bytes missing
  struct Piece {
    std::optional<u64> offset;  // in RecordedFile::payload; none: missing
    u64 size = 0;
  };
  std::vector<Piece> pieces{};  // one, unless bytes are missing or several phases were captured at once
  std::vector<u64> packets{};   // payload of each; empty: more than are kept
};

// A picture on the live-view connection of a dialect that has one.
struct RecordedFrame {
  u64 offset = 0, size = 0;  // in RecordedFile::payload
  Origin origin;
  std::optional<std::size_t> after{};  // index of the transaction that was asked last before it
};

struct RecordedEvent {
  ptp::Message message;
  Origin origin;
};

struct RecordedTransaction {
  ptp::Message request;
  std::optional<RecordedData> data;
  std::optional<ptp::Message> response;
  Origin asked, answered;
  i64 data_began = 0, data_ended = 0;  // nanoseconds, as Origin::time; meaningful with data
  bool incomplete = false;
  std::vector<RecordedEvent> events{};  // captured after its request and before the next one
};

struct RecordedSession {
  u64 number = 0;                                    // as `decode` counts
  std::string dialect;                               // "ptpip", …
  std::string initiator, responder;                  // as Session has them
  u16 port = 0;                                      // the camera's; 0: it had none
  std::string model, serial_number;                  // "": no DeviceInfo was captured
  Bytes initiator_identity{}, responder_identity{};  // as on the wire; empty: not captured
  std::optional<ptp::Identity> identity{};           // of the camera, in whatever form the dialect has it
  std::optional<u32> init_fail{};                    // the camera turned the initiator away
  Dictionary dictionary{};
  std::vector<RecordedTransaction> transactions{};
  std::vector<RecordedFrame> frames{};
  std::size_t incomplete() const;
  std::string camera() const;  // what tells cameras apart: the GUID, or the address
  // Also on another way to it, where the camera said what it is; else "".
  std::string body() const;
};

// In which it is played, from either side: its own; in PTP/IP what was captured over USB.
const transport::Dialect& dialect_of(const RecordedSession&);

// Where events have a connection without a handshake, their first parameter is their transaction once more.
bool names_its_transaction(const ptp::Message& event, const transport::Dialect&);

struct RecordedFile {
  std::string path;
  std::vector<RecordedSession> sessions{};  // with at least one transaction, or a refusal
  std::shared_ptr<const transport::File> payload{};
  std::vector<std::string> warnings{};
};

// Throws as CaptureFile::open, and std::system_error where nothing temporary can be written.
RecordedFile load_recording(const std::string& path, const TraceOptions& = {});

// The data as a body to send. Lives as long as the body.
transport::Body body_of(const RecordedFile&, const RecordedData&);
std::shared_ptr<const Bytes> picture_of(const RecordedFile&, const RecordedFrame&);
// All of it up to `limit` bytes; nullopt: longer.
std::optional<Bytes> bytes_of(const RecordedFile&, const RecordedData&, std::size_t limit);

// FNV-1a: to tell payloads apart, piece by piece. It does not have to withstand anybody.
inline constexpr u64 empty_hash = 0xCBF29CE484222325;
u64 hash(u64 before, View);

// "2  127.0.0.1:50412 -> 127.0.0.1:15740  Nikon D5300  63 transactions, 1 incomplete"
std::string describe(const RecordedSession&);

}  // namespace stuntcam::pcap
