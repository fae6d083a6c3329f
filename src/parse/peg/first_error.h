// FindFirstError: the exception of CPython's parser for a text that it rejects.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "catalog/python_version.h"
#include "lex/token.h"
#include "parse/syntax_tree.h"

namespace codeanatomy::parse::peg {

/// What is wrong with the values of adjacent string tokens [first, end), if anything. The tokens
/// are those that FindFirstError was given.
using StringCheck = std::function<std::optional<Diagnostic>(uint32_t first, uint32_t end)>;

/// Rules that may be tried in one text. The exact pass of a file that needs more stops, and the
/// fast parser's own finding stands; ordinary files need 100 to 400 per token.
inline constexpr uint64_t kMaxRuleTrials = 150'000'000;

/// Tokens before the statement in question from which on valid statements are left out.
inline constexpr uint32_t kLongText = 20'000;

/// A replacement field of a version before 3.12: CPython parses `(expression)` as a text of its
/// own, whose error it shows at the field's lines. Its columns are those of that text on the first
/// line.
struct FieldPlace {
  uint32_t first_line;  // of the field
  uint32_t column;      // where CPython believes the first line of the field to begin
};

/// Type, message, line, offset and their end equal those of `ast.parse` for versions 3.10 and
/// newer, line and type for 3.8 and 3.9.
///
/// Input   `tokens` of `text`, made with `LexOptions::recover` off.
/// Output  nullopt where the grammar accepts the text, or where a limit (kMaxRuleTrials,
///         kMaxRuleDepth) was hit. `valid_until`: offset before which the fast parser found
///         nothing; in long texts the statements that end before it are not tried again. `field`:
///         the text is that of a replacement field, null for a module.
/// Cost    linear for ordinary text, bounded by the limits for any; memory linear in the tokens.
/// Source  PEP 617; Parser/pegen of CPython for the order of its passes and checks.
std::optional<Diagnostic> FindFirstError(std::string_view text, PythonVersion version,
                                         const lex::TokenBuffer& tokens,
                                         const StringCheck& check_strings, uint32_t valid_until,
                                         const FieldPlace* field = nullptr);

}  // namespace codeanatomy::parse::peg
