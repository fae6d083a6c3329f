// Patterns that the code generator refuses: those behind which no case can be reached, and those
// that bind a name twice or, in alternatives, different names.
//
// What a pattern binds is a list of names in the order in which CPython stores them: a name behind
// `as` and the rest of a mapping come after the patterns inside. The alternatives of an or-pattern
// must bind the same names; then the or-pattern as a whole binds those of the first. So or-patterns
// are settled from the inside out, each standing for its list in the ones around it, and every node
// is looked at once for each case and once for each or-pattern directly around it.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "parse/ast_dump.h"
#include "symbols/compile_checker.h"

namespace codeanatomy::symbols {

using parse::NameId;

namespace {

std::string Quoted(std::string_view name, PythonVersion version) {
  std::string text;
  parse::AppendStrRepr(text, name, version);
  return text;
}

/// A number with its signs, or another constant. Empty: neither.
std::string SignedText(const parse::SyntaxTree& tree, NodeId n) {
  std::string text;
  for (; n.valid() && tree.kind(n) == AstKind::kUnaryOp; n = tree.Child(n, AstField::kOperand)) {
    text += '-';
  }
  if (!n.valid() || tree.kind(n) != AstKind::kConstant) return text;
  return text +
         parse::ConstantRepr(tree.constant(tree.ConstantAt(n, AstField::kValue)), tree.version());
}

/// The value of a key: literals, negative numbers and complex ones. Empty: no literal.
std::string KeyText(const parse::SyntaxTree& tree, NodeId n) {
  if (!n.valid()) return {};
  switch (tree.kind(n)) {
    case AstKind::kConstant:
      return SignedText(tree, n);
    case AstKind::kUnaryOp: {
      const std::string text = SignedText(tree, tree.Child(n, AstField::kOperand));
      return text == "0" ? text : "-" + text;
    }
    case AstKind::kBinOp:
      return fmt::format("({}{}{})", SignedText(tree, tree.Child(n, AstField::kLeft)),
                         tree.Operator(n) == AstOperator::kAdd ? '+' : '-',
                         SignedText(tree, tree.Child(n, AstField::kRight)));
    default:
      return {};
  }
}

/// Text that is put together at run time.
bool IsText(AstKind kind) { return kind == AstKind::kJoinedStr || kind == AstKind::kTemplateStr; }

/// Equal for keys that Python finds equal: 1, 1.0 and True.
std::string KeyIdentity(std::string text) {
  if (text == "True") return "1";
  if (text == "False") return "0";
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  if (text == "-0" || text == "0j" || text == "-0j") return "0";
  return text;
}

}  // namespace

struct CompileChecker::Alternatives {
  std::unordered_map<int32_t, std::vector<NameId>> names;  // by or-pattern
};

void CompileChecker::CheckPattern(NodeId n) {
  switch (tree_.kind(n)) {
    case AstKind::kMatchAs:
      return CheckIrrefutable(n);
    case AstKind::kMatchSequence:
      return CheckSequencePattern(n);
    case AstKind::kMatchMapping:
      return CheckMappingPattern(n);
    default:
      return CheckClassPattern(n);
  }
}

void CompileChecker::CheckValuePattern(NodeId n) {
  const NodeId value = tree_.Child(n, AstField::kValue);
  if (!value.valid() || !IsText(tree_.kind(value))) return;
  Report(n, "patterns may only match literals and attribute lookups");
}

/// A capture or wildcard that matches everything must be the last alternative of the last case.
void CompileChecker::CheckIrrefutable(NodeId n) {
  if (tree_.Child(n, AstField::kPattern).valid()) return;
  NodeId at = n;
  while (true) {
    const NodeId parent = tree_.parent(at);
    const AstKind kind = tree_.kind(parent);
    const auto index = static_cast<size_t>(tree_.slot_index(at));
    if (kind == AstKind::kMatchOr) {
      if (index + 1 < tree_.Children(parent, AstField::kPatterns).size()) break;
    } else if (kind == AstKind::kMatchCase) {
      const NodeId match = tree_.parent(parent);
      const auto place = static_cast<size_t>(tree_.slot_index(parent));
      if (tree_.Child(parent, AstField::kGuard).valid() || tree_.kind(match) != AstKind::kMatch ||
          place + 1 == tree_.Children(match, AstField::kCases).size()) {
        return;
      }
      break;
    } else if (kind != AstKind::kMatchAs) {
      return;
    }
    at = parent;
  }
  const NameId name = tree_.Name(n, AstField::kName);
  Report(n, name.valid() ? "name capture " + Quoted(tree_.name_text(name), version_) +
                               " makes remaining patterns unreachable"
                         : "wildcard makes remaining patterns unreachable");
}

void CompileChecker::CheckSequencePattern(NodeId n) {
  bool seen = false;
  for (const NodeId pattern : tree_.Children(n, AstField::kPatterns)) {
    if (!pattern.valid() || tree_.kind(pattern) != AstKind::kMatchStar) continue;
    if (seen) return Report(n, "multiple starred names in sequence pattern");
    seen = true;
  }
}

void CompileChecker::CheckMappingPattern(NodeId n) {
  const auto keys = tree_.Children(n, AstField::kKeys);
  std::unordered_set<std::string> seen;
  for (const NodeId key : keys) {
    if (key.valid() && IsText(tree_.kind(key))) {
      return Report(n, "mapping pattern keys may only match literals and attribute lookups");
    }
    const std::string text = KeyText(tree_, key);
    if (text.empty() || seen.insert(KeyIdentity(text)).second) continue;
    return Report(n, "mapping pattern checks duplicate key (" + text + ")");
  }
}

void CompileChecker::CheckClassPattern(NodeId n) {
  const auto names = tree_.RawList(n, AstField::kKwdAttrs);
  const auto patterns = tree_.Children(n, AstField::kKwdPatterns);
  if (names.size() < 2 || names.size() != patterns.size()) return;
  std::unordered_map<int32_t, size_t> first;
  size_t earliest = names.size(), second = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto [at, is_new] = first.emplace(names[i], i);
    if (is_new || at->second >= earliest) continue;
    earliest = at->second;
    second = i;
  }
  if (earliest == names.size() || !patterns[second].valid()) return;
  ReportAt(n, tree_.span(patterns[second]),
           "attribute name repeated in class pattern: " +
               std::string(tree_.name_text(NameId{names[earliest]})));
}

