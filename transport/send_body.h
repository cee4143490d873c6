// Moving a Body into a frame, whichever side sends it.
#pragma once

#include "transport/link.h"
#include "transport/responder.h"

namespace stuntcam::transport {

// Bytes for payload on its way: as large as `expected` wants it, never larger than what a system call gains from.
Room transfer_buffer(Bytes& buffer, u64 expected);

// `size` bytes of the body from `offset` on, as payload of the frame put last. false: the source gave fewer, and zeros
// went out for the others: a packet's length cannot be taken back, and the stream must stay in step.
Task<bool> send_body(Link&, const Body&, u64 offset, u64 size, Bytes& buffer);

}  // namespace stuntcam::transport
