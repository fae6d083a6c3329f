// Pass 2: where each name's binding lives.
//
//   def f():            f: x is a cell       (bound here, used by an inner function)
//       x = 1
//       class C:        C: x is free         (only passes through)
//           def m(s):
//               x       m: x is free, defined by f
//
// Scopes are walked in CPython's order. Going in, each symbol is resolved against `bound_by_`: for
// every name the innermost enclosing function-like scope that binds it, kept as one array with an
// undo log, so that entering a scope costs only its own symbols. Coming out, the names that were
// free inside become cells of the scope that binds them, or free symbols of the scopes they pass
// through; the free names of all open scopes share one stack, a scope's part being its top.
//
// 3.12 and later inline list, set and dict comprehensions: their symbols are merged into the scope
// around them (symbol_flag::kMerged) and a name that the comprehension alone takes from that scope
// needs no cell. Source: Language Reference 4.2.2, PEP 227, 695, 709, 649.
#include <algorithm>

#include <fmt/format.h>

#include "symbols/builder.h"

namespace codeanatomy::symbols {

struct SymbolTableBuilder::Analysis {
  explicit Analysis(SymbolTableBuilder& builder) : b(builder) {
    Reserve();
    class_cells.push_back(b.names_.Intern("__class__"));
    if (b.AtLeast(PythonVersion::k312)) class_cells.push_back(b.names_.Intern("__classdict__"));
    if (b.AtLeast(PythonVersion::k314))
      class_cells.push_back(b.names_.Intern("__conditional_annotations__"));
    Reserve();
  }

  struct Bound {
    ScopeId scope;  // none: no function-like scope binds the name
    bool is_type_parameter = false;
  };
  struct Undo {
    NameId name;
    Bound before;
  };
  struct Frame {
    ScopeId scope, next_child, class_entry;
    size_t undo_begin, free_begin, free_in_children_begin;
    std::vector<NameId> inlined_cells;
  };

  void Reserve() {
    bound_by.resize(static_cast<size_t>(b.names_.size()));
    stamps.resize(static_cast<size_t>(b.names_.size()), 0);
  }

  void Run() {
    Enter(ScopeId{0});
    while (!frames.empty()) {
      const ScopeId child = frames.back().next_child;
      if (child.valid()) {
        frames.back().next_child = b.scopes_[child.index()].next_sibling;
        Enter(child);
      } else {
        Leave();
      }
    }
  }

  // --- going in ---

  void Enter(ScopeId id) {
    const Scope& scope = b.scopes_[id.index()];
    ScopeId class_entry;
    if (!frames.empty() &&
        (scope.sees_class || (!scope.listed && scope.type == ScopeType::kAnnotation))) {
      const Frame& outer = frames.back();
      const bool in_class = b.scopes_[outer.scope.index()].type == ScopeType::kClass;
      class_entry = in_class ? outer.scope : outer.class_entry;
    }
    for (SymbolId y = scope.first_symbol; y.valid(); y = b.symbols_[y.index()].next)
      Resolve(scope, y, class_entry);

    frames.push_back({id,
                      scope.first_child,
                      class_entry,
                      undo.size(),
                      free.size(),
                      free_in_children.size(),
                      {}});
    for (SymbolId y = scope.first_symbol; y.valid(); y = b.symbols_[y.index()].next)
      Publish(id, scope, b.symbols_[y.index()]);
    if (scope.type == ScopeType::kClass) {
      for (const NameId cell : class_cells)
        Bind(cell, {id, bound_by[cell.index()].is_type_parameter});
    }
  }

  void Bind(NameId name, Bound bound) {
    undo.push_back({name, bound_by[name.index()]});
    bound_by[name.index()] = bound;
  }

  // What the scopes inside see of a symbol. Class bodies bind nothing for them, but hide type
  // parameters.
  void Publish(ScopeId id, const Scope& scope, const Symbol& symbol) {
    const Bound now = bound_by[symbol.name.index()];
    if (symbol.resolution == Resolution::kLocal) {
      const bool is_type_parameter = (symbol.flags & symbol_flag::kTypeParameter) != 0;
      if (b.IsFunctionLike(scope)) {
        Bind(symbol.name, {id, is_type_parameter});
      } else if (now.is_type_parameter != is_type_parameter) {
        Bind(symbol.name, {now.scope, is_type_parameter});
      }
    } else if (symbol.resolution == Resolution::kGlobalExplicit && now.scope.valid() &&
               scope.type != ScopeType::kClass) {
      Bind(symbol.name, {ScopeId{}, now.is_type_parameter});
    }
  }

