// The 12-byte container of PTP over USB (docs/protocol.md §6.2).
#pragma once

#include "ptp/framing.h"

namespace stuntcam::ptp {

enum class ContainerType : u16 { command = 1, data = 2, response = 3, event = 4 };

// One data container is a whole data phase; its direction is the operation's matter. A length of 0xFFFFFFFF means a
// payload of 4 GiB - 12 or more, or of unknown size: the transport knows its end (a short USB packet).
class ContainerFraming final : public Framing {
 public:
  Expected<Head> head(View seen) const override;
  Expected<Message> decode(View head) const override;
  void encode(const Message&, Bytes& out) const override;
  u64 max_payload() const override { return unknown_size; }
  bool one_frame() const override { return true; }
};

}  // namespace stuntcam::ptp
