// The text of Python's grammar, one for all versions, and its notation.
//
//   name = alternative / alternative …     ordered choice (Ford 2004); a rule begins in column 0
//   name* = …                              results are kept per position (packrat)
//   name< = …                              left-recursive; results are kept and grown
//   name- = …                              the rules below it run without the error rules
//   @12 …   @-11 …   @12-13 …              the alternative exists since, until, from-to 3.N
//   'x'  `x`  NAME  name                   keyword or operator, soft keyword, token kind, rule
//   e?  e*  e+  {s e}                      optional, repeated, once or more, list separated by s
//   &e  !e  ^  $'x'                        lookaheads, commitment to the alternative, x or an error
//   a=e                                    names the value of e for the action
//   -> a                                   the value is that of a; without: that of a single
//   element
//   -> Kind(a, b)                          a node with the elements of a and b
//   -> error(WHERE) "…"                    fails the parse; `if check(a)` before it: or only the
//   rule
//   -> indentation "…"                     IndentationError at the last token that was read
//   -> target(a, use) "…"                  fails the parse at the part of a that is no target
//   -> check(a)                            value or failure, see actions.cpp
//
// WHERE: a, a..b (hull), a^..b (from the last element of a), a... (to where the tokenizer stands),
// a$ (the last byte of a), start (the first token of the alternative), last (the last token that
// was read), next (the next token).
// In messages: {a:kind} what kind of expression, {a:text}, {a:line}, {b:bound}.
//
// An alternative that is a single rule named invalid_… takes part in the second pass only. The
// names of rules are those of the Language Reference's grammar, which the results must equal, so
// that the two can be compared; which rules keep results, and in which order alternatives stand,
// decides which token is the last one read.
//
// Source: PEP 617; The Python Language Reference, "Full Grammar specification", 3.9 to 3.14.
#pragma once

#include <string_view>

namespace codeanatomy::parse::peg {

extern const std::string_view kStatementRules;
extern const std::string_view kExpressionRules;
extern const std::string_view kErrorRules;

/// The grammar that 3.8 reads text with; complete by itself.
extern const std::string_view kPredictiveRules;

}  // namespace codeanatomy::parse::peg
