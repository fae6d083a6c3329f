// cst_callsites and cst_call_args.
#include <algorithm>
#include <string>

#include "evidence/builtin_names.h"
#include "evidence/file_context.h"
#include "resolve/module_name.h"

namespace codeanatomy::evidence {
namespace {

using parse::NodeId;
using parse::SyntaxTree;

constexpr std::string_view kShapes[] = {"NAME", "ATTRIBUTE", "SUBSCRIPT", "OTHER"};
constexpr std::string_view kStars[] = {"", "*", "**"};

uint16_t ShapeOf(AstKind kind) {
  switch (kind) {
    case AstKind::kName:
      return 0;
    case AstKind::kAttribute:
      return 1;
    case AstKind::kSubscript:
      return 2;
    default:
      return 3;
  }
}

/// The qualified names a dotted callee may have: by what its first name is bound to. Variables and
/// parameters give none, since their name says nothing about what is called.
class CalleeNames {
 public:
  CalleeNames(const FileContext& context, ListColumn& qnames, ListColumn& fqns)
      : context_(context),
        package_(resolve::ModuleNameOf(context.file.path).package),
        qnames_(qnames),
        fqns_(fqns) {}

  void Append(NodeId callee) {
    found_.clear();
    const std::string_view dotted = context_.dotted[callee.index()];
    if (dotted.data() != nullptr) Find(callee, dotted);
    std::ranges::sort(found_);
    found_.erase(std::ranges::unique(found_).begin(), found_.end());
    for (const Candidate& candidate : found_) {
      const std::string_view name = context_.arena->Copy(candidate.name);
      AppendQualifiedName(qnames_, name, candidate.source);
      if (candidate.source != "LOCAL") {
        Elements<TextColumn>(fqns_).Append(name);
        continue;
      }
      std::string full(context_.module_name);
      Elements<TextColumn>(fqns_).Append(context_.arena->Copy(full.append(".").append(name)));
    }
    qnames_.CloseRow();
    fqns_.CloseRow();
  }

 private:
  struct Candidate {
    std::string name;
    std::string_view source;
    auto operator<=>(const Candidate&) const = default;
  };

  void Find(NodeId callee, std::string_view dotted) {
    const SyntaxTree& tree = context_.tree;
    NodeId root = callee;
    while (tree.kind(root) == AstKind::kAttribute) root = tree.Child(root, AstField::kValue);
    const std::string_view first = context_.NameOf(root);
    const std::string_view rest = dotted.substr(std::min(first.size(), dotted.size()));
    const auto binding = context_.declarations.Bind(root);
    if (!binding) {
      if (IsBuiltinName(first)) found_.push_back({"builtins." + std::string(dotted), "BUILTIN"});
      return;
    }
    for (const resolve::Declaration& declaration : context_.declarations.Of(binding->binding)) {
      if (declaration.kind == NodeKind::kImport) {
        found_.push_back({ImportedName(declaration.node, rest), "IMPORT"});
      } else if (declaration.kind == NodeKind::kMethod || declaration.kind == NodeKind::kTypeDecl) {
        const int32_t container = context_.ids.container_of(declaration.node);
        found_.push_back({context_.QualifiedPrefix(container) + std::string(dotted), "LOCAL"});
      }
    }
  }

  /// The name that an alias stands for, then the rest of the chain.
  std::string ImportedName(NodeId alias, std::string_view rest) {
    const SyntaxTree& tree = context_.tree;
    const NodeId statement = tree.parent(alias);
    const std::string_view imported = context_.NameIn(alias, AstField::kName);
    std::string name;
    if (tree.kind(statement) == AstKind::kImport) {
      const bool is_renamed = context_.NameIn(alias, AstField::kAsname).data() != nullptr;
      name = is_renamed ? imported : imported.substr(0, imported.find('.'));
      return name.append(rest);
    }
    const int32_t level = tree.Int(statement, AstField::kLevel);
    if (level > 0) {
      std::string_view package = package_;
      for (int32_t up = 1; up < level && !package.empty(); ++up) {
        const size_t dot = package.rfind('.');
        package = dot == std::string_view::npos ? std::string_view("") : package.substr(0, dot);
      }
      name = package;
    }
    const std::string_view module = context_.NameIn(statement, AstField::kModule);
    if (module.data() != nullptr && !module.empty()) {
      if (!name.empty()) name.append(".");
      name.append(module);
    }
    if (!name.empty()) name.append(".");
    return name.append(imported).append(rest);
  }

