#include "evidence/docstring.h"

#include <algorithm>
#include <vector>

namespace codeanatomy::evidence {
namespace {

using parse::NodeId;

/// str.expandtabs(): columns count characters, not bytes.
std::string ExpandTabs(std::string_view text) {
  std::string expanded;
  expanded.reserve(text.size());
  size_t column = 0;
  for (char c : text) {
    if (c == '\t') {
      const size_t spaces = 8 - column % 8;
      expanded.append(spaces, ' ');
      column += spaces;
      continue;
    }
    expanded.push_back(c);
    if (c == '\n' || c == '\r') {
      column = 0;
    } else if ((static_cast<uint8_t>(c) & 0xc0) != 0x80) {
      ++column;
    }
  }
  return expanded;
}

size_t IndentOf(std::string_view line) {
  const size_t at = line.find_first_not_of(" \n\r\v\f");
  return at == std::string_view::npos ? line.size() : at;
}

}  // namespace

NodeId DocstringOf(const parse::SyntaxTree& tree, NodeId owner) {
  const AstKind kind = tree.kind(owner);
  if (!IsScopeDeclaration(kind) || kind == AstKind::kLambda) return {};
  const auto body = tree.Children(owner, AstField::kBody);
  if (body.empty() || !body[0].valid() || tree.kind(body[0]) != AstKind::kExpr) return {};
  const NodeId value = tree.Child(body[0], AstField::kValue);
  if (!value.valid() || tree.kind(value) != AstKind::kConstant) return {};
  const parse::ConstantId constant = tree.ConstantAt(value, AstField::kValue);
  return tree.constant(constant).kind == parse::ConstantKind::kStr ? value : NodeId{};
}

std::string CleanDocstring(std::string_view text) {
  const std::string expanded = ExpandTabs(text);
  std::vector<std::string_view> lines;
  std::string_view rest = expanded;
  for (size_t end; (end = rest.find('\n')) != std::string_view::npos;) {
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  lines.push_back(rest);
  size_t margin = std::string_view::npos;
  for (size_t i = 1; i < lines.size(); ++i) {
    const size_t indent = IndentOf(lines[i]);
    if (indent < lines[i].size()) margin = std::min(margin, indent);
  }
  lines[0].remove_prefix(IndentOf(lines[0]));
  for (size_t i = 1; i < lines.size() && margin != std::string_view::npos; ++i) {
    lines[i].remove_prefix(std::min(margin, lines[i].size()));
  }
  const auto is_blank = [](std::string_view line) { return line.empty(); };
  while (!lines.empty() && is_blank(lines.back())) lines.pop_back();
  const auto first = std::ranges::find_if_not(lines, is_blank);
  lines.erase(lines.begin(), first);
  std::string clean;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) clean.push_back('\n');
    clean.append(lines[i]);
  }
  return clean;
}

}  // namespace codeanatomy::evidence
