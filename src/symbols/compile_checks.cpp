// Single statements and expressions that the code generator refuses.
#include <algorithm>

#include <fmt/format.h>

#include "symbols/compile_checker.h"

namespace codeanatomy::symbols {

using parse::NameId;

bool CompileChecker::IsFunctionLike(ScopeId scope) const {
  const ScopeType type = table_.type(scope);
  if (type == ScopeType::kFunction) return true;
  return AtLeast(PythonVersion::k312) && type != ScopeType::kModule && type != ScopeType::kClass;
}

void CompileChecker::Check(NodeId n) {
  switch (tree_.kind(n)) {
    case AstKind::kReturn:
      return CheckReturn(n);
    case AstKind::kBreak:
    case AstKind::kContinue:
      return CheckJump(n);
    case AstKind::kYield:
    case AstKind::kYieldFrom:
      return CheckYield(n);
    case AstKind::kAwait:
      return CheckAwait(n);
    case AstKind::kAsyncFor:
    case AstKind::kAsyncWith:
      return CheckAsyncStatement(n);
    case AstKind::kStarred:
      return CheckStarred(n);
    case AstKind::kTuple:
    case AstKind::kList:
      return CheckStarredTargets(n);
    case AstKind::kCall:
    case AstKind::kClassDef:
      CheckKeywords(n);
      break;
    case AstKind::kExceptHandler:
      CheckBareExcept(n);
      break;
    case AstKind::kTypeVar:
    case AstKind::kParamSpec:
    case AstKind::kTypeVarTuple:
      CheckTypeParameters(n);
      break;
    case AstKind::kImportFrom:
      CheckFutureImport(n);
      break;
    case AstKind::kListComp:
    case AstKind::kSetComp:
    case AstKind::kDictComp:
    case AstKind::kGeneratorExp:
    case AstKind::kComprehension:
      return NoteComprehension(n);
    case AstKind::kMatchCase:
      return CheckCaptures(n);
    case AstKind::kMatchValue:
      return CheckValuePattern(n);
    case AstKind::kMatchAs:
    case AstKind::kMatchSequence:
    case AstKind::kMatchMapping:
    case AstKind::kMatchClass:
      CheckPattern(n);
      break;
    default:
      break;
  }
  if (debug_.valid()) CheckWritableNames(n);
}

// --- functions ---

void CompileChecker::CheckReturn(NodeId n) {
  const ScopeId scope = table_.scope_of(n);
  if (!IsFunctionLike(scope)) return Report(n, "'return' outside function");
  if (tree_.Child(n, AstField::kValue).valid() && ScopeKind(scope) == AstKind::kAsyncFunctionDef) {
    returns_.push_back(n);
  }
  CheckJump(n);
}

void CompileChecker::FinishReturns() {
  for (const NodeId n : returns_) {
    if (yields_[table_.scope_of(n).index()] != 0) {
      Report(n, "'return' with value in async generator");
    }
  }
}

void CompileChecker::CheckYield(NodeId n) {
  const ScopeId scope = table_.scope_of(n);
  const bool delegates = tree_.kind(n) == AstKind::kYieldFrom;
  if (!IsFunctionLike(scope)) {
    const bool named = delegates && AtLeast(PythonVersion::k313);
    return Report(n, named ? "'yield from' outside function" : "'yield' outside function");
  }
  yields_[scope.index()] = 1;
  if (delegates && ScopeKind(scope) == AstKind::kAsyncFunctionDef) {
    Report(n, "'yield from' inside async function");
  }
}

// --- asynchronous code; from 3.14 on the symbol table finds these ---

void CompileChecker::CheckAwait(NodeId n) {
  const ScopeId scope = table_.scope_of(n);
  awaits_[scope.index()] = 1;
  if (AtLeast(PythonVersion::k314)) return;
  if (!IsFunctionLike(scope)) {
    Report(n, "'await' outside function");
  } else if (ScopeKind(scope) != AstKind::kAsyncFunctionDef && !table_.is_comprehension(scope)) {
    Report(n, "'await' outside async function");
  }
}

void CompileChecker::CheckAsyncStatement(NodeId n) {
  if (AtLeast(PythonVersion::k314)) return;
  if (ScopeKind(table_.scope_of(n)) == AstKind::kAsyncFunctionDef) return;
  Report(n, tree_.kind(n) == AstKind::kAsyncFor ? "'async for' outside async function"
                                                : "'async with' outside async function");
}

void CompileChecker::NoteComprehension(NodeId n) {
  if (tree_.kind(n) != AstKind::kComprehension) {
    comprehensions_.push_back(n);
  } else if (tree_.Int(n, AstField::kIsAsync) != 0) {
    awaits_[table_.scope_of(n).index()] = 1;
  }
}

/// Inner ones first: since 3.11 an asynchronous comprehension makes the one around it asynchronous.
void CompileChecker::FinishComprehensions() {
  for (size_t i = comprehensions_.size(); i-- > 0;) {
    const NodeId n = comprehensions_[i];
    const ScopeId scope = table_.opened_by(n);
    if (tree_.kind(n) == AstKind::kGeneratorExp || !scope.valid() || awaits_[scope.index()] == 0) {
      continue;
    }
    const ScopeId outer = table_.scope_of(n);
    const bool spreads = AtLeast(PythonVersion::k311);
    if (spreads) awaits_[outer.index()] = 1;
    if (AtLeast(PythonVersion::k314) || ScopeKind(outer) == AstKind::kAsyncFunctionDef) continue;
    if (spreads && table_.is_comprehension(outer)) continue;
    // Before, whatever awaits in its scope made that asynchronous, and is the error itself.
    if (!spreads && awaits_[outer.index()] != 0) continue;
    const NodeId iterable = OutermostIterable(n);
    const bool behind_iterable = AtLeast(PythonVersion::k312) && iterable.valid();
    // Before 3.10 the scope that was just opened had no line yet.
    ReportAt(behind_iterable ? iterable : n, tree_.span(n),
             "asynchronous comprehension outside of an asynchronous function", behind_iterable);
    if (!AtLeast(PythonVersion::k310)) found_.back().shown = parse::ShownLine::kZero;
  }
}

// --- stars ---

void CompileChecker::CheckStarred(NodeId n) {
  const AstField slot = tree_.slot(n);
  switch (tree_.kind(tree_.parent(n))) {
    case AstKind::kList:
    case AstKind::kTuple:
    case AstKind::kSet:
    case AstKind::kError:
      return;
    case AstKind::kCall:
      if (slot == AstField::kArgs) return;
      break;
    case AstKind::kClassDef:
      if (slot == AstField::kBases) return;
      break;
    case AstKind::kArg:
      if (AtLeast(PythonVersion::k311)) return;
      break;
    case AstKind::kTypeVarTuple:
      return;
    default:
      break;
  }
  Report(n, tree_.Context(n) == ExprContext::kStore
                ? "starred assignment target must be in a list or tuple"
                : "can't use starred expression here");
}

void CompileChecker::CheckStarredTargets(NodeId n) {
  if (tree_.Context(n) != ExprContext::kStore) return;
  constexpr size_t kMaxBefore = 256, kMaxBehind = size_t{1} << 23;
  const auto elements = tree_.Children(n, AstField::kElts);
  bool seen = false;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (!elements[i].valid() || tree_.kind(elements[i]) != AstKind::kStarred) continue;
    if (seen) return Report(n, "multiple starred expressions in assignment");
    seen = true;
    if (i >= kMaxBefore || elements.size() - i - 1 >= kMaxBehind) {
      return Report(n, "too many expressions in star-unpacking assignment");
    }
  }
}

