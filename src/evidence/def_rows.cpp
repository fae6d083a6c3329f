// ast_defs and cst_defs: functions, lambdas and classes.
#include <string>

#include "evidence/docstring.h"
#include "evidence/file_context.h"
#include "evidence/json_text.h"

namespace codeanatomy::evidence {
namespace {

using parse::NodeId;
using parse::SyntaxTree;

constexpr std::string_view kDefKinds[] = {"function", "async_function", "class"};

uint16_t DefKind(AstKind kind) {
  return kind == AstKind::kClassDef ? 2 : kind == AstKind::kAsyncFunctionDef ? 1 : 0;
}

/// Nodes of functions whose own code yields.
std::vector<uint8_t> FindGenerators(const FileContext& context) {
  const SyntaxTree& tree = context.tree;
  std::vector<uint8_t> yields(static_cast<size_t>(context.symbols.scope_count()), 0);
  for (NodeId n{0}; n.value < tree.size(); ++n.value) {
    if (tree.kind(n) != AstKind::kYield && tree.kind(n) != AstKind::kYieldFrom) continue;
    const symbols::ScopeId scope = context.symbols.scope_of(n);
    if (scope.valid()) yields[scope.index()] = 1;
  }
  return yields;
}

/// `(a, /, b: int = 1, *args, c, **kw) -> int`, from the source of annotations and defaults.
class SignatureWriter {
 public:
  explicit SignatureWriter(const FileContext& context) : context_(context), tree_(context.tree) {}

  std::string Write(NodeId function) {
    text_.assign(1, '(');
    is_first_ = true;
    const NodeId arguments = tree_.Child(function, AstField::kArgs);
    if (arguments.valid()) Parameters(arguments);
    text_.push_back(')');
    if (tree_.kind(function) != AstKind::kLambda) {
      const NodeId returns = tree_.Child(function, AstField::kReturns);
      if (returns.valid()) text_.append(" -> ").append(context_.ShortSourceOf(returns));
    }
    return std::move(text_);
  }

 private:
  void Parameters(NodeId arguments) {
    const auto posonly = tree_.Children(arguments, AstField::kPosonlyargs);
    const auto args = tree_.Children(arguments, AstField::kArgs);
    const auto defaults = tree_.Children(arguments, AstField::kDefaults);
    const size_t positional = posonly.size() + args.size();
    for (size_t i = 0; i < positional; ++i) {
      const NodeId arg = i < posonly.size() ? posonly[i] : args[i - posonly.size()];
      const size_t from_end = positional - i;
      Parameter("", arg,
                from_end <= defaults.size() ? defaults[defaults.size() - from_end] : NodeId{});
      if (i + 1 == posonly.size()) Separate("/");
    }
    const NodeId vararg = tree_.Child(arguments, AstField::kVararg);
    const auto kwonly = tree_.Children(arguments, AstField::kKwonlyargs);
    const auto kw_defaults = tree_.Children(arguments, AstField::kKwDefaults);
    if (vararg.valid()) Parameter("*", vararg, NodeId{});
    if (!vararg.valid() && !kwonly.empty()) Separate("*");
    for (size_t i = 0; i < kwonly.size(); ++i) {
      Parameter("", kwonly[i], i < kw_defaults.size() ? kw_defaults[i] : NodeId{});
    }
    const NodeId kwarg = tree_.Child(arguments, AstField::kKwarg);
    if (kwarg.valid()) Parameter("**", kwarg, NodeId{});
  }

  void Separate(std::string_view text) {
    if (!is_first_) text_ += ", ";
    is_first_ = false;
    text_ += text;
  }

  void Parameter(std::string_view stars, NodeId arg, NodeId value) {
    if (!arg.valid() || tree_.kind(arg) != AstKind::kArg) return;
    Separate(stars);
    text_.append(context_.NameOf(arg));
    const NodeId annotation = tree_.Child(arg, AstField::kAnnotation);
    if (annotation.valid()) text_.append(": ").append(context_.ShortSourceOf(annotation));
    if (!value.valid()) return;
    text_.append(annotation.valid() ? " = " : "=").append(context_.ShortSourceOf(value));
  }

  const FileContext& context_;
  const SyntaxTree& tree_;
  std::string text_;
  bool is_first_ = true;
};

/// JSON texts of the syntax around a definition, under sorted keys.
class DefAttrs {
 public:
  DefAttrs(const FileContext& context, MapColumn& map) : context_(context), map_(map) {}

