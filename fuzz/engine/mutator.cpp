#include "fuzz/engine/mutator.h"

#include <algorithm>
#include <limits>

namespace stuntcam::fuzz {

using transport::Fault;

// Meddles with this answer alone, or with all of its operation.
transport::FaultSelector Mutator::select(Random& random, const Answer& answer) const {
  transport::FaultSelector where;
  where.operation = answer.step.operation;
  if (!random.one_in(4)) where.nth = answer.nth;
  return where;
}

Fault Mutator::draw(Random& random, const Conversation& heard) const {
  const auto choice = random.below(100);
  if (choice < 5) return of_handshake(random);
  if (choice < 12) return of_connection(random, heard);
  if (choice < 20) return of_event(random, heard);
  if (heard.frames > 0 && choice < 30) return of_frame(random);
  if (heard.steps.empty()) return of_handshake(random);
  auto index = static_cast<std::size_t>(random.below(heard.steps.size()));
  // There is more to get wrong in data.
  for (int tries = 0; tries < 2 && !heard.steps[index].has_data; ++tries)
    index = static_cast<std::size_t>(random.below(heard.steps.size()));
  const auto& step = heard.steps[index];
  const auto earlier = std::ranges::count(heard.steps.begin(), heard.steps.begin() + static_cast<std::ptrdiff_t>(index),
                                          step.operation, &Step::operation);
  const Answer answer{step, 1 + static_cast<u64>(earlier)};
  return step.has_data && !random.one_in(5) ? of_data(random, answer) : of_response(random, answer);
}

transport::FaultPlan Mutator::vary(Random& random, transport::FaultPlan plan, const Conversation& heard) const {
  auto& faults = plan.faults;
  const auto choice = random.below(4);
  if (!faults.empty() && choice == 0)
    faults.erase(faults.begin() + static_cast<std::ptrdiff_t>(random.below(faults.size())));
  else if (!faults.empty() && choice == 1)
    faults[static_cast<std::size_t>(random.below(faults.size()))] = draw(random, heard);
  if (faults.size() < most_faults) faults.push_back(draw(random, heard));
  plan.seed = 1 + random.below(std::numeric_limits<u32>::max());
  return plan;
}

}  // namespace stuntcam::fuzz
