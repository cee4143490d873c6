// What both kinds of `bench` share: measuring a camera, and measuring a client.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/engine/camera_bench.h"
#include "cli/contact.h"
#include "cli/host.h"
#include "cli/visit.h"

namespace stuntcam::cli {

struct BenchOptions {
  VisitOptions visit;  // its words: TARGET, or CAMERA where a client follows
  HostOptions host;    // of the CAMERA
  bench::Plan plan;
  std::string plot;
};

// Reaches the camera again where the connection has ended.
class BenchSubject final : public bench::Subject {
 public:
  BenchSubject(Destination, const Console&, const Timeout&);
  initiator::Camera& camera() override;
  initiator::Extension& extension() override;
  const ptp::DeviceInfo& device() override;
  bool interrupted() const override { return signal() != 0; }
  int signal() const { return contact_ ? contact_->interrupted() : 0; }

 private:
  Contact& contact();

  Destination destination_;
  const Console& console_;
  Timeout timeout_;
  std::optional<Contact> contact_;
};

int bench_client(BenchOptions&, const std::vector<std::string>& client);  // bench_client.cpp

}  // namespace stuntcam::cli
