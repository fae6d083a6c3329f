// ParseModule: lexer, parser and builder put together; the exact pass where the text is broken.
#include <algorithm>
#include <memory>
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

/// One run of lexer and parser over the text.
class Attempt {
 public:
  Attempt(std::string_view text, const ParseOptions& options, uint32_t stray_quotes)
      : text_(text),
        options_(options),
        stray_quotes_(stray_quotes),
        builder_(text, options.version) {
    lex::LexOptions lex_options;
    lex_options.version = options.version;
    lex_options.stray_quotes = stray_quotes;
    lex::Lex(text, lex_options, tokens_);
  }
  void Parse() {
    Parser parser(text_, options_, tokens_, builder_);
    root_ = parser.ParseFile();
    diagnostics_ = parser.TakeDiagnostics();
  }
  SyntaxTree Finish() {
    if (!diagnostics_.empty()) PutExactErrorFirst(text_, options_, diagnostics_);
    return builder_.Freeze(root_, SignificantTokens(std::move(tokens_)), std::move(diagnostics_),
                           stray_quotes_);
  }
  bool ends_in_string() const { return tokens_.ends_in_string; }
  /// Whether this reading of the text is less likely.
  bool operator<(const Attempt& other) const {
    if (diagnostics_.size() != other.diagnostics_.size()) {
      return diagnostics_.size() > other.diagnostics_.size();
    }
    return root_ < other.root_;  // nodes come before the root
  }

  /// Offsets of the quotes of the last two triple-quoted literals that begin before the first
  /// error.
  std::vector<uint32_t> FindStrayQuotes() const {
    std::vector<uint32_t> quotes;
    const uint32_t error = diagnostics_.front().span.begin;
    size_t t = 0;
    while (t < tokens_.size() && tokens_.spans[t].begin <= error) ++t;
    while (t-- > 0 && quotes.size() < 2) {
      const ByteSpan span = tokens_.spans[t];
      const std::string_view token = text_.substr(span.begin, span.size());
      const size_t at = token.find_first_of("'\"");
      constexpr size_t kLongestPrefix = 2;
      if (at > kLongestPrefix || tokens_.kinds[t] == TokenKind::kFStringEnd) continue;
      if (token.substr(at, 3) == "\"\"\"" || token.substr(at, 3) == "'''") {
        quotes.push_back(span.begin + static_cast<uint32_t>(at));
      }
    }
    return quotes;
  }

 private:
  std::string_view text_;
  const ParseOptions& options_;
  uint32_t stray_quotes_;
  lex::TokenBuffer tokens_;
  TreeBuilder builder_;
  NodeRef root_ = kNoNode;
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace

/// Three quotes too many or too few turn strings into code and code into strings to the end of the
/// text, which then ends in a string. The first error is near: the text of what was a string is no
/// code. So the quotes before it are taken for stray; of the texts without them the one with the
/// fewest errors counts, of these the one with most code.
SyntaxTree ParseModule(std::string_view text, const ParseOptions& options) {
  auto best = std::make_unique<Attempt>(text, options, lex::LexOptions::kNoStrayQuotes);
  best->Parse();
  if (best->ends_in_string()) [[unlikely]] {
    for (const uint32_t quotes : best->FindStrayQuotes()) {
      auto retried = std::make_unique<Attempt>(text, options, quotes);
      if (retried->ends_in_string()) continue;
      retried->Parse();
      if (best->ends_in_string() || *best < *retried) best = std::move(retried);
    }
  }
  return best->Finish();
}

}  // namespace codeanatomy::parse
