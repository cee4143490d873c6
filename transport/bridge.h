// One client's conversation with a real camera: every transaction goes across as it is, its data streams, whichever way
// it flows, and a Cancel of either connection reaches the camera. Private to transport/.
#pragma once

#include <optional>

#include "transport/patience.h"
#include "transport/real_camera.h"
#include "transport/server_core.h"

namespace stuntcam::transport {

// The camera did what ends its connection. Caught where the client is let go.
struct CameraFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What the bridge asks a camera of its own accord, and never with parameters.
ptp::Message plain_request(ptp::OperationCode, u32 transaction_id);
inline bool is(const ptp::Message& message, ptp::OperationCode code) { return message.code == static_cast<u16>(code); }
inline bool is(const ptp::Message& message, ptp::ResponseCode code) { return message.code == static_cast<u16>(code); }

// From a request to what the camera says to it: exposures of half a minute, with as much for the noise, are usual.
inline constexpr Duration answer_limit = std::chrono::seconds(120);
// A data phase in which nothing moves.
inline constexpr Duration data_limit = std::chrono::seconds(30);
// From Cancel to the response; a USB camera has half of it to become idle, and is reset in the other (docs/usb.md).
inline constexpr Duration cancel_limit = std::chrono::seconds(20);

class Bridge {
 public:
  Bridge(ServerCore& core, std::shared_ptr<Association> association, std::shared_ptr<Line> line);
  ~Bridge();
  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

  // Until the client's connection ends (std::system_error), the client misbehaves (Misbehaved), or the camera is lost
  // (CameraFailed).
  Task<> run();
  // What the client left open on the camera is cancelled and closed. True: nothing is left.
  Task<bool> leave();

 private:
  enum class Turn : u8 { camera, client, cancel };
  // The transaction under way.
  struct Exchange {
    explicit Exchange(const ptp::Message& asked)
        : request(asked), name(ptp::to_string(static_cast<ptp::OperationCode>(asked.code))) {}
    ptp::Message request;  // as the camera gets it
    u32 client_id = request.transaction_id;
    std::string name;
    bool begun = false, ended = false;  // the client's data phase
    bool cancelled = false, responded = false;
  };

  Task<> transact(ptp::Message request);
  Task<> share(ptp::Message request);
  void give_way();
  Task<> converse(Exchange&);
  Task<bool> answer_here(const Exchange&);
  Task<Turn> next_turn(const Exchange&);
  Task<> from_camera(Exchange&);
  Task<> from_client(Exchange&);
  Task<> to_client(Exchange&, ptp::Message data);
  Task<> stream_to_client(Exchange&, u64 size);
  Task<> to_camera(Exchange&, ptp::Message data);
  static Bytes begin_without_start(const Exchange&, ptp::Message& data);
  void put_to_camera(const ptp::Message& data, bool begins);
  Task<> look_for_cancel(Exchange&);
  Task<> cancel(Exchange&);
  Task<> respond(Exchange&, ptp::Message response);
  // The bridge's own transactions.
  Task<ptp::Message> ask(ptp::Message request, Bytes* data = nullptr, std::optional<u16> value = {});
  Task<> open_for_standard_client();
  Task<bool> close_session();
  Task<ptp::Message> receive_from_camera();
  Task<std::size_t> read_camera(Room);
  Task<> write_camera(View);
  Task<> flush_camera();
  Task<ptp::Message> receive_from_client();
  void hold(const ptp::Message&);
  void stray(const ptp::Message&);
  Task<> answer_probe();
  [[noreturn]] void lost(const std::exception_ptr&);
  [[noreturn]] void fail(const std::string& why);

  ServerCore& core_;
  std::shared_ptr<Association> association_;
  std::shared_ptr<Line> line_;
  Link &client_, &camera_;
  std::shared_ptr<Patience> patience_;
  std::optional<ptp::Message> held_;  // a request that came before its time
  std::optional<ptp::Message> open_;  // the request that opened the session, while it is open
  u32 last_transaction_ = 0;
  bool broken_ = false;      // the camera's side is out of step
  bool unfinished_ = false;  // a transaction has no response yet
  u64 promised_ = 0;         // bytes of a data packet to the camera that are not written yet
  Bytes buffer_;
};

}  // namespace stuntcam::transport
