#include "flow/narrowing.h"

namespace codeanatomy::flow {
namespace {

// What a test is about, if that can be a variable.
NodeId SubjectOf(const parse::SyntaxTree& tree, NodeId n) {
  if (!n.valid()) return {};
  switch (tree.kind(n)) {
    case AstKind::kName:
    case AstKind::kAttribute:
    case AstKind::kSubscript:
      return n;
    case AstKind::kNamedExpr:
      return tree.Child(n, AstField::kTarget);
    default:
      return {};
  }
}

std::optional<VariableTest> FindComparison(const parse::SyntaxTree& tree,
                                           const symbols::SymbolTable& symbols, NodeId n) {
  const auto operands = tree.Children(n, AstField::kComparators);
  const auto operators = tree.RawList(n, AstField::kOps);
  if (operands.size() != 1 || operators.size() != 1) return {};
  NodeId left = tree.Child(n, AstField::kLeft), right = operands[0];
  if (!left.valid() || !right.valid()) return {};
  VariableTest test{TestKind::kIs, {}, {}, false};
  switch (static_cast<AstOperator>(operators[0])) {
    case AstOperator::kIsNot:
      test.is_negated = true;
      break;
    case AstOperator::kIs:
      break;
    case AstOperator::kNotEq:
      test.is_negated = true;
      [[fallthrough]];
    case AstOperator::kEq:
      test.kind = TestKind::kEqual;
      break;
    case AstOperator::kNotIn:
      test.is_negated = true;
      [[fallthrough]];
    case AstOperator::kIn:
      test.kind = TestKind::kIn;
      break;
    default:
      return {};
  }
  // `None is x` asks the same as `x is None`.
  if (test.kind != TestKind::kIn && tree.kind(left) == AstKind::kConstant) std::swap(left, right);
  if (tree.kind(left) == AstKind::kCall && test.kind != TestKind::kIn &&
      FindTypeTest(tree, symbols, left) == TestKind::kType) {
    test.kind = TestKind::kType;
    left = tree.Children(left, AstField::kArgs)[0];
  }
  test.subject = SubjectOf(tree, left);
  test.argument = right;
  if (!test.subject.valid()) return {};
  return test;
}

}  // namespace

std::optional<TestKind> FindTypeTest(const parse::SyntaxTree& tree,
                                     const symbols::SymbolTable& symbols, NodeId call) {
  const NodeId function = tree.Child(call, AstField::kFunc);
  if (!function.valid() || tree.kind(function) != AstKind::kName) return {};
  const std::string_view name = tree.name_text(tree.Name(function, AstField::kId));
  TestKind kind = TestKind::kType;
  size_t arguments = 1;
  if (name == "isinstance") {
    kind = TestKind::kIsInstance;
    arguments = 2;
  } else if (name == "issubclass") {
    kind = TestKind::kIsSubclass;
    arguments = 2;
  } else if (name == "callable") {
    kind = TestKind::kCallable;
  } else if (name != "type") {
    return {};
  }
  const symbols::SymbolId symbol = symbols.symbol_of(function);
  if (symbol.valid() && symbols.definition(symbol).valid()) return {};
  const auto given = tree.Children(call, AstField::kArgs);
  if (given.size() != arguments || !tree.Children(call, AstField::kKeywords).empty()) return {};
  return kind;
}

std::optional<VariableTest> FindTest(const parse::SyntaxTree& tree,
                                     const symbols::SymbolTable& symbols, NodeId condition) {
  const NodeId parent = tree.parent(condition);
  switch (GetAstKindInfo(tree.kind(condition)).sort) {
    case AstSort::kPattern: {
      if (tree.kind(parent) != AstKind::kMatchCase) return {};
      const NodeId match = tree.parent(parent);
      if (!match.valid() || tree.kind(match) != AstKind::kMatch) return {};
      const NodeId subject = SubjectOf(tree, tree.Child(match, AstField::kSubject));
      if (!subject.valid()) return {};
      return VariableTest{TestKind::kCase, subject, condition, false};
    }
    case AstSort::kExpr:
      break;
    default:
      return {};
  }
  // The type of an except clause chooses by the exception, not by itself.
  if (parent.valid() && tree.kind(parent) == AstKind::kExceptHandler) return {};
  switch (tree.kind(condition)) {
    case AstKind::kCompare:
      return FindComparison(tree, symbols, condition);
    case AstKind::kCall: {
      const std::optional<TestKind> kind = FindTypeTest(tree, symbols, condition);
      if (!kind || kind == TestKind::kType) return {};
      const auto arguments = tree.Children(condition, AstField::kArgs);
      const NodeId subject = SubjectOf(tree, arguments[0]);
      if (!subject.valid()) return {};
      return VariableTest{*kind, subject, arguments.size() > 1 ? arguments[1] : NodeId{}, false};
    }
    default: {
      const NodeId subject = SubjectOf(tree, condition);
      if (!subject.valid()) return {};
      return VariableTest{TestKind::kTruth, subject, {}, false};
    }
  }
}

}  // namespace codeanatomy::flow
