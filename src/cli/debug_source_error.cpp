#include "cli/debug_source_error.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "base/json_text.h"
#include "base/line_index.h"
#include "catalog/diagnostic_code.h"
#include "cli/debug_lines.h"
#include "source/encoding.h"

namespace codeanatomy::cli {
namespace {

bool IsBadUtf8(const source::SourceFile& file, const source::SourceProblem& problem) {
  return problem.code == "INVALID_ENCODING" && file.encoding == "utf-8";
}

SourceError NullByteError(PythonVersion version) {
  SourceError error;
  if (version < PythonVersion::k311) error.type = "ValueError";
  error.message = "source code string cannot contain null bytes";
  return error;
}

/// Since 3.14 the line is looked at when it is read, comments included.
SourceError LineError(const source::SourceFile& file, const source::SourceProblem& problem) {
  const LineIndex lines(file.bytes);
  const uint32_t at = problem.span.begin;
  const uint32_t line = lines.Find(at).line;
  const uint32_t start = line == 1 ? file.text_offset : lines.line_start(line);
  SourceError error;
  error.message = fmt::format(
      "Non-UTF-8 code starting with '\\x{:02x}' on line {}, but no encoding declared; see "
      "https://peps.python.org/pep-0263/ for details",
      static_cast<unsigned char>(file.bytes[at]), line);
  error.line = error.end_line = line;
  error.offset = error.end_offset = CharacterColumn(file.bytes, start, at) + 1;
  return error;
}

/// Where a string's text begins and ends; empty for a token that is none or that holds bytes.
ByteSpan TextOfString(std::string_view token) {
  const size_t quote = token.find_first_of("'\"");
  constexpr size_t kLongestPrefix = 2;
  if (quote > kLongestPrefix) return {};
  if (token.substr(0, quote).find_first_of("bB") != std::string_view::npos) return {};
  const bool triple = token.size() >= quote + 6 && token[quote + 1] == token[quote] &&
                      token[quote + 2] == token[quote];
  const size_t width = triple ? 3 : 1;
  return {static_cast<uint32_t>(quote + width), static_cast<uint32_t>(token.size() - width)};
}

bool IsWordByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  const unsigned lower = byte | 0x20U;
  return byte >= 0x80 || (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') || c == '_';
}

/// The whole name of which the bytes are a part; what is no UTF-8 cuts it for our lexer alone.
ByteSpan NameAround(std::string_view bytes, ByteSpan part) {
  while (part.begin > 0 && IsWordByte(bytes[part.begin - 1])) --part.begin;
  while (part.end < bytes.size() && IsWordByte(bytes[part.end])) ++part.end;
  return part;
}

/// The token `index` holds a byte that is no UTF-8. A string is decoded when it is complete: 3.8
/// tells where the first of adjacent ones begins, 3.9 to 3.11 the token behind the last, 3.12 the
/// string.
std::optional<SourceError> TokenError(const source::SourceFile& file, const parse::SyntaxTree& tree,
                                      size_t index) {
  const auto tokens = tree.tokens();
  const auto stored = [&](size_t token) {
    return ByteSpan{file.ToDisk(tokens[token].begin), file.ToDisk(tokens[token].end)};
  };
  const auto text_of = [&](size_t token) {
    return std::string_view(file.bytes).substr(stored(token).begin, stored(token).size());
  };
  const bool is_string = text_of(index).find_first_of("'\"") != std::string_view::npos;
  ByteSpan shown = is_string ? stored(index) : NameAround(file.bytes, stored(index));
  const std::string_view token = std::string_view(file.bytes).substr(shown.begin, shown.size());
  const ByteSpan body =
      is_string ? TextOfString(token) : ByteSpan{0, static_cast<uint32_t>(token.size())};
  const std::string_view chunk = token.substr(body.begin, body.size());
  size_t bad = 0;
  if (source::IsValidUtf8(chunk, &bad)) return std::nullopt;
  const PythonVersion version = tree.version();
  const LineIndex lines(file.bytes);
  SourceError error;
  error.message = "(unicode error) 'utf-8' codec " + source::DescribeUtf8Error(chunk, bad);
  if (!is_string) {
    shown.begin = shown.end - 1;  // the tokenizer has taken the name
    if (version == PythonVersion::k38) error.message = "invalid character in identifier";
  } else if (version == PythonVersion::k38) {
    size_t first = index;
    while (first > 0 && TextOfString(text_of(first - 1)).size() > 0) --first;
    shown = stored(first);
  } else if (version < PythonVersion::k312) {
    size_t behind = index + 1;
    while (behind < tokens.size() && TextOfString(text_of(behind)).size() > 0) ++behind;
    const uint32_t end = stored(behind - 1).end;
    const bool same_line =
        behind < tokens.size() && lines.Find(stored(behind).begin).line == lines.Find(end).line;
    shown = same_line ? stored(behind) : ByteSpan{end, end};
  }
  LineColumn begin = lines.Find(shown.begin), end = lines.Find(shown.end);
  if (begin.line == 1) begin.column -= file.text_offset;
  if (end.line == 1) end.column -= file.text_offset;
  if (version == PythonVersion::k313) {
    // It counts the whole characters of that many bytes of the repaired line, where each bad one
    // has three.
    const LineIndex repaired(tree.text());
    for (LineColumn* at : {&begin, &end}) {
      const uint32_t start = repaired.line_start(at->line), to = start + at->column;
      const bool cut = to < tree.text().size() && (tree.text()[to] & 0xC0) == 0x80;
      at->column = CharacterColumn(tree.text(), start, to) - (cut ? 1 : 0);
    }
  }
  error.line = begin.line;
  error.offset = begin.column + 1;
  if (version >= PythonVersion::k310) {
    error.end_line = is_string ? end.line : begin.line;
    error.end_offset = is_string ? int64_t{end.column} + 1 : -1;
  }
  return error;
}

std::optional<SourceError> BadUtf8Error(const source::SourceFile& file,
                                        const source::SourceProblem& problem,
                                        const parse::SyntaxTree& tree) {
  if (tree.version() >= PythonVersion::k314) return LineError(file, problem);
  const auto tokens = tree.tokens();
  for (size_t index = 0; index < tokens.size(); ++index) {
    const ByteSpan token = tokens[index];
    const std::string_view text = tree.text().substr(token.begin, token.size());
    if (text.find("\xef\xbf\xbd") == std::string_view::npos) continue;
    auto error = TokenError(file, tree, index);
    if (!error) continue;
    const bool parsed = tree.diagnostics().empty();
    if (!parsed && tree.diagnostics().front().span.begin < token.begin) return std::nullopt;
    return error;
  }
  return std::nullopt;
}

/// CPython decodes other files before it has lines: such errors stand at line 0.
SourceError WholeFileError(const source::SourceFile& file, const source::SourceProblem& problem,
                           PythonVersion version) {
  SourceError error;
  error.message = problem.message;
  if (problem.code == "ENCODING_BOM_CONFLICT" && version >= PythonVersion::k314) {
    const LineIndex lines(file.bytes);
    const uint32_t line = lines.Find(problem.span.begin).line;
    const uint32_t start = line == 1 ? file.text_offset : lines.line_start(line);
    const size_t end = std::min(file.bytes.find_first_of("\r\n", start), file.bytes.size());
    error.line = error.end_line = line;
    error.offset = 0;
    error.end_offset = CharacterColumn(file.bytes, start, static_cast<uint32_t>(end));
    return error;
  }
  error.line = 0;
  error.offset = version == PythonVersion::k38 ? 0 : -1;
  return error;
}

void AppendNumber(std::string& out, std::string_view key, std::optional<int64_t> value) {
  out.append(", \"").append(key).append("\": ");
  if (value) {
    fmt::format_to(std::back_inserter(out), "{}", *value);
  } else {
    out += "null";
  }
}

}  // namespace

std::optional<SourceError> FindSourceError(const source::SourceFile& file,
                                           const parse::SyntaxTree& tree) {
  // compile() takes no text with a null byte, wherever it stands.
  if (file.bytes.find('\0') != std::string::npos) return NullByteError(tree.version());
  for (const source::SourceProblem& problem : file.problems) {
    const DiagnosticCodeInfo* info = FindDiagnosticCode(problem.code);
    if (info != nullptr && info->severity != DiagnosticSeverity::kError) continue;
    if (!file.is_readable) {
      SourceError error;
      error.type = "OSError";
      error.message = problem.message;
      return error;
    }
    if (!IsBadUtf8(file, problem)) return WholeFileError(file, problem, tree.version());
    if (auto error = BadUtf8Error(file, problem, tree)) return error;
  }
  return std::nullopt;
}

void AppendSourceError(std::string& out, const SourceError& error) {
  out += "{\"type\": ";
  AppendJsonString(out, error.type);
  out += ", \"msg\": ";
  AppendJsonString(out, error.message);
  AppendNumber(out, "lineno", error.line);
  AppendNumber(out, "offset", error.offset);
}

void AppendSourceErrorEnd(std::string& out, const SourceError& error) {
  AppendNumber(out, "end_lineno", error.end_line);
  AppendNumber(out, "end_offset", error.end_offset);
  out += '}';
}

}  // namespace codeanatomy::cli
