// FunctionInfo: a SQL function of ours, declared once; installation, registry snapshot, reference
// page and first test vector derive from the record.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace codeanatomy {

enum class FunctionKind : uint8_t { kScalar, kAggregate, kWindow, kTable };
inline constexpr std::string_view kFunctionKindNames[] = {"scalar", "aggregate", "window", "table"};

/// Who computes it: an evaluator of ours, a SQL macro, the engine's function of that name.
enum class FunctionForm : uint8_t { kNative, kMacro, kBuiltIn };
inline constexpr std::string_view kFunctionFormNames[] = {"native", "macro", "built-in"};

/// Every function is immutable: equal arguments (and rows) give equal values.
inline constexpr std::string_view kFunctionVolatility = "immutable";

struct FunctionInfo {
  std::string_view name;
  FunctionKind kind = FunctionKind::kScalar;
  FunctionForm form = FunctionForm::kMacro;
  std::string_view parameters;  // native: names and types; else names and defaults
  std::string_view variadic;    // native: type of any number of further arguments; empty: none
  std::string_view body;        // of a macro: an expression; a query for a table
  std::string_view returns;     // SQL type; of a table "name TYPE, …"
  std::string_view tags;        // comma-separated, the first is the section
  std::string_view clauses;     // N: can ignore nulls
  std::string_view nulls;       // what null arguments give
  std::string_view summary;     // one line
  std::string_view example;     // an expression …
  std::string_view result;      // … and its value as text
  constexpr bool is_native() const { return form == FunctionForm::kNative; }
  constexpr bool is_macro() const { return form == FunctionForm::kMacro; }
  constexpr std::string_view section() const { return tags.substr(0, tags.find(',')); }
};

/// A macro follows the functions it uses.
inline constexpr auto kFunctions = std::to_array<FunctionInfo>({
#define CA_NATIVE_FUNCTION(name, Evaluator, fixed, variadic, returns, tags, nulls, summary, \
                           example, result)                                                 \
  {name,                                                                                    \
   FunctionKind::kScalar,                                                                   \
   FunctionForm::kNative,                                                                   \
   fixed,                                                                                   \
   variadic,                                                                                \
   "",                                                                                      \
   returns,                                                                                 \
   tags,                                                                                    \
   "",                                                                                      \
   nulls,                                                                                   \
   summary,                                                                                 \
   example,                                                                                 \
   result},
#define CA_MACRO_FUNCTION(name, parameters, body, returns, tags, nulls, summary, example, result) \
  {name,                                                                                          \
   FunctionKind::kScalar,                                                                         \
   FunctionForm::kMacro,                                                                          \
   parameters,                                                                                    \
   "",                                                                                            \
   body,                                                                                          \
   returns,                                                                                       \
   tags,                                                                                          \
   "",                                                                                            \
   nulls,                                                                                         \
   summary,                                                                                       \
   example,                                                                                       \
   result},
#define CA_SET_FUNCTION(Kind, name, parameters, body, returns, tags, clauses, nulls, summary, \
                        example, result)                                                      \
  {name,                                                                                      \
   FunctionKind::k##Kind,                                                                     \
   std::string_view(body).empty() ? FunctionForm::kBuiltIn : FunctionForm::kMacro,            \
   parameters,                                                                                \
   "",                                                                                        \
   body,                                                                                      \
   returns,                                                                                   \
   tags,                                                                                      \
   clauses,                                                                                   \
   nulls,                                                                                     \
   summary,                                                                                   \
   example,                                                                                   \
   result},
#include "catalog/function.def"
});

/// nullptr where no function of ours has that name.
constexpr const FunctionInfo* FindFunction(std::string_view name) {
  for (const FunctionInfo& function : kFunctions) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

struct FunctionParameter {
  std::string_view name, type;
};
/// The leading parameters of a native function.
std::vector<FunctionParameter> NativeParameters(const FunctionInfo& function);

}  // namespace codeanatomy
