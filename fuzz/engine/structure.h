// Where the fields of a data set are, so that one can be changed and the rest makes sense.
#pragma once

#include <string_view>
#include <vector>

#include "ptp/bytes.h"
#include "ptp/codes.h"

namespace stuntcam::fuzz {

struct Field {
  enum class Kind : u8 {
    number,
    code,    // of an operation, a property, a format, …
    count,   // of what follows
    string,  // with its count byte
    type,    // a DataType
    form,    // a FormFlag
  };
  std::string_view name;
  Kind kind = Kind::number;
  std::size_t at = 0, size = 0;
};

// Elements of arrays that are told one by one; of more, the first.
inline constexpr std::size_t most_elements = 16;

// Of the data that this operation answers, as far as it is there. Empty: nobody described it.
std::vector<Field> fields_of(ptp::OperationCode, View data);

}  // namespace stuntcam::fuzz
