// The files of a FunctionFS gadget: made, bound to a controller, and put away again. Private to transport/usb/.
#pragma once

#include <string>

#include "transport/usb/description.h"

namespace stuntcam::transport::usb {

class GadgetPort {
 public:
  GadgetPort(const Description&, std::string controller);
  ~GadgetPort();
  GadgetPort(const GadgetPort&) = delete;
  GadgetPort& operator=(const GadgetPort&) = delete;

  void bind();    // the host sees it from now on
  void unbind();  // whoever waits on the endpoints wakes
  void remove();  // all of it; nothing may be under way
  const std::string& controller() const { return controller_; }

  int control = -1, bulk_in = -1, bulk_out = -1, interrupt = -1;

 private:
  void make(const Description&);
  void open(const Description&);
  std::string controller_, name_, gadget_, mount_;
  bool bound_ = false;
};

}  // namespace stuntcam::transport::usb
