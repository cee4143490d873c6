#include "transport/responder.h"

namespace stuntcam::transport {
namespace {
struct SizeOf {
  u64 operator()(std::monostate) const { return 0; }
  u64 operator()(View view) const { return view.size(); }
  u64 operator()(const Bytes& bytes) const { return bytes.size(); }
  u64 operator()(const FileSlice& slice) const { return slice.size; }
  u64 operator()(const Generated& generated) const { return generated.size; }
};
}  // namespace

u64 size_of(const Body& body) { return std::visit(SizeOf{}, body); }

}  // namespace stuntcam::transport
