// What a given CPython version knows about Unicode: identifiers, NFKC, printability, names.
//
// Exact for every code point of every supported version: the tables come from the interpreters
// (scripts/generate_unicode.py), and the unit test compares digests over the whole code space.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalog/python_version.h"

namespace codeanatomy::lex::unicode {

/// `chr(cp).isidentifier()`: XID_Start or '_'. False beyond U+10FFFF.
/// Like CPython's tokenizer, apply it to the token as written, before NFKC.
bool IsXidStart(char32_t cp, PythonVersion version);

/// `('a' + chr(cp)).isidentifier()`: XID_Continue. False beyond U+10FFFF.
bool IsXidContinue(char32_t cp, PythonVersion version);

/// Whether a character of an identifier matches `\w` in regular expressions: all but combining
/// marks and connectors other than '_'. Any answer for a character that no identifier holds.
bool IsWord(char32_t cp, PythonVersion version);

/// `chr(cp).isprintable()`, which decides what repr() escapes. False beyond U+10FFFF.
bool IsPrintable(char32_t cp, PythonVersion version);

/// `unicodedata.normalize('NFKC', text)`.
///
/// Input   UTF-8; a byte that is no part of a well-formed sequence is kept as it is and never
///         combines with its neighbours.
/// Cost    linear, also for long runs of combining marks; text that is already inert is copied.
/// Errors  none.
/// Source  UAX #15; CPython Modules/unicodedata.c.
std::string NormalizeNfkc(std::string_view text, PythonVersion version);

/// The character `\N{name}` stands for in a string literal; nullopt where CPython raises.
///
/// Names and aliases ignore ASCII case; "HANGUL SYLLABLE …" and "CJK UNIFIED IDEOGRAPH-…" are
/// upper case only. Named sequences (several characters) are not accepted in literals.
std::optional<char32_t> LookupName(std::string_view name, PythonVersion version);

}  // namespace codeanatomy::lex::unicode
