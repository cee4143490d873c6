// What stands in for secrets: the same for the same, of the same length, and without a trace of it. Private to pcap/.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pcap/redact.h"

namespace stuntcam::pcap {

class StandIns {
 public:
  // Of as many UTF-16 units as the text.
  std::string text(const std::string& kind, const std::string& secret);
  // Of as many bytes.
  Bytes bytes(const std::string& kind, View secret);

  // The text's UTF-16 units or, where `narrow`, one byte a character.
  static Bytes units(const std::string& text, bool narrow);
  // In place, wherever it stands; of one size. False: it doesn't.
  static bool overwrite(Room where, View secret, View instead);
  // No secret, whoever called himself by it.
  void publish(const std::string& text);
  // Whatever was replaced anywhere, in every form in which it may stand elsewhere.
  void sweep(Room where);
  const std::map<std::string, Redaction::Kind>& kinds() const { return kinds_; }

 private:
  struct Form {
    Bytes secret, instead;
  };
  void remember(View secret, View instead);

  std::map<std::pair<std::string, Bytes>, Bytes> known_;
  std::map<std::string, Redaction::Kind> kinds_;
  std::vector<Form> forms_;
  std::vector<Bytes> public_;
};

}  // namespace stuntcam::pcap