  void Append(NodeId def) {
    const SyntaxTree& tree = context_.tree;
    const AstKind kind = tree.kind(def);
    const bool is_function = kind != AstKind::kClassDef;
    if (is_function) Annotations(tree.Child(def, AstField::kArgs));
    if (!is_function) Sources("base_sources", tree.Children(def, AstField::kBases));
    if (kind != AstKind::kLambda) {
      Sources("decorator_sources", tree.Children(def, AstField::kDecoratorList));
    }
    if (is_function) Defaults(tree.Child(def, AstField::kArgs));
    if (is_function && kind != AstKind::kLambda) {
      const NodeId returns = tree.Child(def, AstField::kReturns);
      if (returns.valid())
        map_.Append("returns_source", Json(JsonText(context_.ShortSourceOf(returns))));
    }
    map_.CloseRow();
  }

 private:
  std::string_view Json(const std::string& text) { return context_.arena->Copy(text); }

  void Sources(std::string_view key, std::span<const NodeId> nodes) {
    std::string json;
    for (NodeId n : nodes) {
      if (!n.valid()) continue;
      json.append(1, json.empty() ? '[' : ',').append(JsonText(context_.ShortSourceOf(n)));
    }
    if (!json.empty()) map_.Append(key, Json(json.append(1, ']')));
  }

  void Annotations(NodeId arguments) {
    if (!arguments.valid()) return;
    const SyntaxTree& tree = context_.tree;
    std::string json;
    for (NodeId n{arguments.value + 1}; n < tree.subtree_end(arguments); n = tree.subtree_end(n)) {
      if (tree.kind(n) != AstKind::kArg) continue;
      const NodeId annotation = tree.Child(n, AstField::kAnnotation);
      if (!annotation.valid()) continue;
      json.append(1, json.empty() ? '{' : ',').append(JsonText(context_.NameOf(n))).append(1, ':');
      json.append(JsonText(context_.ShortSourceOf(annotation)));
    }
    if (!json.empty()) map_.Append("annotation_sources", Json(json.append(1, '}')));
  }

  void Defaults(NodeId arguments) {
    if (!arguments.valid()) return;
    std::vector<NodeId> defaults;
    for (AstField field : {AstField::kDefaults, AstField::kKwDefaults}) {
      const auto nodes = context_.tree.Children(arguments, field);
      defaults.insert(defaults.end(), nodes.begin(), nodes.end());
    }
    Sources("default_sources", defaults);
  }

