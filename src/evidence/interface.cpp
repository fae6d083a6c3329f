// The per-file interface for import resolution: module-level names, imports, __all__.
#include <string>

#include "evidence/file_context.h"

namespace codeanatomy::evidence {
namespace {

using parse::NodeId;
using parse::SyntaxTree;

/// Collects the names of `__all__`; anything but literal lists of literals makes it dynamic.
class AllNames {
 public:
  AllNames(const FileContext& context, resolve::FileInterface& interface)
      : context_(context), tree_(context.tree), interface_(interface) {}

  void Find() {
    for (NodeId n{0}; n.value < tree_.size(); ++n.value) {
      if (tree_.kind(n) != AstKind::kName || context_.NameOf(n) != "__all__") continue;
      if (context_.ids.declaration_of(n) != 0) continue;  // not at module level
      Use(n);
    }
  }

 private:
  void Use(NodeId name) {
    const NodeId parent = tree_.parent(name);
    switch (tree_.kind(parent)) {
      case AstKind::kAssign:
        if (tree_.slot(name) == AstField::kTargets) {
          interface_.all_names.clear();
          interface_.exports_kind = resolve::ExportsKind::kAllStatic;
          AddLiteral(tree_.Child(parent, AstField::kValue));
        }
        break;
      case AstKind::kAnnAssign:
        if (tree_.slot(name) == AstField::kTarget &&
            tree_.Child(parent, AstField::kValue).valid()) {
          interface_.all_names.clear();
          interface_.exports_kind = resolve::ExportsKind::kAllStatic;
          AddLiteral(tree_.Child(parent, AstField::kValue));
        }
        break;
      case AstKind::kAugAssign:
        if (tree_.slot(name) == AstField::kTarget)
          AddLiteral(tree_.Child(parent, AstField::kValue));
        break;
      case AstKind::kAttribute: {
        const NodeId call = tree_.parent(parent);
        if (tree_.kind(call) != AstKind::kCall || tree_.slot(parent) != AstField::kFunc) break;
        const auto args = tree_.Children(call, AstField::kArgs);
        const std::string_view method = context_.NameOf(parent);
        if (method == "extend" && args.size() == 1) {
          AddLiteral(args[0]);
        } else if (method == "append" && args.size() == 1) {
          AddString(args[0]);
        } else if (method != "index" && method != "count") {
          interface_.exports_kind = resolve::ExportsKind::kAllDynamic;
        }
        break;
      }
      default:
        break;
    }
  }

  void AddLiteral(NodeId value) {
    if (!value.valid() ||
        (tree_.kind(value) != AstKind::kList && tree_.kind(value) != AstKind::kTuple)) {
      interface_.exports_kind = resolve::ExportsKind::kAllDynamic;
      return;
    }
    for (NodeId element : tree_.Children(value, AstField::kElts)) AddString(element);
  }

  void AddString(NodeId value) {
    if (value.valid() && tree_.kind(value) == AstKind::kConstant) {
      const parse::Constant& constant = tree_.constant(tree_.ConstantAt(value, AstField::kValue));
      if (constant.kind == parse::ConstantKind::kStr) {
        interface_.all_names.emplace_back(context_.KeepValid(constant.text));
        return;
      }
    }
    interface_.exports_kind = resolve::ExportsKind::kAllDynamic;
  }

  const FileContext& context_;
  const SyntaxTree& tree_;
  resolve::FileInterface& interface_;
};

bool IsTypeChecking(const FileContext& context, NodeId test) {
  if (!test.valid()) return false;
  const AstKind kind = context.tree.kind(test);
  return (kind == AstKind::kName || kind == AstKind::kAttribute) &&
         context.NameOf(test) == "TYPE_CHECKING";
}

/// Whether the statement runs only sometimes, by the statements between it and its declaration.
void FindConditions(const FileContext& context, NodeId statement, resolve::ImportRecord& import) {
  const SyntaxTree& tree = context.tree;
  NodeId child = statement;
  for (NodeId n = tree.parent(statement); n.valid() && !IsScopeDeclaration(tree.kind(n));
       child = n, n = tree.parent(n)) {
    switch (tree.kind(n)) {
      case AstKind::kIf:
        import.is_conditional = true;
        if (tree.slot(child) == AstField::kBody &&
            IsTypeChecking(context, tree.Child(n, AstField::kTest))) {
          import.is_type_checking = true;
        }
        break;
      case AstKind::kTry:
      case AstKind::kTryStar:
      case AstKind::kFor:
      case AstKind::kAsyncFor:
      case AstKind::kWhile:
      case AstKind::kMatch:
        import.is_conditional = true;
        break;
      default:
        break;
    }
  }
}

}  // namespace

resolve::FileInterface MakeInterface(const FileContext& context) {
  const SyntaxTree& tree = context.tree;
  resolve::FileInterface interface;
  interface.path = context.file.path;
  interface.file_id = context.ids.file_id();
  interface.body_id = context.ids.id(tree.root());
  interface.is_parsed = true;
  std::vector<int32_t> import_of(static_cast<size_t>(tree.size()), -1);
  for (NodeId n{0}; n.value < tree.size(); ++n.value) {
    if (tree.kind(n) != AstKind::kAlias) continue;
    const NodeId statement = tree.parent(n);
    resolve::ImportRecord import;
    import.import_id = context.ids.id(n);
    import.is_from = tree.kind(statement) == AstKind::kImportFrom;
    const std::string_view name = context.NameIn(n, AstField::kName);
    if (import.is_from) {
      const std::string_view module = context.NameIn(statement, AstField::kModule);
      if (module.data() != nullptr) import.module = module;
      if (name.data() != nullptr) import.name = name;
      import.level = tree.Int(statement, AstField::kLevel);
    } else if (name.data() != nullptr) {
      import.module = name;
    }
    if (!import.is_star()) import.local = AliasLocalName(tree, n);
    const symbols::SymbolId symbol = context.symbols.symbol_of(n);
    import.binds_module_level = context.ids.declaration_of(n) == 0;
    if (symbol.valid() && context.declarations.BindingOf(symbol).valid()) {
      const auto owner = context.declarations.OwnerOf(context.declarations.BindingOf(symbol));
      import.binds_module_level = owner.value == 0;
    }
    FindConditions(context, statement, import);
    import_of[n.index()] = static_cast<int32_t>(interface.imports.size());
    interface.imports.push_back(std::move(import));
  }
  for (const resolve::Declaration& declaration : context.declarations.all()) {
    if (context.declarations.OwnerOf(declaration.binding).value != 0) continue;
    const bool is_import = declaration.kind == NodeKind::kImport;
    interface.exports.push_back({std::string(context.symbols.name(declaration.binding)),
                                 context.DeclarationId(declaration), declaration.kind,
                                 is_import ? import_of[declaration.node.index()] : -1});
  }
  AllNames(context, interface).Find();
  return interface;
}

}  // namespace codeanatomy::evidence