/// What `pattern` binds, appended to `names`; false where a name comes twice, which is reported.
bool CompileChecker::CollectCaptures(NodeId pattern, Alternatives& known,
                                     std::vector<NameId>& names) {
  std::unordered_set<int32_t> seen;
  const auto bind = [&](NodeId n, NameId name) {
    if (!name.valid()) return true;
    if (!seen.insert(name.value).second) {
      ReportAt(
          n, PatternSpan(n, n),
          "multiple assignments to name " + Quoted(tree_.name_text(name), version_) + " in pattern",
          true);
      return false;
    }
    names.push_back(name);
    return true;
  };
  std::vector<NodeId> waiting;  // patterns whose own name comes behind those inside
  const auto leave = [&](NodeId next) {
    while (!waiting.empty() && tree_.subtree_end(waiting.back()) <= next) {
      const NodeId n = waiting.back();
      waiting.pop_back();
      const bool is_mapping = tree_.kind(n) == AstKind::kMatchMapping;
      if (!bind(n, tree_.Name(n, is_mapping ? AstField::kRest : AstField::kName))) return false;
    }
    return true;
  };
  const NodeId end = tree_.subtree_end(pattern);
  for (NodeId n = pattern; n < end; ++n.value) {
    if (!leave(n)) return false;
    switch (tree_.kind(n)) {
      case AstKind::kMatchOr: {
        for (const NameId name : known.names[n.value]) {
          if (!bind(n, name)) return false;
        }
        n.value = tree_.subtree_end(n).value - 1;
        break;
      }
      case AstKind::kMatchAs:
        if (tree_.Child(n, AstField::kPattern).valid()) {
          waiting.push_back(n);
          break;
        }
        [[fallthrough]];
      case AstKind::kMatchStar:
        if (!bind(n, tree_.Name(n, AstField::kName))) return false;
        break;
      case AstKind::kMatchMapping:
        waiting.push_back(n);
        break;
      default:
        break;
    }
  }
  return leave(end);
}

/// Where an error of pattern `n` stands that is found behind `inside`: before 3.12 at the pattern
/// compiled last.
ByteSpan CompileChecker::PatternSpan(NodeId n, NodeId inside) const {
  if (AtLeast(PythonVersion::k312)) return tree_.span(n);
  NodeId last{tree_.subtree_end(inside).value - 1};
  while (last > inside && GetAstKindInfo(tree_.kind(last)).sort != AstSort::kPattern) --last.value;
  return tree_.span(last);
}

void CompileChecker::CheckCaptures(NodeId match_case) {
  const NodeId pattern = tree_.Child(match_case, AstField::kPattern);
  if (!pattern.valid()) return;
  Alternatives known;
  for (NodeId n{tree_.subtree_end(pattern).value - 1}; n >= pattern; --n.value) {
    if (tree_.kind(n) != AstKind::kMatchOr) continue;
    std::vector<NameId> first, names;
    bool is_first = true;
    for (const NodeId alternative : tree_.Children(n, AstField::kPatterns)) {
      if (!alternative.valid()) continue;
      names.clear();
      if (!CollectCaptures(alternative, known, names)) return;
      std::vector<NameId> sorted = names;
      std::sort(sorted.begin(), sorted.end());
      if (is_first) {
        known.names[n.value] = names;
        first = std::move(sorted);
      } else if (sorted != first) {
        return ReportAt(n, PatternSpan(n, alternative), "alternative patterns bind different names",
                        true);
      }
      is_first = false;
    }
  }
  std::vector<NameId> names;
  CollectCaptures(pattern, known, names);
}

}  // namespace codeanatomy::symbols
