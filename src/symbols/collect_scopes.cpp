// Pass 1: what opens scopes, and in which order its parts are visited.
#include "symbols/builder.h"

namespace codeanatomy::symbols {

ScopeId SymbolTableBuilder::Enter(NameId name, ScopeType type, NodeId node, ByteSpan span) {
  Scope scope{.type = type, .name = name, .node = node, .parent = current_, .span = span};
  const ScopeId id{static_cast<int32_t>(scopes_.size())};
  if (current_.valid()) {
    Scope& outer = current();
    const bool in_function =
        AtLeast(PythonVersion::k312) ? IsFunctionLike(outer) : outer.type == ScopeType::kFunction;
    scope.nested = outer.nested || in_function;
    scope.private_class = outer.private_class;
    scope.listed = outer.listed && !(future_annotations_ && type == ScopeType::kAnnotation);
    (outer.last_child.valid() ? scopes_[outer.last_child.index()].next_sibling
                              : outer.first_child) = id;
    outer.last_child = id;
  }
  scopes_.push_back(scope);
  EnterAgain(id);
  const bool deferred = type == ScopeType::kAnnotation || type == ScopeType::kTypeAlias ||
                        type == ScopeType::kTypeVariable;
  if (deferred && AtLeast(PythonVersion::k314)) {
    DefineImplicit(".format", symbol_flag::kParameter);
    DefineImplicit(".format", symbol_flag::kReferenced);
  }
  return id;
}

void SymbolTableBuilder::EnterAgain(ScopeId id) {
  if (current_.valid()) {
    Scope& scope = scopes_[id.index()];
    scope.iterable_depth = current().iterable_depth;
    if (scope.type != ScopeType::kClass) scope.mangled_names = current().mangled_names;
  }
  open_.push_back(id);
  current_ = id;
}

void SymbolTableBuilder::Exit() {
  open_.pop_back();
  current_ = open_.empty() ? ScopeId{} : open_.back();
}

// --- functions ---

// 3.12 moved decorators before the annotations, since these may name type parameters.
void SymbolTableBuilder::PlanFunction(NodeId n) {
  const NameId name = tree_.Name(n, AstField::kName);
  node_symbols_[n.index()] = Define(name, symbol_flag::kAssigned, tree_.span(n));
  const NodeId arguments = tree_.Child(n, AstField::kArgs);
  if (!arguments.valid()) return;
  const Task body = ScanList(n, AstField::kBody),
             decorators = ScanList(n, AstField::kDecoratorList);
  const Task defaults = ScanList(arguments, AstField::kDefaults),
             kw_defaults = ScanList(arguments, AstField::kKwDefaults);
  if (!AtLeast(PythonVersion::k312)) {
    Plan({defaults,
          kw_defaults,
          {Op::kSignatureAnnotations, n.value},
          {Op::kReturnAnnotation, n.value},
          decorators,
          {Op::kFunction, n.value},
          body,
          {Op::kExit}});
  } else if (tree_.Children(n, AstField::kTypeParams).empty()) {
    Plan({defaults,
          kw_defaults,
          decorators,
          {Op::kSignatureAnnotations, n.value},
          {Op::kReturnAnnotation, n.value},
          {Op::kFunction, n.value},
          body,
          {Op::kExit}});
  } else {
    Plan({defaults,
          kw_defaults,
          decorators,
          {Op::kTypeParameters, n.value},
          ScanList(n, AstField::kTypeParams),
          {Op::kSignatureAnnotations, n.value},
          {Op::kReturnAnnotation, n.value},
          {Op::kFunction, n.value},
          body,
          {Op::kExit},
          {Op::kExit}});
  }
}

// Annotations of the signature: of the enclosing scope; in a scope of their own under `from
// __future__ import annotations` (3.10 on, not listed) and, the returned value's included,
// from 3.14 on.
void SymbolTableBuilder::EnterSignatureAnnotations(NodeId n) {
  const NodeId arguments = tree_.Child(n, AstField::kArgs);
  const bool deferred = AtLeast(PythonVersion::k314);
  const bool own_scope = deferred || (future_annotations_ && AtLeast(PythonVersion::k310));
  if (own_scope) {
    const bool in_class = current().sees_class || current().type == ScopeType::kClass;
    Enter(names_.Intern(deferred ? "__annotate__" : "_annotation"), ScopeType::kAnnotation, n,
          tree_.span(n));
    if (deferred && in_class) {
      current().sees_class = true;
      DefineImplicit("__classdict__", symbol_flag::kReferenced);
    }
  }
  Plan({ScanList(arguments, AstField::kPosonlyargs), ScanList(arguments, AstField::kArgs),
        ScanNode(tree_.Child(arguments, AstField::kVararg)),
        ScanNode(tree_.Child(arguments, AstField::kKwarg)),
        ScanList(arguments, AstField::kKwonlyargs),
        deferred ? ScanNode(tree_.Child(n, AstField::kReturns)) : Task{Op::kScan},
        own_scope ? Task{Op::kExit} : Task{Op::kScan}});
}

void SymbolTableBuilder::EnterReturnAnnotation(NodeId n) {
  const NodeId returns = tree_.Child(n, AstField::kReturns);
  if (!returns.valid() || AtLeast(PythonVersion::k314)) return;
  const bool own_scope = future_annotations_ && AtLeast(PythonVersion::k310);
  if (own_scope)
    Enter(names_.Intern("_annotation"), ScopeType::kAnnotation, returns, tree_.span(returns));
  Plan({ScanNode(returns), own_scope ? Task{Op::kExit} : Task{Op::kScan}});
}

void SymbolTableBuilder::EnterFunction(NodeId n) {
  const NameId name =
      tree_.kind(n) == AstKind::kLambda ? names_.Intern("lambda") : tree_.Name(n, AstField::kName);
  opened_[n.index()] = Enter(name, ScopeType::kFunction, n, tree_.span(n));
  current().coroutine = tree_.kind(n) == AstKind::kAsyncFunctionDef;
  DefineParameters(tree_.Child(n, AstField::kArgs));
}

void SymbolTableBuilder::DefineParameters(NodeId arguments) {
  node_scopes_[arguments.index()] = current_;
  const auto define = [this](NodeId arg) {
    if (!arg.valid() || tree_.kind(arg) != AstKind::kArg) return;
    node_scopes_[arg.index()] = current_;
    node_symbols_[arg.index()] =
        Define(tree_.Name(arg, AstField::kArg), symbol_flag::kParameter, tree_.span(arg));
  };
  for (const NodeId arg : tree_.Children(arguments, AstField::kPosonlyargs)) define(arg);
  for (const NodeId arg : tree_.Children(arguments, AstField::kArgs)) define(arg);
  for (const NodeId arg : tree_.Children(arguments, AstField::kKwonlyargs)) define(arg);
  define(tree_.Child(arguments, AstField::kVararg));
  define(tree_.Child(arguments, AstField::kKwarg));
}

void SymbolTableBuilder::PlanLambda(NodeId n) {
  const NodeId arguments = tree_.Child(n, AstField::kArgs);
  if (!arguments.valid()) return;
  if (version_ == PythonVersion::k312 && current().sees_class) {
    Report("Cannot use lambda in annotation scope within class scope", tree_.span(n));
  }
  Plan({ScanList(arguments, AstField::kDefaults),
        ScanList(arguments, AstField::kKwDefaults),
        {Op::kFunction, n.value},
        ScanNode(tree_.Child(n, AstField::kBody)),
        {Op::kExit}});
}

// --- classes ---

void SymbolTableBuilder::PlanClass(NodeId n) {
  node_symbols_[n.index()] =
      Define(tree_.Name(n, AstField::kName), symbol_flag::kAssigned, tree_.span(n));
  const Task bases = ScanList(n, AstField::kBases), keywords = ScanList(n, AstField::kKeywords);
  const Task decorators = ScanList(n, AstField::kDecoratorList),
             body = ScanList(n, AstField::kBody);
  if (!AtLeast(PythonVersion::k312)) {
    Plan({bases, keywords, decorators, {Op::kClass, n.value}, body, {Op::kExit}});
  } else if (tree_.Children(n, AstField::kTypeParams).empty()) {
    Plan({decorators, bases, keywords, {Op::kClass, n.value}, body, {Op::kExit}});
  } else {
    Plan({decorators,
          {Op::kTypeParameters, n.value},
          ScanList(n, AstField::kTypeParams),
          bases,
          keywords,
          {Op::kClass, n.value},
          body,
          {Op::kExit},
          {Op::kExit}});
  }
}

void SymbolTableBuilder::EnterClass(NodeId n) {
  opened_[n.index()] = Enter(tree_.Name(n, AstField::kName), ScopeType::kClass, n, tree_.span(n));
  current().private_class = tree_.Name(n, AstField::kName);
  if (tree_.Children(n, AstField::kTypeParams).empty()) return;
  DefineImplicit("__type_params__", symbol_flag::kAssigned);
  DefineImplicit(".type_params", symbol_flag::kReferenced);
}

// --- type parameters and aliases ---

void SymbolTableBuilder::EnterTypeParameters(NodeId n) {
  const bool in_class = current().type == ScopeType::kClass;
  const AstKind kind = tree_.kind(n);
  const NodeId named = kind == AstKind::kTypeAlias ? tree_.Child(n, AstField::kName) : n;
  const NameId name =
      tree_.Name(named, kind == AstKind::kTypeAlias ? AstField::kId : AstField::kName);
  Enter(name, ScopeType::kTypeParameters, n, tree_.span(n));
  if (in_class) {
    current().sees_class = true;
    DefineImplicit("__classdict__", symbol_flag::kReferenced);
  }
  if (kind == AstKind::kClassDef) {
    for (const std::string_view implicit : {".type_params", ".generic_base"}) {
      DefineImplicit(implicit, symbol_flag::kAssigned);
      DefineImplicit(implicit, symbol_flag::kReferenced);
    }
    current().private_class = name;
    if (AtLeast(PythonVersion::k313)) {
      current().mangled_names = static_cast<int32_t>(mangled_names_.size());
      mangled_names_.emplace_back();
    }
  } else if (kind != AstKind::kTypeAlias) {
    DefineImplicit(".defaults", symbol_flag::kParameter);
    const NodeId arguments = tree_.Child(n, AstField::kArgs);
    if (ScanList(arguments, AstField::kKwDefaults).end > 0)
      DefineImplicit(".kwdefaults", symbol_flag::kParameter);
  }
}

void SymbolTableBuilder::PlanTypeAlias(NodeId n) {
  const NodeId name = tree_.Child(n, AstField::kName);
  if (!name.valid() || tree_.kind(name) != AstKind::kName) return;
  const Task value = ScanNode(tree_.Child(n, AstField::kValue));
  const bool in_class = current().type == ScopeType::kClass;
  const Task alias{Op::kTypeAlias, n.value, in_class};
  if (tree_.Children(n, AstField::kTypeParams).empty()) {
    Plan({ScanNode(name), alias, value, {Op::kExit}});
  } else {
    Plan({ScanNode(name),
          {Op::kTypeParameters, n.value},
          ScanList(n, AstField::kTypeParams),
          alias,
          value,
          {Op::kExit},
          {Op::kExit}});
  }
}

void SymbolTableBuilder::EnterTypeAlias(NodeId n, bool in_class) {
  const NodeId name = tree_.Child(n, AstField::kName);
  opened_[n.index()] =
      Enter(tree_.Name(name, AstField::kId), ScopeType::kTypeAlias, n, tree_.span(n));
  current().sees_class = in_class;
  if (in_class) DefineImplicit("__classdict__", symbol_flag::kReferenced);
}

SymbolTableBuilder::Task SymbolTableBuilder::TypeVariableTask(NodeId n, AstField field,
                                                              std::string_view purpose) const {
  const NodeId expression = tree_.Child(n, field);
  if (!expression.valid()) return {Op::kScan};
  return {Op::kTypeVariable, n.value, expression.value, purpose};
}

void SymbolTableBuilder::PlanTypeParameter(NodeId n) {
  const NameId name = tree_.Name(n, AstField::kName);
  if (current().mangled_names >= 0)
    mangled_names_[static_cast<size_t>(current().mangled_names)].push_back(name);
  node_symbols_[n.index()] =
      Define(name, symbol_flag::kTypeParameter | symbol_flag::kAssigned, tree_.span(n));
  if (AtLeast(PythonVersion::k314) && names_.text(name) == "__classdict__") {
    Report("reserved name '__classdict__' cannot be used for type parameter", tree_.span(n));
  }
  const auto plan = [&](Task bound, Task default_value) {
    const Task exit_bound = bound.op == Op::kScan ? bound : Task{Op::kExit};
    const Task exit_default = default_value.op == Op::kScan ? default_value : Task{Op::kExit};
    const auto value = [this](const Task& t) {
      return t.op == Op::kScan ? t : ScanNode(NodeId{t.end});
    };
    Plan({bound, value(bound), exit_bound, default_value, value(default_value), exit_default});
  };
  switch (tree_.kind(n)) {
    case AstKind::kTypeVar: {
      const NodeId bound = tree_.Child(n, AstField::kBound);
      const bool constraint =
          bound.valid() && tree_.kind(bound) == AstKind::kTuple && AtLeast(PythonVersion::k313);
      return plan(TypeVariableTask(n, AstField::kBound,
                                   constraint ? "a TypeVar constraint" : "a TypeVar bound"),
                  TypeVariableTask(n, AstField::kDefaultValue, "a TypeVar default"));
    }
    case AstKind::kParamSpec:
      return plan({Op::kScan}, TypeVariableTask(n, AstField::kDefaultValue, "a ParamSpec default"));
    default:
      return plan({Op::kScan},
                  TypeVariableTask(n, AstField::kDefaultValue, "a TypeVarTuple default"));
  }
}

void SymbolTableBuilder::EnterTypeVariable(NodeId n, NodeId expression, std::string_view purpose) {
  const bool sees_class = current().sees_class;
  const ScopeId scope =
      Enter(tree_.Name(n, AstField::kName), ScopeType::kTypeVariable, n, tree_.span(expression));
  if (!opened_[n.index()].valid()) opened_[n.index()] = scope;
  current().purpose = purpose;
  current().sees_class = sees_class;
  if (sees_class) DefineImplicit("__classdict__", symbol_flag::kReferenced);
}

// --- annotations of variables ---

void SymbolTableBuilder::EnterVariableAnnotation(NodeId n) {
  const NodeId annotation = tree_.Child(n, AstField::kAnnotation);
  const bool deferred = AtLeast(PythonVersion::k314);
  if (!deferred && !(future_annotations_ && AtLeast(PythonVersion::k310)))
    return Plan({ScanNode(annotation)});
  if (!deferred) {
    Enter(names_.Intern("_annotation"), ScopeType::kAnnotation, annotation, tree_.span(annotation));
    return Plan({ScanNode(annotation), {Op::kExit}});
  }
  // 3.14: all annotations of a scope share one child scope, entered again for each.
  const ScopeId outer = current_;
  const ScopeType outer_type = current().type;
  const bool conditional =
      outer_type == ScopeType::kModule ||
      (outer_type == ScopeType::kClass && tree_.kind(tree_.parent(n)) != AstKind::kClassDef);
  if (conditional && !current().has_conditional_annotations) {
    current().has_conditional_annotations = true;
    DefineImplicit("__conditional_annotations__", symbol_flag::kReferenced);
  }
  if (current().annotation_scope.valid()) {
    EnterAgain(current().annotation_scope);
  } else {
    const ScopeId scope = Enter(names_.Intern("__annotate__"), ScopeType::kAnnotation, annotation,
                                tree_.span(annotation));
    scopes_[outer.index()].annotation_scope = scope;
    if (outer_type == ScopeType::kClass && !future_annotations_) {
      current().sees_class = true;
      DefineImplicit("__classdict__", symbol_flag::kReferenced);
    }
  }
  current().unevaluated = outer_type == ScopeType::kFunction;
  Plan({ScanNode(annotation), {Op::kExit}});
}

// --- comprehensions ---

void SymbolTableBuilder::PlanComprehension(NodeId n) {
  const auto generators = tree_.Children(n, AstField::kGenerators);
  if (generators.empty() || !generators[0].valid()) return;
  if (version_ == PythonVersion::k312 && current().sees_class) {
    Report("Cannot use comprehension in annotation scope within class scope", tree_.span(n));
  }
  // Pushed in reverse: the last task to run first.
  const bool is_dict = tree_.kind(n) == AstKind::kDictComp;
  Plan({{Op::kComprehensionEnd, n.value}});
  Plan({ScanNode(is_dict ? tree_.Child(n, AstField::kValue) : NodeId{}),
        ScanNode(tree_.Child(n, is_dict ? AstField::kKey : AstField::kElt))});
  for (size_t i = generators.size() - 1; i > 0; --i) {
    const NodeId g = generators[i];
    if (!g.valid()) continue;
    Plan({{Op::kTarget, 1},
          ScanNode(tree_.Child(g, AstField::kTarget)),
          {Op::kTarget, 0},
          {Op::kIterable, 1},
          ScanNode(tree_.Child(g, AstField::kIter)),
          {Op::kIterable, -1},
          ScanList(g, AstField::kIfs)});
  }
  const NodeId first = generators[0];
  Plan({{Op::kIterable, 1},
        ScanNode(tree_.Child(first, AstField::kIter)),
        {Op::kIterable, -1},
        {Op::kComprehension, n.value},
        ScanNode(tree_.Child(first, AstField::kTarget)),
        {Op::kTarget, 0},
        ScanList(first, AstField::kIfs)});
}

void SymbolTableBuilder::EnterComprehension(NodeId n) {
  struct Kind {
    std::string_view name;
    Comprehension comprehension;
  };
  const Kind kind = [&]() -> Kind {
    switch (tree_.kind(n)) {
      case AstKind::kListComp:
        return {"listcomp", Comprehension::kList};
      case AstKind::kSetComp:
        return {"setcomp", Comprehension::kSet};
      case AstKind::kDictComp:
        return {"dictcomp", Comprehension::kDict};
      default:
        return {"genexpr", Comprehension::kGenerator};
    }
  }();
  opened_[n.index()] = Enter(names_.Intern(kind.name), ScopeType::kFunction, n, tree_.span(n));
  current().comprehension = kind.comprehension;
  for (const NodeId generator : tree_.Children(n, AstField::kGenerators)) {
    if (!generator.valid()) continue;
    node_scopes_[generator.index()] = current_;
    if (tree_.Int(generator, AstField::kIsAsync) != 0) current().coroutine = true;
  }
  DefineImplicit(".0", symbol_flag::kParameter);
  current().in_target = true;
}

void SymbolTableBuilder::FinishComprehension(NodeId n) {
  const bool is_async = current().coroutine && current().comprehension != Comprehension::kGenerator;
  Exit();
  if (!is_async) return;
  if (AtLeast(PythonVersion::k314) && current().comprehension == Comprehension::kNo &&
      !(current().type == ScopeType::kFunction && current().coroutine)) {
    Report("asynchronous comprehension outside of an asynchronous function", tree_.span(n));
  }
  current().coroutine = true;
}

}  // namespace codeanatomy::symbols
