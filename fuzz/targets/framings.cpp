// Bytes of a connection, in each framing: cut into heads and payloads as a link does it, decoded, encoded, and decoded
// again.
#include <algorithm>
#include <array>

#include "fuzz/targets/input.h"
#include "ptp/container.h"
#include "ptp/dialect.h"
#include "ptp/fuji.h"
#include "ptp/packets.h"

namespace stuntcam::fuzz {
namespace {

using namespace ptp;

constexpr std::size_t container_header = 12;

bool same(const Message& a, const Message& b) {
  return a.kind == b.kind && a.count == b.count && a.first == b.first && a.last == b.last && a.code == b.code &&
         a.transaction_id == b.transaction_id && a.data_phase == b.data_phase && a.params == b.params &&
         a.total == b.total && a.size == b.size;
}

// The body that an init packet carries behind its fixed fields, as encode() wants it.
View body(const Framing& framing, const Message& message) {
  if (message.kind != Kind::init_command_request && message.kind != Kind::init_command_ack) return {};
  const bool word = message.kind == Kind::init_command_ack || framing.one_frame();
  return message.wire.subspan(word ? 12 : 8);
}

void decode_again(const Framing& framing, const Message& message) {
  Message sent = message;
  sent.wire = body(framing, message);
  Bytes wire;
  framing.encode(sent, wire);
  if (wire.empty()) return require(message.kind == Kind::unknown, "every message that is received can be sent");
  const auto head = framing.head(wire);
  require(head && head->need == 0 && head->size <= wire.size(), "what was encoded is a head");
  if (!head) return;
  const auto again = framing.decode(View(wire).first(head->size));
  require(again.has_value(), "what was encoded decodes");
  if (!again) return;
  auto expected = message;
  // Fujifilm's events always carry three parameters.
  if (message.kind == Kind::event && again->count == 3) expected.count = 3, expected.params[3] = expected.params[4] = 0;
  require(same(*again, expected), "a message is the same after encode and decode");
}

void check_identity(const Message& message) {
  if (message.kind != Kind::init_command_request && message.kind != Kind::init_command_ack) return;
  const auto received = decode_identity(identity_body(message));
  if (!received) return;
  const auto again = decode_identity(encode_identity(received->identity));
  require(again.has_value(), "an encoded identity decodes");
  (void)to_string(received->identity.guid);
}

PacketType packet_type(View head) {
  u32 type = 0;
  std::memcpy(&type, head.subspan(4, sizeof type).data(), sizeof type);
  return static_cast<PacketType>(type);
}

// One frame from the front; what is left behind it, or nothing when this is no frame, or not all of one.
View take(const Framing& framing, View bytes) {
  Expected<Head> head = Head{.need = 1};
  for (std::size_t seen = 0; head && head->need != 0;) {
    require(head->need > seen && head->need <= max_head, "more bytes are asked for, and not too many");
    seen = head->need;
    if (seen > bytes.size()) return {};
    head = framing.head(bytes.first(seen));
  }
  const auto at_once = framing.head(bytes);
  require(head.has_value() == at_once.has_value(), "head() says the same however much is there");
  if (!head) {
    require(!head.error().to_string().empty(), "an error has words");
    return {};
  }
  require(at_once->size == head->size && at_once->payload == head->payload, "head() says the same of a frame");
  require(head->size > 0 && head->size <= max_head, "a head has an end");
  if (head->size > bytes.size()) return {};
  const auto message = framing.decode(bytes.first(head->size));
  if (!message) return {};
  if (!framing.one_frame())
    require((message->kind == Kind::unknown) == name(packet_type(message->wire)).empty(), "what has a name is known");
  require(message->count <= message->params.size(), "five parameters at most");
  require(message->kind == Kind::data || head->payload == 0, "only data has payload");
  decode_again(framing, *message);
  check_identity(*message);
  const View behind = bytes.subspan(head->size);
  return behind.subspan(static_cast<std::size_t>(std::min<u64>(head->payload, behind.size())));
}

// A message that we might want to send, whether this framing has it or not: the head of what is encoded says it is one.
void compose(const Framing& framing, Input& input) {
  Message message;
  message.kind = static_cast<Kind>(input.below(static_cast<std::size_t>(Kind::unknown) + 1));
  const u8 form = input.number<u8>();
  message.first = (form & 1) != 0;
  message.last = (form & 2) != 0;
  const std::size_t most = message.kind == Kind::event ? 3 : message.params.size();
  message.count = static_cast<u8>(input.below(most + 1));
  message.code = input.number<u16>();
  if (message.kind != Kind::data && message.code == 0) message.code = 1;  // what has none is an init packet to Fujifilm
  message.transaction_id = input.number<u32>();
  for (auto& param : message.params) param = input.number<u32>();
  message.total = message.size = input.number<u32>() / 2;
  Identity identity;
  identity.name = text(input.bytes(64));  // what is longer, no head may be
  const Bytes body =
      framing.one_frame() ? encode_fuji_identity(identity, fuji_request_name) : encode_identity(identity);
  message.wire = body;
  Bytes wire;
  framing.encode(message, wire);
  if (wire.empty() || message.kind == Kind::raw) return;
  const auto head = framing.head(wire);
  require(head && head->need == 0 && head->size <= wire.size(), "what is sent has a head");
  require(message.size <= framing.max_payload(), "every framing carries two gigabytes");
}

void check_dialects(View bytes) {
  for (const auto& dialect : dialects()) {
    require(dialect.has(dialect.port) && !dialect.has(0), "a dialect has its port");
    if (bytes.size() >= dialect.header) (void)dialect.begins(bytes.first(dialect.header));
    Message message;
    message.wire = bytes;
    (void)dialect.identity(message);
  }
  if (bytes.size() >= container_header) (void)begins_container(bytes.first(container_header));
}

}  // namespace
}  // namespace stuntcam::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stuntcam;
  using namespace stuntcam::fuzz;
  static const ptp::PacketFraming lenient(false), strict(true);
  static const ptp::ContainerFraming containers;
  static const ptp::FujiFraming fuji;
  static const std::array<const ptp::Framing*, 4> framings{&lenient, &strict, &containers, &fuji};
  Input input(data, size);
  const auto what = input.below(2 * framings.size());
  const auto& framing = *framings[what % framings.size()];
  if (what >= framings.size()) {
    compose(framing, input);
    return 0;
  }
  View bytes = input.rest();
  check_dialects(bytes);
  while (!bytes.empty()) bytes = take(framing, bytes);
  return 0;
}