  void Resolve(const Scope& scope, SymbolId id, ScopeId class_entry) {
    Symbol& symbol = b.symbols_[id.index()];
    const Bound bound = bound_by[symbol.name.index()];
    if ((symbol.flags & symbol_flag::kGlobalStatement) != 0) {
      if ((symbol.flags & symbol_flag::kNonlocal) != 0)
        Refuse(symbol, "name '{}' is nonlocal and global");
      return SetGlobal(symbol, id, Resolution::kGlobalExplicit);
    }
    if ((symbol.flags & symbol_flag::kNonlocal) != 0)
      return ResolveNonlocal(scope, symbol, id, bound);
    if ((symbol.flags & symbol_flag::kBound) != 0) {
      symbol.resolution = Resolution::kLocal;
      symbol.definition = id;
      return;
    }
    if (class_entry.valid() && ResolveInClass(symbol, id, class_entry)) return;
    if (bound.scope.valid()) return SetFree(symbol, bound.scope);
    SetGlobal(symbol, id, Resolution::kGlobalImplicit);
  }

  void ResolveNonlocal(const Scope& scope, Symbol& symbol, SymbolId id, Bound bound) {
    if (scope.type == ScopeType::kModule) {
      Refuse(symbol, "nonlocal declaration not allowed at module level");
    } else if (!bound.scope.valid()) {
      Refuse(symbol, "no binding for nonlocal '{}' found");
    } else {
      if (bound.is_type_parameter)
        Refuse(symbol, "nonlocal binding not allowed for type parameter '{}'");
      return SetFree(symbol, bound.scope);
    }
    SetGlobal(symbol, id, Resolution::kGlobalImplicit);
  }

  // Type and annotation scopes in a class look a name up in the class, then among the globals.
  bool ResolveInClass(Symbol& symbol, SymbolId id, ScopeId klass) {
    const SymbolId in_class = b.Lookup(klass, symbol.name);
    if (!in_class.valid()) return false;
    const uint16_t flags = b.symbols_[in_class.index()].flags;
    if ((flags & symbol_flag::kGlobalStatement) != 0) {
      SetGlobal(symbol, id, Resolution::kGlobalExplicit);
      return true;
    }
    if ((flags & symbol_flag::kBound) == 0 || (flags & symbol_flag::kNonlocal) != 0) return false;
    SetGlobal(symbol, id, Resolution::kGlobalImplicit);
    if ((flags & symbol_flag::kMerged) == 0) symbol.definition = in_class;
    return true;
  }

  void SetFree(Symbol& symbol, ScopeId owner) {
    symbol.resolution = Resolution::kFree;
    symbol.definition = b.Lookup(owner, symbol.name);
  }

  void SetGlobal(Symbol& symbol, SymbolId id, Resolution resolution) {
    symbol.resolution = resolution;
    const SymbolId global = b.Lookup(ScopeId{0}, symbol.name);
    if (!global.valid()) return;
    const uint16_t flags = b.symbols_[global.index()].flags;
    const bool known = (flags & (symbol_flag::kBound | symbol_flag::kGlobalStatement)) != 0;
    if (known && ((flags & symbol_flag::kMerged) == 0 || global == id)) symbol.definition = global;
  }

  // The error stands at the first statement that declares the name in this scope.
  void Refuse(const Symbol& symbol, std::string_view message) {
    if (!b.scopes_[symbol.scope.index()].listed) return;
    ByteSpan where = b.scopes_[symbol.scope.index()].span;
    for (const Directive& directive : b.directives_) {
      if (directive.scope == symbol.scope && directive.name == symbol.name) {
        where = b.tree_.span(directive.node);
        break;
      }
    }
    b.Report(fmt::format(fmt::runtime(message), b.names_.text(symbol.name)), where);
  }

  // --- coming out ---

  void Leave() {
    Frame frame = std::move(frames.back());
    frames.pop_back();
    while (undo.size() > frame.undo_begin) {
      bound_by[undo.back().name.index()] = undo.back().before;
      undo.pop_back();
    }
    const Scope& scope = b.scopes_[frame.scope.index()];
    const bool is_class = scope.type == ScopeType::kClass;
    if (is_class) {
      DropFree(frame.free_begin, [&](NameId name) {
        return std::find(class_cells.begin(), class_cells.end(), name) != class_cells.end();
      });
    } else if (b.IsFunctionLike(scope)) {
      MakeCells(frame);
    }
    PassThrough(frame, is_class);
    AddOwnFree(frame);
    if (!scope.listed) free.resize(frame.free_begin);
    if (frames.empty()) return;
    const ScopeId outer = frames.back().scope;
    const Scope& around = b.scopes_[outer.index()];
    const bool inlined = b.AtLeast(PythonVersion::k312) &&
                         scope.comprehension != Comprehension::kNo &&
                         scope.comprehension != Comprehension::kGenerator && !around.sees_class;
    if (inlined) {
      Inline(frame);
      b.scopes_[frame.scope.index()].inlined = true;
    } else {
      free_in_children.resize(frame.free_in_children_begin);
      if (around.comprehension != Comprehension::kNo) NoteFreeSymbols(frame);
    }
  }

  template <typename Predicate>
  void DropFree(size_t begin, Predicate drop) {
    free.erase(std::remove_if(free.begin() + static_cast<std::ptrdiff_t>(begin), free.end(), drop),
               free.end());
  }

