// ParseModule: lexer, parser and builder put together.
#include "lex/lexer.h"
#include "parse/parser.h"
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
  return builder.Freeze(root, SignificantTokens(std::move(tokens)), std::move(diagnostics));
}

}  // namespace codeanatomy::parse