  const FileContext& context_;
  MapColumn& map_;
};

std::vector<NodeId> Definitions(const FileContext& context) {
  std::vector<NodeId> defs;
  for (const Container& container : context.ids.containers()) {
    const AstKind kind = context.tree.kind(container.node);
    if (IsScopeDeclaration(kind) && kind != AstKind::kModule) defs.push_back(container.node);
  }
  SortBySpan(context.tree, defs);
  return defs;
}

void AddAstDefs(const FileContext& context, std::span<const NodeId> defs, TableList& tables) {
  const SyntaxTree& tree = context.tree;
  static constexpr std::string_view kKinds[] = {"FunctionDef", "AsyncFunctionDef", "Lambda",
                                                "ClassDef"};
  BatchBuilder builder = context.Begin("ast_defs");
  Int64Column& def_id = builder.Longs("def_id");
  Int64Column& parent_id = builder.Longs("parent_id");
  CodeColumn& kinds = builder.Codes("kind", kKinds);
  TextColumn& name = builder.Texts("name");
  TextColumn& qualpath = builder.Texts("qualpath");
  FullSpanColumns span(builder);
  Int32Column& decorators = builder.Ints("decorator_count");
  Int32Column& args = builder.Ints("arg_count");
  Int32Column& posonly = builder.Ints("posonly_count");
  Int32Column& kwonly = builder.Ints("kwonly_count");
  Int32Column& bases = builder.Ints("base_count");
  Int32Column& keywords = builder.Ints("keyword_count");
  Int32Column& type_params = builder.Ints("type_params_count");
  BoolColumn& is_async = builder.Bools("is_async");
  BoolColumn& is_generator = builder.Bools("is_generator");
  TextColumn& signature = builder.Texts("signature");
  DefAttrs attrs(context, builder.Maps("attrs"));
  SignatureWriter signatures(context);
  const std::vector<uint8_t> yields = FindGenerators(context);
  const auto count = [&](NodeId n, AstField field) {
    return static_cast<int32_t>(tree.RawList(n, field).size());
  };
  for (NodeId def : defs) {
    const AstKind kind = tree.kind(def);
    const bool is_class = kind == AstKind::kClassDef;
    const bool is_lambda = kind == AstKind::kLambda;
    const int32_t container = context.ids.ContainerAt(def);
    def_id.Append(context.ids.id(def));
    parent_id.Append(context.ids.id(tree.parent(def)));
    kinds.Append(is_class ? 3 : is_lambda ? 2 : kind == AstKind::kAsyncFunctionDef ? 1 : 0);
    AppendOptional(name, is_lambda ? std::string_view("<lambda>") : context.NameOf(def));
    qualpath.Append(context.ids.containers()[static_cast<size_t>(container)].qualpath);
    span.Append(context, tree.span(def));
    decorators.Append(is_lambda ? 0 : count(def, AstField::kDecoratorList));
    const NodeId arguments = is_class ? NodeId{} : tree.Child(def, AstField::kArgs);
    args.Append(arguments.valid() ? count(arguments, AstField::kArgs) : 0);
    posonly.Append(arguments.valid() ? count(arguments, AstField::kPosonlyargs) : 0);
    kwonly.Append(arguments.valid() ? count(arguments, AstField::kKwonlyargs) : 0);
    bases.Append(is_class ? count(def, AstField::kBases) : 0);
    keywords.Append(is_class ? count(def, AstField::kKeywords) : 0);
    type_params.Append(is_lambda ? 0 : count(def, AstField::kTypeParams));
    is_async.Append(kind == AstKind::kAsyncFunctionDef);
    const symbols::ScopeId scope = context.symbols.opened_by(def);
    is_generator.Append(!is_class && scope.valid() && yields[scope.index()] != 0);
    if (is_class) {
      signature.AppendNull();
    } else {
      signature.Append(context.arena->Copy(signatures.Write(def)));
    }
    attrs.Append(def);
  }
  AddTable(tables, context, builder, defs.size());
}

void AddCstDefs(const FileContext& context, std::span<const NodeId> defs, TableList& tables) {
  const SyntaxTree& tree = context.tree;
  BatchBuilder builder = context.Begin("cst_defs");
  Int64Column& def_id = builder.Longs("def_id");
  Int64Column& container_id = builder.Longs("container_def_id");
  CodeColumn& container_kind = builder.Codes("container_def_kind", kDefKinds);
  SpanColumns container_span(builder, "container_def_bstart", "container_def_bend");
  CodeColumn& kinds = builder.Codes("kind", kDefKinds);
  TextColumn& name = builder.Texts("name");
  SpanColumns def_span(builder, "def_bstart", "def_bend");
  SpanColumns name_span(builder, "name_bstart", "name_bend");
  ListColumn& qnames = builder.QualifiedNames("qnames");
  ListColumn& fqns = builder.Lists<TextColumn>("def_fqns");
  TextColumn& docstring = builder.Texts("docstring");
  Int32Column& decorators = builder.Ints("decorator_count");
  size_t rows = 0;
  for (NodeId def : defs) {
    const AstKind kind = tree.kind(def);
    if (kind == AstKind::kLambda) continue;
    ++rows;
    const NodeId container = context.EnclosingDef(def);
    def_id.Append(context.ids.id(def));
    if (container.valid()) {
      container_id.Append(context.ids.id(container));
      container_kind.Append(DefKind(tree.kind(container)));
      container_span.Append(context, tree.span(container));
    } else {
      container_id.AppendNull();
      container_kind.AppendNull();
      container_span.AppendNull();
    }
    kinds.Append(DefKind(kind));
    AppendOptional(name, context.NameOf(def));
    def_span.Append(context, tree.span(def));
    const uint32_t name_begin = tree.name_begin(def);
    if (name_begin != 0xffffffff) {
      name_span.Append(context, {name_begin, context.IdentifierEnd(name_begin)});
    } else {
      name_span.AppendNull();
    }
    const auto at = static_cast<size_t>(context.ids.ContainerAt(def));
    AppendQualifiedName(qnames, context.qualnames[at], "LOCAL");
    qnames.CloseRow();
    std::string full(context.module_name);
    Elements<TextColumn>(fqns).Append(
        context.arena->Copy(full.append(".").append(context.qualnames[at])));
    fqns.CloseRow();
    const NodeId doc = DocstringOf(tree, def);
    if (doc.valid()) {
      const parse::ConstantId constant = tree.ConstantAt(doc, AstField::kValue);
      docstring.Append(context.KeepValid(CleanDocstring(tree.constant(constant).text)));
    } else {
      docstring.AppendNull();
    }
    decorators.Append(static_cast<int32_t>(tree.RawList(def, AstField::kDecoratorList).size()));
  }
  AddTable(tables, context, builder, rows);
}

}  // namespace

void AddDefRows(const FileContext& context, TableList& tables) {
  const std::vector<NodeId> defs = Definitions(context);
  AddAstDefs(context, defs, tables);
  AddCstDefs(context, defs, tables);
}

}  // namespace codeanatomy::evidence
