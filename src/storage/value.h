// Value, Row: rows of any Delta table, for the paths where convenience counts more than speed: log
// checkpoints, `delta read`, `delta write`. Bulk tables never pass through here.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace codeanatomy::storage {

struct Value;
using Values = std::vector<Value>;

/// By the column's type:
///   monostate  null
///   bool       boolean
///   int64_t    byte, short, integer, long; date (days since 1970); timestamps (microseconds)
///   double     float, double
///   __int128   decimal, unscaled
///   string     string (UTF-8), binary
///   Values     struct (its fields), array (its elements), map (pairs of two Values, key first)
struct Value : std::variant<std::monostate, bool, int64_t, double, __int128, std::string, Values> {
  using variant::variant;
  bool is_null() const { return index() == 0; }
};

using Row = Values;  // one Value per column, in the schema's order

}  // namespace codeanatomy::storage
