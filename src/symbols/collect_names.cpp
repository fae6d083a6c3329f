// Pass 1: what binds, uses and declares names.
#include <algorithm>

#include <fmt/format.h>

#include "symbols/builder.h"

namespace codeanatomy::symbols {

// --- the store ---

SymbolId SymbolTableBuilder::Lookup(ScopeId scope, NameId mangled) {
  if (mangled.index() >= recent_.size()) recent_.resize(static_cast<size_t>(names_.size()));
  Recent& recent = recent_[mangled.index()];
  if (recent.scope == scope.value) return SymbolId{recent.symbol};
  const int32_t found = symbol_ids_.Find(IdMap::Key(scope.value, mangled.value));
  if (found >= 0) recent = {scope.value, found};
  return SymbolId{found};
}

SymbolId SymbolTableBuilder::AddSymbol(ScopeId scope, NameId mangled) {
  const SymbolId id{static_cast<int32_t>(symbols_.size())};
  symbols_.push_back({.name = mangled, .scope = scope});
  symbol_ids_.Insert(IdMap::Key(scope.value, mangled.value), id.value);
  recent_[mangled.index()] = {scope.value, id.value};
  Scope& owner = scopes_[scope.index()];
  (owner.last_symbol.valid() ? symbols_[owner.last_symbol.index()].next : owner.first_symbol) = id;
  owner.last_symbol = id;
  return id;
}

// Around a generic class only its type parameters are mangled (3.13 on), so that they can be used
// in the body under their private names.
NameId SymbolTableBuilder::MangleFor(ScopeId scope, NameId name) {
  const int32_t only = scopes_[scope.index()].mangled_names;
  if (only >= 0) {
    const auto& names = mangled_names_[static_cast<size_t>(only)];
    if (std::find(names.begin(), names.end(), name) == names.end()) return name;
  }
  return names_.Mangle(current().private_class, name);
}

uint16_t SymbolTableBuilder::FlagsOf(ScopeId scope, NameId name) {
  const SymbolId symbol = Lookup(scope, MangleFor(scope, name));
  return symbol.valid() ? symbols_[symbol.index()].flags : 0;
}

SymbolId SymbolTableBuilder::Define(NameId name, uint16_t flag, ByteSpan where) {
  if ((flag & (symbol_flag::kParameter | symbol_flag::kAssigned | symbol_flag::kImported)) != 0) {
    CheckWritable(name, where, ExprContext::kStore);
  }
  const SymbolId symbol = DefineIn(current_, name, flag, where);
  symbols_[symbol.index()].flags &= static_cast<uint16_t>(~symbol_flag::kImplicit);
  return symbol;
}

SymbolId SymbolTableBuilder::DefineIn(ScopeId scope, NameId name, uint16_t flag, ByteSpan where) {
  const NameId mangled = MangleFor(current_, name);
  SymbolId id = Lookup(scope, mangled);
  if (!id.valid()) id = AddSymbol(scope, mangled);
  Symbol& symbol = symbols_[id.index()];
  const uint16_t both = symbol.flags & flag;
  if ((both & symbol_flag::kParameter) != 0) {
    ReportInScope(fmt::format("duplicate argument '{}' in function definition", names_.text(name)),
                  where);
  }
  if ((both & symbol_flag::kTypeParameter) != 0) {
    Report(fmt::format("duplicate type parameter '{}'", names_.text(name)), where);
  }
  symbol.flags |= flag;
  if (scopes_[scope.index()].in_target) {
    if ((symbol.flags & (symbol_flag::kGlobalStatement | symbol_flag::kNonlocal)) != 0) {
      ReportInScope(
          fmt::format("comprehension inner loop cannot rebind assignment expression target '{}'",
                      names_.text(name)),
          where);
    }
    symbol.flags |= symbol_flag::kComprehensionTarget;
  }
  if ((flag & symbol_flag::kGlobalStatement) != 0 && scope.value != 0) {
    // A name declared global is one the module knows.
    SymbolId global = Lookup(ScopeId{0}, mangled);
    if (!global.valid()) global = AddSymbol(ScopeId{0}, mangled);
    symbols_[global.index()].flags |= flag;
  }
  return id;
}

SymbolId SymbolTableBuilder::DefineImplicit(std::string_view text, uint16_t flag) {
  const NameId name = names_.Intern(text);
  const bool is_new = !Lookup(current_, MangleFor(current_, name)).valid();
  const SymbolId id = DefineIn(current_, name, flag, current().span);
  if (is_new) symbols_[id.index()].flags |= symbol_flag::kImplicit;
  return id;
}

// --- expressions ---

void SymbolTableBuilder::VisitName(NodeId n) {
  const NameId name = tree_.Name(n, AstField::kId);
  const ExprContext context = tree_.Context(n);
  const ByteSpan where = tree_.span(n);
  if (context != ExprContext::kLoad) CheckWritable(name, where, context);
  const uint16_t flag =
      context == ExprContext::kLoad ? symbol_flag::kReferenced : symbol_flag::kAssigned;
  const SymbolId symbol = DefineIn(current_, name, flag, where);
  node_symbols_[n.index()] = symbol;
  uint16_t& flags = symbols_[symbol.index()].flags;
  flags &= static_cast<uint16_t>(~symbol_flag::kImplicit);
  if (current().unevaluated) {
    flags |= symbol_flag::kUnevaluated;
  } else if (context == ExprContext::kLoad && name == super_ && IsFunctionLike(current())) {
    DefineImplicit("__class__", symbol_flag::kReferenced);
  }
}

// The target is visited after the value, and inside a comprehension belongs to the scope around it.
void SymbolTableBuilder::PlanNamedExpr(NodeId n) {
  RefusedInAnnotation("named expression", n);
  const NodeId target = tree_.Child(n, AstField::kTarget);
  if (current().iterable_depth > 0) {
    Report("assignment expression cannot be used in a comprehension iterable expression",
           tree_.span(n));
  } else if (current().comprehension != Comprehension::kNo && target.valid() &&
             tree_.kind(target) == AstKind::kName) {
    BindAssignmentExpression(target);
  }
  Plan({ScanNode(tree_.Child(n, AstField::kValue)), ScanNode(target)});
}

void SymbolTableBuilder::BindAssignmentExpression(NodeId target) {
  const NameId name = tree_.Name(target, AstField::kId);
  const ByteSpan where = tree_.span(target);
  for (size_t i = open_.size(); i-- > 0;) {
    const ScopeId id = open_[i];
    const Scope& scope = scopes_[id.index()];
    const uint16_t flags = FlagsOf(id, name);
    if (scope.comprehension != Comprehension::kNo) {
      const bool is_target = (flags & symbol_flag::kComprehensionTarget) != 0;
      if (is_target && ((flags & symbol_flag::kAssigned) != 0 || !AtLeast(PythonVersion::k312))) {
        return Report(
            fmt::format("assignment expression cannot rebind comprehension iteration variable '{}'",
                        names_.text(name)),
            where);
      }
      continue;
    }
    uint16_t here = symbol_flag::kNonlocal, there = symbol_flag::kAssigned;
    switch (scope.type) {
      case ScopeType::kFunction:
        if ((flags & symbol_flag::kGlobalStatement) != 0) here = symbol_flag::kGlobalStatement;
        break;
      case ScopeType::kModule:
        here = there = symbol_flag::kGlobalStatement;
        break;
      case ScopeType::kClass:
        return Report("assignment expression within a comprehension cannot be used in a class body",
                      where);
      case ScopeType::kTypeParameters:
        return Report(
            "assignment expression within a comprehension cannot be used within the definition of "
            "a generic",
            where);
      case ScopeType::kTypeAlias:
        return Report("assignment expression within a comprehension cannot be used in a type alias",
                      where);
      case ScopeType::kTypeVariable:
        return Report(
            "assignment expression within a comprehension cannot be used in a TypeVar bound",
            where);
      case ScopeType::kAnnotation:
        continue;
    }
    Define(name, here, where);
    directives_.push_back({current_, MangleFor(current_, name), target});
    DefineIn(id, name, there, where);
    return;
  }
}

// --- statements ---

void SymbolTableBuilder::PlanAnnAssign(NodeId n) {
  const NodeId target = tree_.Child(n, AstField::kTarget);
  const NodeId value = tree_.Child(n, AstField::kValue);
  const Task annotation{Op::kVariableAnnotation, n.value};
  if (!target.valid() || tree_.kind(target) != AstKind::kName) {
    return Plan({ScanNode(target), annotation, ScanNode(value)});
  }
  node_scopes_[target.index()] = current_;
  const NameId name = tree_.Name(target, AstField::kId);
  const bool simple = tree_.Int(n, AstField::kSimple) != 0;
  const uint16_t flags = FlagsOf(current_, name);
  const bool declared = (flags & (symbol_flag::kGlobalStatement | symbol_flag::kNonlocal)) != 0;
  if (declared && current_.value != 0 && simple) {
    const bool global = (flags & symbol_flag::kGlobalStatement) != 0;
    Report(fmt::format("annotated name '{}' can't be {}", names_.text(name),
                       global ? "global" : "nonlocal"),
           tree_.span(n));
  }
  if (simple || value.valid()) {
    const uint16_t flag =
        simple ? symbol_flag::kAnnotated | symbol_flag::kAssigned : symbol_flag::kAssigned;
    node_symbols_[target.index()] = Define(name, flag, tree_.span(target));
  }
  Plan({annotation, ScanNode(value)});
}

void SymbolTableBuilder::VisitAlias(NodeId n) {
  const NameId as_name = tree_.Name(n, AstField::kAsname);
  NameId name = as_name.valid() ? as_name : tree_.Name(n, AstField::kName);
  const std::string_view text = names_.text(name);
  if (text == "*") {
    if (current().type != ScopeType::kModule)
      ReportInScope("import * only allowed at module level", tree_.span(n));
    return;
  }
  if (const size_t dot = text.find('.'); dot != std::string_view::npos)
    name = names_.Intern(text.substr(0, dot));
  node_symbols_[n.index()] = Define(name, symbol_flag::kImported, tree_.span(n));
}

void SymbolTableBuilder::VisitDirective(NodeId n) {
  const bool global = tree_.kind(n) == AstKind::kGlobal;
  const std::string_view word = global ? "global" : "nonlocal";
  const ByteSpan where = tree_.span(n);
  for (const int32_t raw : tree_.RawList(n, AstField::kNames)) {
    const NameId name{raw};
    const uint16_t flags = FlagsOf(current_, name);
    const std::string_view text = names_.text(name);
    if ((flags & symbol_flag::kParameter) != 0) {
      Report(fmt::format("name '{}' is parameter and {}", text, word), where);
    } else if ((flags & symbol_flag::kReferenced) != 0) {
      Report(fmt::format("name '{}' is used prior to {} declaration", text, word), where);
    } else if ((flags & symbol_flag::kAnnotated) != 0) {
      Report(fmt::format("annotated name '{}' can't be {}", text, word), where);
    } else if ((flags & symbol_flag::kAssigned) != 0) {
      Report(fmt::format("name '{}' is assigned to before {} declaration", text, word), where);
    }
    Define(name, global ? symbol_flag::kGlobalStatement : symbol_flag::kNonlocal, where);
    directives_.push_back({current_, MangleFor(current_, name), n});
  }
}

void SymbolTableBuilder::VisitPatternName(NodeId n, AstField field) {
  const NameId name = tree_.Name(n, field);
  if (name.valid()) node_symbols_[n.index()] = Define(name, symbol_flag::kAssigned, tree_.span(n));
}

}  // namespace codeanatomy::symbols