  bool BecomeCell(ScopeId scope, NameId name) {
    const SymbolId y = b.Lookup(scope, name);
    if (!y.valid()) return false;
    Resolution& resolution = b.symbols_[y.index()].resolution;
    if (resolution == Resolution::kLocal) resolution = Resolution::kCell;
    return resolution == Resolution::kCell;
  }

  void MakeCells(const Frame& frame) {
    for (const NameId name : frame.inlined_cells) BecomeCell(frame.scope, name);
    DropFree(frame.free_begin, [&](NameId name) { return BecomeCell(frame.scope, name); });
  }

  // Names free inside and bound outside: free symbols here too.
  void PassThrough(const Frame& frame, bool is_class) {
    for (size_t i = frame.free_begin; i < free.size(); ++i) {
      const NameId name = free[i];
      const SymbolId y = b.Lookup(frame.scope, name);
      if (y.valid()) {
        if (is_class) b.symbols_[y.index()].flags |= symbol_flag::kFreeInClass;
      } else if (bound_by[name.index()].scope.valid()) {
        Symbol& added = b.symbols_[b.AddSymbol(frame.scope, name).index()];
        added.flags = symbol_flag::kImplicit;
        SetFree(added, bound_by[name.index()].scope);
      }
    }
  }

  void AddOwnFree(const Frame& frame) {
    ++stamp;
    DropFree(frame.free_begin, [&](NameId name) { return !Stamp(name); });
    for (SymbolId y = b.scopes_[frame.scope.index()].first_symbol; y.valid();
         y = b.symbols_[y.index()].next) {
      const Symbol& symbol = b.symbols_[y.index()];
      // What an inlined comprehension brought here is in the list by itself, if it still is free.
      const bool own = (symbol.flags & (symbol_flag::kUnevaluated | symbol_flag::kMerged)) == 0;
      if (symbol.resolution == Resolution::kFree && own && Stamp(symbol.name))
        free.push_back(symbol.name);
    }
  }

  // True the first time since the last ++stamp.
  bool Stamp(NameId name) {
    if (stamps[name.index()] == stamp) return false;
    stamps[name.index()] = stamp;
    return true;
  }

  void NoteFreeSymbols(const Frame& frame) {
    for (SymbolId y = b.scopes_[frame.scope.index()].first_symbol; y.valid();
         y = b.symbols_[y.index()].next) {
      if (b.symbols_[y.index()].resolution == Resolution::kFree)
        free_in_children.push_back(b.symbols_[y.index()].name);
    }
  }

  // --- inlined comprehensions ---

  // Merges the comprehension that was just left into the scope around it.
  void Inline(const Frame& comprehension) {
    Frame& outer = frames.back();
    const bool in_class = b.scopes_[outer.scope.index()].type == ScopeType::kClass;
    ++stamp;
    for (size_t i = comprehension.free_in_children_begin; i < free_in_children.size(); ++i)
      Stamp(free_in_children[i]);
    const uint32_t free_in_child = stamp;
    std::vector<NameId> not_free;
    const SymbolId first = b.scopes_[comprehension.scope.index()].first_symbol;
    for (SymbolId y = first; y.valid(); y = b.symbols_[y.index()].next) {
      const Symbol symbol = b.symbols_[y.index()];
      if ((symbol.flags & symbol_flag::kParameter) != 0) continue;
      const bool is_cell =
          symbol.resolution == Resolution::kCell ||
          std::find(comprehension.inlined_cells.begin(), comprehension.inlined_cells.end(),
                    symbol.name) != comprehension.inlined_cells.end();
      if (is_cell) outer.inlined_cells.push_back(symbol.name);
      Resolution resolution = symbol.resolution;
      if (b.AtLeast(PythonVersion::k313) && in_class && resolution == Resolution::kFree &&
          symbol.name == class_cells.front()) {
        resolution = Resolution::kGlobalImplicit;
        not_free.push_back(symbol.name);
      }
      const SymbolId existing = b.Lookup(outer.scope, symbol.name);
      if (!existing.valid()) {
        Symbol& added = b.symbols_[b.AddSymbol(outer.scope, symbol.name).index()];
        added.flags = symbol.flags | symbol_flag::kMerged;
        added.resolution = resolution;
        added.definition = symbol.definition;
      } else if ((b.symbols_[existing.index()].flags & symbol_flag::kBound) != 0 && !in_class &&
                 stamps[symbol.name.index()] != free_in_child) {
        not_free.push_back(symbol.name);
      }
    }
    if (not_free.empty()) return;
    ++stamp;
    for (const NameId name : not_free) Stamp(name);
    DropFree(comprehension.free_begin, [&](NameId name) { return stamps[name.index()] == stamp; });
  }

  SymbolTableBuilder& b;
  std::vector<Bound> bound_by;  // by name
  std::vector<Undo> undo;
  std::vector<NameId> free, free_in_children;
  std::vector<NameId> class_cells;  // names that a class body binds for its functions
  std::vector<uint32_t> stamps;     // by name
  uint32_t stamp = 0;
  std::vector<Frame> frames;
};

void SymbolTableBuilder::Analyze() { Analysis(*this).Run(); }

}  // namespace codeanatomy::symbols
