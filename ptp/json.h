// Data sets and values as JSON, by the field names of ISO 15740 ("StandardVersion"). Kept apart so that only who prints
// JSON pays for its compilation.
#pragma once

#include <nlohmann/json.hpp>

#include "ptp/datasets.h"

namespace stuntcam::ptp {

using Json = nlohmann::ordered_json;

Json json(const Value&);  // number, array or string; integers beyond 64 bits as a "0x…" string
template <class T>
Json json(const T& data_set);  // each data set of datasets.h
// One field a line, "StandardVersion: 100", codes in hex.
template <class T>
std::string text(const T& data_set);

}  // namespace stuntcam::ptp
