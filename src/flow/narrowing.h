// Tests of a variable that a branch makes, and what they say on either way.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "flow/cfg.h"

namespace codeanatomy::flow {

enum class TestKind : uint8_t {
  kTruth,       // x
  kIsInstance,  // isinstance(x, argument)
  kIsSubclass,  // issubclass(x, argument)
  kCallable,    // callable(x)
  kType,        // type(x) is argument, type(x) == argument
  kIs,          // x is argument
  kEqual,       // x == argument
  kIn,          // x in argument
  kCase         // match x: case argument
};
inline constexpr std::string_view kTestKindNames[] = {
    "truth", "isinstance", "issubclass", "callable", "type", "is", "equal", "in", "case"};

struct VariableTest {
  TestKind kind;
  NodeId subject;   // Name, Attribute or Subscript; of `x := …` the Name that is bound
  NodeId argument;  // class, constant, container or pattern; none for truth and callable
  bool is_negated;  // `is not`, `!=`, `not in`
};

/// The test that a condition of a branch (ControlFlow::condition) makes; none if it tests something
/// else. Builtins count where no binding of the file hides them. Cost: constant.
/// Source  Python Language Reference 6.10, 8.6; PEP 647 for the term.
std::optional<VariableTest> FindTest(const parse::SyntaxTree& tree,
                                     const symbols::SymbolTable& symbols, NodeId condition);

/// The builtin function that a call asks about the type of its first argument: isinstance,
/// issubclass, callable or type. None for other calls.
std::optional<TestKind> FindTypeTest(const parse::SyntaxTree& tree,
                                     const symbols::SymbolTable& symbols, NodeId call);

}  // namespace codeanatomy::flow
