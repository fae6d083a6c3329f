// FunctionInfo: a SQL function of ours, declared once; installation, reference page and test
// vectors derive from the record.
#pragma once

#include <array>
#include <string_view>

namespace codeanatomy {

struct FunctionInfo {
  std::string_view name;
  bool native = false;          // else a SQL macro
  std::string_view parameters;  // native: types of the leading arguments; macro: names and defaults
  std::string_view variadic;    // native: type of any number of further arguments; empty: none
  std::string_view body;        // of a macro
  std::string_view returns;     // SQL type
  std::string_view nulls;       // what null arguments give
  std::string_view summary;     // one line
  std::string_view example;     // an expression …
  std::string_view result;      // … and its value as text
};

/// All are immutable: equal arguments give equal values. A macro follows the functions it uses.
inline constexpr auto kFunctions = std::to_array<FunctionInfo>({
#define CA_NATIVE_FUNCTION(name, Evaluator, fixed, variadic, returns, nulls, summary, example, \
                           result)                                                             \
  {name, true, fixed, variadic, "", returns, nulls, summary, example, result},
#define CA_MACRO_FUNCTION(name, parameters, body, returns, nulls, summary, example, result) \
  {name, false, parameters, "", body, returns, nulls, summary, example, result},
#include "catalog/function.def"
});

/// nullptr where no function of ours has that name.
constexpr const FunctionInfo* FindFunction(std::string_view name) {
  for (const FunctionInfo& function : kFunctions) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

}  // namespace codeanatomy
