// View: a relation that the semantic compiler knows and no engine has seen yet. Compilation turns
// the catalogue's declarations into views; emission prunes and orders them into a spec.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/graph.h"
#include "spec/transform.h"

namespace codeanatomy::semantics {

struct View {
  std::string name, kind;  // kind: normalize, relate, union, projection, aggregate, cpg, session …
  spec::Transform transform;
};

/// What compilation may assume beside the declarations.
struct CompileContext {
  int64_t id_salt = 0;  // the last part of every derived id when not 0
};

/// An expression of a declaration; derived_id(…) becomes hash64(…) with the salt.
/// A text that does not parse is our bug.
expr::Expr Compile(std::string_view text, const CompileContext& context);
std::vector<spec::ComputedColumn> Compile(std::span<const ColumnRule> columns,
                                          const CompileContext& context);
/// The pieces between commas, none for an empty text.
std::vector<std::string> SplitNames(std::string_view text);
/// `source`, or a new view `<name>_rows` with its rows that fulfil `where`.
std::string AddFilter(std::string_view name, std::string_view source, std::string_view where,
                      const CompileContext& context, std::vector<View>& views);

/// Views of the declared records, each rule in its own function; all append to `views`.
void CompileEntities(const CompileContext& context, std::vector<View>& views);
void CompileGraphViews(const CompileContext& context, std::vector<View>& views);
void CompileNodes(const CompileContext& context, std::vector<View>& views);
void CompileEdges(const CompileContext& context, std::vector<View>& views);
/// With one provider a relation is a projection of it, tier and confidence looked up in its list.
void CompileRelations(const CompileContext& context, std::vector<View>& views);
void CompileProperties(const CompileContext& context, std::vector<View>& views);
/// cpg_nodes, cpg_edges and the rest over what the other functions appended.
void CompileOutputs(const CompileContext& context, std::vector<View>& views);

}  // namespace codeanatomy::semantics
