// The seed corpora, made by our own encoders: small inputs with names, of every kind that a target knows. Always the
// same bytes.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "ptp/bytes.h"
#include "ptp/writer.h"

namespace stuntcam::fuzz {

// By "TARGET/NAME".
using Seeds = std::map<std::string, Bytes>;

void add_messages(Seeds&);       // framings, walkers
void add_data_sets(Seeds&);      // data_sets, text
void add_profiles(Seeds&);       // profile, track
void add_captures(Seeds&);       // capture, learn, redact
void add_conversations(Seeds&);  // server, initiator
void add_requests(Seeds&);       // control, faults, usbip
void add_streams(Seeds&);        // streams

// Numbers and bytes behind each other.
class Seed {
 public:
  template <class T>
  Seed& number(T value) {
    ptp::Writer(bytes_).integer(value);
    return *this;
  }
  Seed& bytes(View view) {
    bytes_.insert(bytes_.end(), view.begin(), view.end());
    return *this;
  }
  Seed& text(std::string_view text) { return bytes({reinterpret_cast<const u8*>(text.data()), text.size()}); }
  operator const Bytes&() const { return bytes_; }  // NOLINT(google-explicit-constructor): reads as what it holds
  const Bytes& done() const { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace stuntcam::fuzz
