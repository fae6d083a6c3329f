// debug cst: the lossless tree written back, and what it holds.
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/line_index.h"
#include "cli/debug_lines.h"
#include "parse/cst/cst_tree.h"

namespace codeanatomy::cli {
namespace {

/// Kinds whose positions the line lists.
bool IsSpanned(CstKind kind) {
  return kind == CstKind::kFunctionDef || kind == CstKind::kClassDef || kind == CstKind::kImport ||
         kind == CstKind::kImportFrom || kind == CstKind::kCall;
}

/// The pieces of the tree at their places on disk, one behind the other.
std::string WriteBack(const source::SourceFile& file, const std::vector<parse::CstPiece>& pieces) {
  std::string out(file.bytes.substr(0, file.text_offset));
  for (const parse::CstPiece& piece : pieces) {
    const uint32_t begin = file.ToDisk(piece.span.begin), end = file.ToDisk(piece.span.end);
    out.append(file.bytes, begin, end - begin);
  }
  return out;
}

std::string Line(const source::SourceFile& file, PythonVersion version, bool all_spans) {
  const parse::SyntaxTree tree = parse::ParseModule(file.text(), {.version = version});
  const parse::CstTree cst = parse::BuildCst(tree);
  const std::string written = WriteBack(file, cst.pieces);
  std::string out = "{";
  AppendPath(out, file);
  const bool equal = written == file.bytes && file.is_readable;
  fmt::format_to(std::back_inserter(out),
                 ", \"equal\": {}, \"sha256\": \"{}\", \"length\": {}, \"counts\": {{", equal,
                 Hex(Sha256::Of(written)), written.size());
  std::array<int64_t, kCstKindNames.size()> counts{};
  for (const parse::CstNode& node : cst.nodes) ++counts[static_cast<size_t>(node.kind)];
  bool separate = false;
  for (size_t kind = 0; kind < counts.size(); ++kind) {
    if (counts[kind] == 0) continue;
    fmt::format_to(std::back_inserter(out), "{}\"{}\": {}", separate ? ", " : "",
                   kCstKindNames[kind], counts[kind]);
    separate = true;
  }
  out += "}, \"spans\": [";
  const LineIndex lines(tree.text());
  const auto append = [&](uint32_t offset) {
    const LineColumn at = lines.Find(offset);
    fmt::format_to(std::back_inserter(out), ", {}, {}", at.line,
                   CharacterColumn(tree.text(), lines.line_start(at.line), offset));
  };
  separate = false;
  for (const parse::CstNode& node : cst.nodes) {
    if (!all_spans && !IsSpanned(node.kind)) continue;
    fmt::format_to(std::back_inserter(out), "{}[\"{}\"", separate ? ", " : "",
                   CstKindName(node.kind));
    append(node.span.begin);
    append(node.span.end);
    out += ']';
    separate = true;
  }
  return out + "]}";
}

}  // namespace

std::string CstLine(const source::SourceFile& file, PythonVersion version) {
  return Line(file, version, false);
}

std::string CstLineWithAllSpans(const source::SourceFile& file, PythonVersion version) {
  return Line(file, version, true);
}

}  // namespace codeanatomy::cli
