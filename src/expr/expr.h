// Expr: a typed expression tree as it stands in a spec. A value; no SQL text enters a spec.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "expr/type.h"

namespace codeanatomy::expr {

/// Binary as its bytes, Date and Timestamp as their ISO text; the type says which.
using Literal = std::variant<std::monostate, bool, int64_t, double, std::string>;

enum class ExprKind : uint8_t { kColumn, kLiteral, kCall, kCast, kCase, kIsNull, kParam };

inline constexpr int kMaxExprDepth = 64;
inline constexpr size_t kMaxExprNodes = 4096;

struct Expr {
  ExprKind kind = ExprKind::kLiteral;
  std::string name;  // column or function
  Literal literal;
  Type type;            // of a literal; target of a cast
  bool is_try = false;  // cast: null instead of an error
  int64_t param = 0;    // position from 1
  /// Call: arguments. Cast, is_null: one. Case: when, then, …, and the else value last (a null
  /// literal of kNull where the spec has none).
  std::vector<Expr> args;

  bool operator==(const Expr&) const = default;
};

Expr Column(std::string_view name);
Expr Text(std::string_view value);
Expr Integer(int64_t value);
Expr Float(double value);
Expr Bool(bool value);
Expr Null(Type type);
Expr Call(std::string_view function, std::vector<Expr> args);
Expr Cast(Expr value, Type to);
Expr IsNull(Expr value);

/// Column names in order of first occurrence, each once.
std::vector<std::string> ReferencedColumns(const Expr& expr);

}  // namespace codeanatomy::expr
