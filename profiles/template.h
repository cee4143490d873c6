// The data of an [[operation]] as text: hex, "00*16" for a byte sixteen times, and placeholders: "{param1:uint16}",
// "{FNumber}", "{"text"}".
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "profiles/canned.h"
#include "profiles/values.h"

namespace stuntcam::profiles {

// The inside of one placeholder.
std::expected<Source, std::string> parse_source(std::string_view text, const Codes&);
std::expected<Template, std::string> parse_template(std::string_view text, const Codes&);

// Is what it gives a number?
bool gives_integer(const Source&, const Codes&);

// The ways back. A constant is written as in data: {"text"}.
std::string source_text(const Source&);
std::string template_text(const Template&);

}  // namespace stuntcam::profiles