// --- calls, handlers, type parameters, imports ---

/// The first keyword that is repeated, and where it is.
void CompileChecker::CheckKeywords(NodeId n) {
  const auto keywords = tree_.Children(n, AstField::kKeywords);
  if (keywords.size() < 2) return;
  std::vector<std::pair<int32_t, size_t>> names;  // name, index
  names.reserve(keywords.size());
  for (size_t i = 0; i < keywords.size(); ++i) {
    if (!keywords[i].valid()) continue;
    const NameId name = tree_.Name(keywords[i], AstField::kArg);
    if (name.valid()) names.emplace_back(name.value, i);
  }
  std::sort(names.begin(), names.end());
  size_t first = keywords.size(), second = first;
  for (size_t i = 1; i < names.size(); ++i) {
    if (names[i].first != names[i - 1].first || names[i - 1].second >= first) continue;
    if (i > 1 && names[i - 2].first == names[i].first) continue;
    first = names[i - 1].second;
    second = names[i].second;
  }
  if (first == keywords.size()) return;
  std::string message = "keyword argument repeated";
  if (AtLeast(PythonVersion::k39)) {
    message += ": ";
    message += tree_.name_text(tree_.Name(keywords[first], AstField::kArg));
  }
  // 3.9 took the line of the call and the column of the keyword.
  const bool at_call = version_ == PythonVersion::k39;
  const bool in_class = tree_.kind(n) == AstKind::kClassDef;
  ReportAt(in_class ? keywords.front() : n, tree_.span(at_call ? n : keywords[second]),
           std::move(message), false, true);
}

