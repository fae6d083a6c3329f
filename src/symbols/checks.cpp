// SyntaxErrors that CPython raises while it builds the symbol table. They do not stop the pass
// here.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "symbols/builder.h"

namespace codeanatomy::symbols {
namespace {

constexpr auto kFutureFeatures = std::to_array<std::string_view>(
    {"nested_scopes", "generators", "division", "absolute_import", "with_statement",
     "print_function", "unicode_literals", "barry_as_FLUFL", "generator_stop", "annotations"});

}  // namespace

void SymbolTableBuilder::Report(std::string message, ByteSpan where) {
  diagnostics_.push_back({where, 2, "SYMBOL_ERROR", "SyntaxError", std::move(message)});
}

// Before 3.10 some errors stood at the scope's own position.
void SymbolTableBuilder::ReportInScope(std::string message, ByteSpan where) {
  Report(std::move(message), AtLeast(PythonVersion::k310) ? where : current().span);
}

// --- __future__ ---

// Future statements stand before everything but the docstring, comments and each other.
void SymbolTableBuilder::CheckFutureImports() {
  bool may_follow = true, docstring_may_follow = true;
  uint32_t last_line = 0;
  for (const NodeId n : tree_.Children(tree_.root(), AstField::kBody)) {
    const uint32_t line = lines_.Find(tree_.span(n).begin).line;
    if (!may_follow && line > last_line) return;
    last_line = line;
    const AstKind kind = tree_.kind(n);
    // Before 3.13 `from .__future__` counted as well.
    const bool may_name_it = kind == AstKind::kImportFrom &&
                             (!AtLeast(PythonVersion::k313) || tree_.Int(n, AstField::kLevel) == 0);
    const NameId module = may_name_it ? tree_.Name(n, AstField::kModule) : NameId{};
    const bool first = docstring_may_follow;
    docstring_may_follow = false;
    if (module.valid() && names_.text(module) == "__future__") {
      if (may_follow) {
        CheckFutureFeatures(n);
        last_future_import_ = n;
      } else if (!AtLeast(PythonVersion::k312)) {
        // CPython gives this error the 0-based column as offset: one less than all others.
        const ByteSpan where = tree_.span(n);
        return Report("from __future__ imports must occur at the beginning of the file",
                      {where.begin - 1, where.end});
      }
      continue;
    }
    if (kind == AstKind::kExpr && may_follow && first) {
      const NodeId value = tree_.Child(n, AstField::kValue);
      const bool is_text = value.valid() && tree_.kind(value) == AstKind::kConstant &&
                           tree_.constant(tree_.ConstantAt(value, AstField::kValue)).kind ==
                               parse::ConstantKind::kStr;
      if (is_text) continue;
    }
    may_follow = false;
  }
}

std::vector<parse::Diagnostic> SymbolTableBuilder::FutureFeatureErrors() {
  CheckFutureImports();
  return std::move(diagnostics_);
}

void SymbolTableBuilder::CheckFutureFeatures(NodeId n) {
  for (const NodeId alias : tree_.Children(n, AstField::kNames)) {
    const std::string_view feature = names_.text(tree_.Name(alias, AstField::kName));
    if (feature == "annotations") future_annotations_ = true;
    if (std::find(kFutureFeatures.begin(), kFutureFeatures.end(), feature) != kFutureFeatures.end())
      continue;
    const ByteSpan where = tree_.span(AtLeast(PythonVersion::k314) ? alias : n);
    if (feature == "braces") {
      Report("not a chance", where);
    } else {
      Report(fmt::format("future feature {} is not defined", feature), where);
    }
  }
}

void SymbolTableBuilder::CheckLateFutureImport(NodeId n) {
  if (!AtLeast(PythonVersion::k314) || tree_.Int(n, AstField::kLevel) != 0) return;
  const NameId module = tree_.Name(n, AstField::kModule);
  if (!module.valid() || names_.text(module) != "__future__") return;
  if (last_future_import_.valid() && n <= last_future_import_) return;
  Report("from __future__ imports must occur at the beginning of the file", tree_.span(n));
}

// --- names ---

// From 3.14 on; before, the compiler's later stage found these.
void SymbolTableBuilder::CheckWritable(NameId name, ByteSpan where, ExprContext context) {
  if (name != debug_ || context == ExprContext::kLoad || !AtLeast(PythonVersion::k314)) return;
  Report(context == ExprContext::kDel ? "cannot delete __debug__" : "cannot assign to __debug__",
         where);
}

void SymbolTableBuilder::CheckKeywordPatterns(NodeId n) {
  const auto names = tree_.RawList(n, AstField::kKwdAttrs);
  const auto patterns = tree_.Children(n, AstField::kKwdPatterns);
  for (size_t i = 0; i < std::min(names.size(), patterns.size()); ++i) {
    CheckWritable(NameId{names[i]}, tree_.span(patterns[i]), ExprContext::kStore);
  }
}

// --- expressions that some scopes cannot evaluate ---

bool SymbolTableBuilder::RefusedInAnnotation(std::string_view what, NodeId n) {
  const Scope& scope = current();
  std::string_view place;
  switch (scope.type) {
    case ScopeType::kAnnotation:
      place = "an annotation";
      break;
    case ScopeType::kTypeVariable:
      place = scope.purpose;
      break;
    case ScopeType::kTypeAlias:
      place = "a type alias";
      break;
    case ScopeType::kTypeParameters:
      place = "the definition of a generic";
      break;
    default:
      return false;
  }
  Report(AtLeast(PythonVersion::k312) ? fmt::format("{} cannot be used within {}", what, place)
                                      : fmt::format("'{}' can not be used within {}", what, place),
         tree_.span(n));
  return true;
}

void SymbolTableBuilder::CheckYield(NodeId n) {
  constexpr std::string_view kNames[] = {"", "list comprehension", "set comprehension",
                                         "dict comprehension", "generator expression"};
  ReportInScope(
      fmt::format("'yield' inside {}", kNames[static_cast<size_t>(current().comprehension)]),
      tree_.span(n));
}

void SymbolTableBuilder::CheckAwait(NodeId n) {
  const bool refused = RefusedInAnnotation("await expression", n);
  if (!refused && AtLeast(PythonVersion::k314)) {
    if (!IsFunctionLike(current())) {
      Report("'await' outside function", tree_.span(n));
    } else if (!current().coroutine && current().comprehension == Comprehension::kNo) {
      Report("'await' outside async function", tree_.span(n));
    }
  }
  current().coroutine = true;
}

void SymbolTableBuilder::CheckAsyncStatement(NodeId n) {
  if (!AtLeast(PythonVersion::k314) || current().coroutine) return;
  Report(tree_.kind(n) == AstKind::kAsyncFor ? "'async for' outside async function"
                                             : "'async with' outside async function",
         tree_.span(n));
}

}  // namespace codeanatomy::symbols
