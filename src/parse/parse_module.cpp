// ParseModule: lexer, parser and builder put together; the exact pass where the text is broken.
#include <algorithm>
#include <optional>

#include "lex/lexer.h"
#include "parse/parser.h"
#include "parse/peg/first_error.h"
#include "parse/syntax_tree.h"
#include "parse/tree_builder.h"

namespace codeanatomy::parse {

namespace {

/// Drops the tokens that only make the layout.
PodVector<ByteSpan> SignificantTokens(lex::TokenBuffer&& tokens) {
  PodVector<ByteSpan> spans = std::move(tokens.spans);
  size_t kept = 0;
  for (size_t i = 0; i < spans.size(); ++i) {
    spans[kept] = spans[i];
    kept += !lex::IsLayout(tokens.kinds[i]);
  }
  spans.Truncate(kept);
  return spans;
}

/// Decides what CPython says first, by its own grammar, and puts that before the findings of the
/// fast parser; the one it replaces goes.
void PutExactErrorFirst(std::string_view text, const ParseOptions& options,
                        std::vector<Diagnostic>& diagnostics) {
  lex::TokenBuffer tokens;
  lex::LexOptions lex_options;
  lex_options.version = options.version;
  lex_options.recover = false;
  lex::Lex(text, lex_options, tokens);
  TreeBuilder scratch(text, options.version);
  std::optional<Parser> strings;
  const auto check_strings = [&](uint32_t first, uint32_t end) {
    if (!strings) strings.emplace(text, options, tokens, scratch);
    return strings->FindStringError(first, end);
  };
  auto error = peg::FindFirstError(text, options.version, tokens, check_strings,
                                   diagnostics.front().span.begin);
  if (!error) return;
  const auto same = std::find_if(diagnostics.begin(), diagnostics.end(), [&](const Diagnostic& d) {
    return d.span.begin == error->span.begin;
  });
  if (same != diagnostics.end()) {
    diagnostics.erase(same);
  } else if (diagnostics.front().span.begin <= error->span.end) {
    diagnostics.erase(diagnostics.begin());
  }
  diagnostics.insert(diagnostics.begin(), std::move(*error));
}

}  // namespace

SyntaxTree ParseModule(std::string_view text, const ParseOptions& options) {
  lex::TokenBuffer tokens;
  lex::LexOptions lex_options;
  lex_options.version = options.version;
  lex::Lex(text, lex_options, tokens);
  TreeBuilder builder(text, options.version);
  Parser parser(text, options, tokens, builder);
  const NodeRef root = parser.ParseFile();
  auto diagnostics = parser.TakeDiagnostics();
  if (!diagnostics.empty()) PutExactErrorFirst(text, options, diagnostics);
  return builder.Freeze(root, SignificantTokens(std::move(tokens)), std::move(diagnostics));
}

}  // namespace codeanatomy::parse
