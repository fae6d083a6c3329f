// What CPython 3.10 and 3.11 say of the expression of a replacement field: they put it in
// parentheses and parse that text apart. So does this, with the exact pass (peg/): the field's text
// is copied, and what is found there is moved back to the text. Fields of strings in the field nest
// the same way.
#include <algorithm>

#include "lex/lexer.h"
#include "parse/parser.h"
#include "parse/peg/first_error.h"

namespace codeanatomy::parse {

/// Judges text[from, to) as the expression of a field; if it is wrong, `field_error_` says why.
bool Parser::FindFieldError(LegacyFormat& format, uint32_t from, uint32_t to) {
  if (!EnterDepth()) return false;
  std::string field = "(";
  field.append(text_.substr(from, to - from)).append(")");
  lex::LexOptions lex_options;
  lex_options.version = options_.version;
  lex_options.recover = false;
  lex::TokenBuffer tokens;
  lex::Lex(field, lex_options, tokens);
  TreeBuilder scratch(field, options_.version);
  Parser strings(field, options_, tokens, scratch);
  strings.depth_ = depth_;
  const auto check_strings = [&](uint32_t first, uint32_t end) {
    return strings.FindStringError(first, end);
  };
  const LineColumn origin = FindFieldOrigin(format, {from - 1, to + 1});
  const peg::FieldPlace place{origin.line, origin.column};
  field_error_ = peg::FindFirstError(field, options_.version, tokens, check_strings, 0, &place);
  --depth_;
  if (!field_error_) return false;
  const auto size = static_cast<uint32_t>(text_.size());
  field_error_->span.begin = std::min(field_error_->span.begin + from - 1, size);
  field_error_->span.end = std::min(field_error_->span.end + from - 1, size);
  return true;
}

}  // namespace codeanatomy::parse