void CompileChecker::CheckBareExcept(NodeId n) {
  const NodeId parent = tree_.parent(n);
  if (tree_.Child(n, AstField::kType).valid() || tree_.kind(parent) != AstKind::kTry) return;
  const size_t count = tree_.Children(parent, AstField::kHandlers).size();
  if (static_cast<size_t>(tree_.slot_index(n)) + 1 < count) {
    // Before 3.10 the statement compiled last had the position.
    NodeId place = n;
    while (!AtLeast(PythonVersion::k310) &&
           (place == n || GetAstKindInfo(tree_.kind(place)).sort != AstSort::kStmt)) {
      --place.value;
    }
    ReportAt(n, tree_.span(place), "default 'except:' must be last");
  }
}

/// Looks at all parameters of the list that `n` begins.
void CompileChecker::CheckTypeParameters(NodeId n) {
  if (tree_.slot_index(n) != 0 || !AtLeast(PythonVersion::k313)) return;
  bool has_default = false;
  for (const NodeId parameter : tree_.Children(tree_.parent(n), AstField::kTypeParams)) {
    if (!parameter.valid()) continue;
    if (tree_.Child(parameter, AstField::kDefaultValue).valid()) {
      has_default = true;
    } else if (has_default) {
      ReportAt(parameter, tree_.span(parameter),
               fmt::format("non-default type parameter '{}' follows default type parameter",
                           tree_.name_text(tree_.Name(parameter, AstField::kName))),
               true);
    }
  }
}

/// Future statements behind the last that stands where they are allowed; 3.14 finds them earlier.
void CompileChecker::CheckFutureImport(NodeId n) {
  if (AtLeast(PythonVersion::k314)) return;
  const NameId module = tree_.Name(n, AstField::kModule);
  if (!module.valid() || tree_.name_text(module) != "__future__") return;
  if (AtLeast(PythonVersion::k313) && tree_.Int(n, AstField::kLevel) != 0) return;
  // Before 3.12 lines were compared, since then places.
  const auto place = [&](NodeId node) {
    const uint32_t begin = tree_.span(node).begin;
    return int64_t{1} + (AtLeast(PythonVersion::k312) ? begin : lines_.Find(begin).line);
  };
  if (last_future_place_ < 0) {
    last_future_place_ = 0;
    bool docstring_may_follow = true;
    for (const NodeId top : tree_.Children(tree_.root(), AstField::kBody)) {
      const AstKind kind = tree_.kind(top);
      if (kind == AstKind::kImportFrom && tree_.Name(top, AstField::kModule) == module &&
          (!AtLeast(PythonVersion::k313) || tree_.Int(top, AstField::kLevel) == 0)) {
        last_future_place_ = place(top);
        docstring_may_follow = false;
        continue;
      }
      if (kind != AstKind::kExpr || !docstring_may_follow) break;
      docstring_may_follow = false;
      const NodeId value = tree_.Child(top, AstField::kValue);
      if (!value.valid() || tree_.kind(value) != AstKind::kConstant ||
          tree_.constant(tree_.ConstantAt(value, AstField::kValue)).kind !=
              parse::ConstantKind::kStr) {
        break;
      }
    }
  }
  if (place(n) > last_future_place_) {
    Report(n, "from __future__ imports must occur at the beginning of the file");
  }
}

