// cst_docstrings, cst_decorators, cst_type_exprs: what is written around definitions.
#include <algorithm>

#include "evidence/docstring.h"
#include "evidence/file_context.h"

namespace codeanatomy::evidence {
namespace {

using parse::NodeId;
using parse::SyntaxTree;

constexpr std::string_view kOwnerKinds[] = {"module", "class", "function", "async_function"};
constexpr std::string_view kRoles[] = {"param", "return", "variable", "base"};

uint16_t OwnerKind(AstKind kind) {
  switch (kind) {
    case AstKind::kClassDef:
      return 1;
    case AstKind::kFunctionDef:
      return 2;
    case AstKind::kAsyncFunctionDef:
      return 3;
    default:
      return 0;
  }
}

bool IsDef(AstKind kind) { return OwnerKind(kind) != 0; }

struct TypeExpression {
  NodeId node;
  NodeId owner;  // function or class; none at module level
  std::string_view name = {};
  uint16_t role = 0;
};

/// Annotations and bases in source order.
std::vector<TypeExpression> CollectTypeExpressions(const FileContext& context) {
  const SyntaxTree& tree = context.tree;
  std::vector<TypeExpression> found;
  const auto add = [&](NodeId node, NodeId owner, std::string_view name, uint16_t role) {
    if (node.valid()) found.push_back({node, owner, name, role});
  };
  for (NodeId n{0}; n.value < tree.size(); ++n.value) {
    switch (tree.kind(n)) {
      case AstKind::kArg:
        add(tree.Child(n, AstField::kAnnotation), context.EnclosingDef(n), context.NameOf(n), 0);
        break;
      case AstKind::kFunctionDef:
      case AstKind::kAsyncFunctionDef:
        add(tree.Child(n, AstField::kReturns), n, {}, 1);
        break;
      case AstKind::kAnnAssign: {
        const NodeId target = tree.Child(n, AstField::kTarget);
        add(tree.Child(n, AstField::kAnnotation), context.EnclosingDef(n),
            target.valid() ? context.dotted[target.index()] : std::string_view(), 2);
        break;
      }
      case AstKind::kClassDef:
        for (NodeId base : tree.Children(n, AstField::kBases)) add(base, n, {}, 3);
        break;
      default:
        break;
    }
  }
  std::ranges::stable_sort(found, [&](const TypeExpression& a, const TypeExpression& b) {
    const ByteSpan x = tree.span(a.node), y = tree.span(b.node);
    return std::pair(x.begin, x.end) < std::pair(y.begin, y.end);
  });
  return found;
}

}  // namespace

void AddDocstringRows(const FileContext& context, TableList& tables) {
  const SyntaxTree& tree = context.tree;
  std::vector<NodeId> docstrings;
  for (const Container& container : context.ids.containers()) {
    const NodeId docstring = DocstringOf(tree, container.node);
    if (docstring.valid()) docstrings.push_back(docstring);
  }
  SortBySpan(tree, docstrings);
  BatchBuilder builder = context.Begin("cst_docstrings");
  Int64Column& docstring_id = builder.Longs("docstring_id");
  Int64Column& owner_id = builder.Longs("owner_def_id");
  CodeColumn& owner_kind = builder.Codes("owner_kind", kOwnerKinds);
  SpanColumns owner_span(builder, "owner_def_bstart", "owner_def_bend");
  TextColumn& text = builder.Texts("docstring");
  SpanColumns span(builder);
  for (NodeId docstring : docstrings) {
    const NodeId owner = tree.parent(tree.parent(docstring));
    docstring_id.Append(context.ids.id(docstring));
    owner_kind.Append(OwnerKind(tree.kind(owner)));
    if (IsDef(tree.kind(owner))) {
      owner_id.Append(context.ids.id(owner));
      owner_span.Append(context, tree.span(owner));
    } else {
      owner_id.AppendNull();
      owner_span.AppendNull();
    }
    const parse::ConstantId constant = tree.ConstantAt(docstring, AstField::kValue);
    text.Append(context.KeepValid(CleanDocstring(tree.constant(constant).text)));
    span.Append(context, tree.span(docstring));
  }
  AddTable(tables, context, builder, docstrings.size());
}

void AddDecoratorRows(const FileContext& context, TableList& tables) {
  const SyntaxTree& tree = context.tree;
  std::vector<NodeId> decorators;
  for (const Container& container : context.ids.containers()) {
    if (!IsDef(tree.kind(container.node))) continue;
    for (NodeId n : tree.Children(container.node, AstField::kDecoratorList)) {
      if (n.valid()) decorators.push_back(n);
    }
  }
  SortBySpan(tree, decorators);
  BatchBuilder builder = context.Begin("cst_decorators");
  Int64Column& decorator_id = builder.Longs("decorator_id");
  Int64Column& owner_id = builder.Longs("owner_def_id");
  CodeColumn& owner_kind = builder.Codes("owner_kind", kOwnerKinds);
  SpanColumns owner_span(builder, "owner_def_bstart", "owner_def_bend");
  TextColumn& text = builder.Texts("decorator_text");
  Int32Column& index = builder.Ints("decorator_index");
  SpanColumns span(builder);
  for (NodeId decorator : decorators) {
    const NodeId owner = tree.parent(decorator);
    decorator_id.Append(context.ids.id(decorator));
    owner_id.Append(context.ids.id(owner));
    owner_kind.Append(OwnerKind(tree.kind(owner)));
    owner_span.Append(context, tree.span(owner));
    text.Append(context.ShortSourceOf(decorator));
    index.Append(tree.slot_index(decorator));
    span.Append(context, tree.span(decorator));
  }
  AddTable(tables, context, builder, decorators.size());
}

void AddTypeExpressionRows(const FileContext& context, TableList& tables) {
  const SyntaxTree& tree = context.tree;
  const std::vector<TypeExpression> found = CollectTypeExpressions(context);
  BatchBuilder builder = context.Begin("cst_type_exprs");
  Int64Column& type_expr_id = builder.Longs("type_expr_id");
  Int64Column& owner_id = builder.Longs("owner_def_id");
  CodeColumn& owner_kind = builder.Codes("owner_def_kind", kOwnerKinds);
  TextColumn& name = builder.Texts("param_name");
  builder.SetConstant("expr_kind", "annotation");
  CodeColumn& role = builder.Codes("expr_role", kRoles);
  SpanColumns span(builder);
  TextColumn& text = builder.Texts("expr_text");
  for (const TypeExpression& expression : found) {
    type_expr_id.Append(context.ids.id(expression.node));
    if (expression.owner.valid()) {
      owner_id.Append(context.ids.id(expression.owner));
      owner_kind.Append(OwnerKind(tree.kind(expression.owner)));
    } else {
      owner_id.AppendNull();
      owner_kind.AppendNull();
    }
    AppendOptional(name, expression.name);
    role.Append(expression.role);
    span.Append(context, tree.span(expression.node));
    text.Append(context.ShortSourceOf(expression.node));
  }
  AddTable(tables, context, builder, found.size());
}

}  // namespace codeanatomy::evidence