  const FileContext& context_;
  std::string package_;
  ListColumn& qnames_;
  ListColumn& fqns_;
  std::vector<Candidate> found_;
};

void AddCallsites(const FileContext& context, std::span<const NodeId> calls, TableList& tables) {
  const SyntaxTree& tree = context.tree;
  BatchBuilder builder = context.Begin("cst_callsites");
  Int64Column& call_id = builder.Longs("call_id");
  SpanColumns call_span(builder, "call_bstart", "call_bend");
  SpanColumns callee_span(builder, "callee_bstart", "callee_bend");
  Int64Column& callee_id = builder.Longs("callee_id");
  CodeColumn& shape = builder.Codes("callee_shape", kShapes);
  TextColumn& text = builder.Texts("callee_text");
  TextColumn& dotted = builder.Texts("callee_dotted");
  Int32Column& arg_count = builder.Ints("arg_count");
  ListColumn& qnames = builder.QualifiedNames("callee_qnames");
  ListColumn& fqns = builder.Lists<TextColumn>("callee_fqns");
  CalleeNames names(context, qnames, fqns);
  size_t rows = 0;
  for (NodeId call : calls) {
    const NodeId callee = tree.Child(call, AstField::kFunc);
    if (!callee.valid()) continue;
    ++rows;
    call_id.Append(context.ids.id(call));
    call_span.Append(context, tree.span(call));
    callee_span.Append(context, tree.span(callee));
    callee_id.Append(context.ids.id(callee));
    shape.Append(ShapeOf(tree.kind(callee)));
    text.Append(context.ShortSourceOf(callee));
    AppendOptional(dotted, context.dotted[callee.index()]);
    arg_count.Append(static_cast<int32_t>(tree.RawList(call, AstField::kArgs).size() +
                                          tree.RawList(call, AstField::kKeywords).size()));
    names.Append(callee);
  }
  AddTable(tables, context, builder, rows);
}

struct Argument {
  NodeId value;
  NodeId keyword;     // the keyword node, none for positional ones
  uint16_t star = 0;  // code into kStars
  uint32_t begin = 0;
};

/// Arguments in source order; positional and keyword ones may be mixed.
void CollectArguments(const SyntaxTree& tree, NodeId call, std::vector<Argument>& arguments) {
  arguments.clear();
  for (NodeId arg : tree.Children(call, AstField::kArgs)) {
    if (!arg.valid()) continue;
    const bool is_starred = tree.kind(arg) == AstKind::kStarred;
    const NodeId value = is_starred ? tree.Child(arg, AstField::kValue) : arg;
    if (value.valid()) {
      arguments.push_back(
          {value, {}, static_cast<uint16_t>(is_starred ? 1 : 0), tree.span(arg).begin});
    }
  }
  const size_t positional = arguments.size();
  for (NodeId keyword : tree.Children(call, AstField::kKeywords)) {
    if (!keyword.valid()) continue;
    const NodeId value = tree.Child(keyword, AstField::kValue);
    const bool is_mapping = !tree.Name(keyword, AstField::kArg).valid();
    if (value.valid()) {
      arguments.push_back(
          {value, keyword, static_cast<uint16_t>(is_mapping ? 2 : 0), tree.span(keyword).begin});
    }
  }
  if (positional > 0 && positional < arguments.size()) {
    std::ranges::stable_sort(arguments, {}, &Argument::begin);
  }
}

void AddArguments(const FileContext& context, std::span<const NodeId> calls, TableList& tables) {
  const SyntaxTree& tree = context.tree;
  BatchBuilder builder = context.Begin("cst_call_args");
  Int64Column& call_arg_id = builder.Longs("call_arg_id");
  Int64Column& call_id = builder.Longs("call_id");
  SpanColumns call_span(builder, "call_bstart", "call_bend");
  Int32Column& index = builder.Ints("arg_index");
  TextColumn& keyword = builder.Texts("keyword");
  CodeColumn& star = builder.Codes("star", kStars);
  TextColumn& text = builder.Texts("arg_text");
  SpanColumns span(builder);
  std::vector<Argument> arguments;
  size_t rows = 0;
  for (NodeId call : calls) {
    if (!tree.Child(call, AstField::kFunc).valid()) continue;
    CollectArguments(tree, call, arguments);
    rows += arguments.size();
    for (size_t i = 0; i < arguments.size(); ++i) {
      const Argument& argument = arguments[i];
      call_arg_id.Append(context.ids.id(argument.value));
      call_id.Append(context.ids.id(call));
      call_span.Append(context, tree.span(call));
      index.Append(static_cast<int32_t>(i));
      AppendOptional(keyword, argument.keyword.valid()
                                  ? context.NameIn(argument.keyword, AstField::kArg)
                                  : std::string_view());
      star.Append(argument.star);
      text.Append(context.ShortSourceOf(argument.value));
      span.Append(context, tree.span(argument.value));
    }
  }
  AddTable(tables, context, builder, rows);
}

}  // namespace

void AddCallRows(const FileContext& context, TableList& tables) {
  std::vector<NodeId> calls;
  for (NodeId n{0}; n.value < context.tree.size(); ++n.value) {
    if (context.tree.kind(n) == AstKind::kCall) calls.push_back(n);
  }
  SortBySpan(context.tree, calls);
  AddCallsites(context, calls, tables);
  AddArguments(context, calls, tables);
}

}  // namespace codeanatomy::evidence