// --- __debug__; from 3.14 on the symbol table finds these ---

void CompileChecker::CheckWritable(NodeId n, NameId name, ByteSpan where, ExprContext context) {
  if (name != debug_ || context == ExprContext::kLoad) return;
  if (context == ExprContext::kDel && !AtLeast(PythonVersion::k310)) return;
  ReportAt(n, where,
           context == ExprContext::kDel ? "cannot delete __debug__" : "cannot assign to __debug__",
           false, true);
}

void CompileChecker::CheckWritableNames(NodeId n) {
  if (AtLeast(PythonVersion::k314)) return;
  const NodeId parent = tree_.parent(n);
  const ByteSpan where = tree_.span(n);
  constexpr auto kStore = ExprContext::kStore;
  const bool precise = AtLeast(PythonVersion::k312) || !AtLeast(PythonVersion::k39);
  switch (tree_.kind(n)) {
    case AstKind::kName:
    case AstKind::kAttribute: {
      const bool is_name = tree_.kind(n) == AstKind::kName;
      const ExprContext context = tree_.Context(n);
      const AstKind around = tree_.kind(parent);
      if (!is_name && context == ExprContext::kDel) return;
      if (!is_name && around == AstKind::kAugAssign && AtLeast(PythonVersion::k39)) return;
      const bool declared = around == AstKind::kAnnAssign && context == kStore &&
                            !tree_.Child(parent, AstField::kValue).valid();
      const NameId name = tree_.Name(n, is_name ? AstField::kId : AstField::kAttr);
      return CheckWritable(n, name, declared ? tree_.span(parent) : where, context);
    }
    case AstKind::kKeyword:
      return CheckWritable(parent, tree_.Name(n, AstField::kArg),
                           precise ? where : tree_.span(parent), kStore);
    case AstKind::kArg: {
      const NodeId function = tree_.parent(parent);
      return CheckWritable(function, tree_.Name(n, AstField::kArg),
                           precise ? where : tree_.span(function), kStore);
    }
    case AstKind::kFunctionDef:
    case AstKind::kAsyncFunctionDef:
    case AstKind::kClassDef:
    case AstKind::kExceptHandler:
    case AstKind::kMatchAs:
    case AstKind::kMatchStar:
      return CheckWritable(n, tree_.Name(n, AstField::kName), where, kStore);
    case AstKind::kMatchMapping:
      return CheckWritable(n, tree_.Name(n, AstField::kRest), where, kStore);
    case AstKind::kAlias: {
      const NameId as_name = tree_.Name(n, AstField::kAsname);
      return CheckWritable(parent, as_name.valid() ? as_name : tree_.Name(n, AstField::kName),
                           tree_.span(parent), kStore);
    }
    case AstKind::kMatchClass: {
      const auto names = tree_.RawList(n, AstField::kKwdAttrs);
      const auto patterns = tree_.Children(n, AstField::kKwdPatterns);
      for (size_t i = 0; i < std::min(names.size(), patterns.size()); ++i) {
        CheckWritable(n, NameId{names[i]}, tree_.span(patterns[i]), kStore);
      }
      return;
    }
    default:
      return;
  }
}

}  // namespace codeanatomy::symbols
