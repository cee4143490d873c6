// What is wrong with a run, if anything; and whether two findings are the same.
#pragma once

#include <optional>
#include <string>

#include "fuzz/engine/runner.h"

namespace stuntcam::fuzz {

enum class FindingKind : u8 { crash, hang, memory, wrong };
std::string_view name(FindingKind);  // "crash", …

// How the client behaves when nothing is wrong.
struct Baseline {
  Ending ending;
  std::optional<u64> file;  // what the expected file holds
  Conversation heard;
};

struct Verdict {
  FindingKind kind = FindingKind::crash;
  std::string key;   // the same for the same defect, as far as can be told: the stack, or where the conversation was
  std::string text;  // one line for people
};

// Faults under which a client must still find what it was sent: every byte that it is told is as the camera said it.
bool honest(const transport::FaultPlan&);
// Of those the ones that a client cannot even see: its result must be the same.
bool invisible(const transport::FaultPlan&);

std::optional<Verdict> judge(const Run&, const Baseline&);
// The same went wrong, wherever the conversation ended then: a client that thinks all is well may leave anywhere.
bool ends_alike(const Verdict&, const Verdict&);

}  // namespace stuntcam::fuzz
