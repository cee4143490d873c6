// One check of a camera: a rule of docs/protocol.md, and a conversation that shows whether the camera keeps it.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "ptp/codes.h"
#include "transport/task.h"

namespace stuntcam::initiator::conform {

class Trial;

// must: the standards say it. should: implementations do it, or clients rely on it, where the standards are silent.
enum class Weight : u8 { must, should };

struct Case {
  std::string_view id;       // "handshake.ack": the chapter, and a name that never changes its meaning
  std::string_view section;  // of docs/protocol.md: "1.3"
  std::string_view rule;     // one sentence
  transport::Task<> (*run)(Trial&);
  std::array<ptp::OperationCode, 4> needs{};  // operations that DeviceInfo must list
  bool destructive = false;                   // writes to the card, takes pictures, resets; cleans up after itself
  Weight weight = Weight::must;

  std::string_view chapter() const { return id.substr(0, id.find('.')); }
};

// Every case, chapter by chapter.
std::vector<const Case*> all_cases();

// The chapters, one file each.
std::span<const Case> framing_cases();
std::span<const Case> handshake_cases();
std::span<const Case> session_cases();
std::span<const Case> transaction_cases();
std::span<const Case> data_phase_cases();
std::span<const Case> event_cases();
std::span<const Case> cancel_cases();
std::span<const Case> probe_cases();
std::span<const Case> device_cases();
std::span<const Case> storage_cases();
std::span<const Case> object_cases();
std::span<const Case> thumbnail_cases();
std::span<const Case> partial_cases();
std::span<const Case> property_cases();
std::span<const Case> property_change_cases();
std::span<const Case> mtp_cases();
std::span<const Case> capture_cases();
std::span<const Case> upload_cases();
std::span<const Case> deletion_cases();
std::span<const Case> change_cases();
std::span<const Case> control_cases();

}  // namespace stuntcam::initiator::conform
