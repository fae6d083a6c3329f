// The compact notation of expressions: what declarations are written in and plans are printed in.
//
//   case(eq(slot, 'body'), hash64('BLOCK', parent_id, slot), parent_id)
//
// Columns are bare words (`name`, `l.name`), text stands in single quotes (doubled inside), numbers
// and true/false as usual, everything else is a call: cast(x, 'Int64'), try_cast(x, 'Int64'),
// case(when, then, …, else), null('Utf8'), is_null(x), param(1), or a function of the catalogue.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "expr/expr.h"

namespace codeanatomy::expr {

/// Errors InvalidArgument: not in the notation, with the offset.
Result<Expr> ParseExprText(std::string_view text);

/// ParseExprText reads it back to an equal tree, but for literals of type Date, Timestamp and
/// Binary.
std::string ToText(const Expr& expr);

}  // namespace codeanatomy::expr
