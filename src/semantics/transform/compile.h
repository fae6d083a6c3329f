// Declarations → views: each kind of record in its own function, all appending to one list.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "semantics/analysis/view_schema.h"
#include "semantics/ir/model.h"
#include "semantics/ir/view.h"

namespace codeanatomy::semantics {

struct CompileContext {
  const Model& model;
  int64_t id_salt = 0;  // the last part of every derived id when not 0
};

/// An expression of a declaration; derived_id(…) becomes hash64(…) with the salt. The text parses:
/// that of the catalogue by test, a user's was checked when the file was read.
expr::Expr Compile(std::string_view text, const CompileContext& context);
std::vector<spec::ComputedColumn> Compile(std::span<const ColumnRule> columns,
                                          const CompileContext& context);
/// The pieces between commas, none for an empty text.
std::vector<std::string> SplitNames(std::string_view text);
/// "left=right,…"; a name alone stands for both sides.
std::vector<spec::JoinKey> SplitKeys(std::string_view text);
/// "score desc,dst".
std::vector<spec::SortKey> SplitOrder(std::string_view text);
/// `source`, or a new view `<name>_rows` with its rows that fulfil `where`.
std::string AddFilter(std::string_view name, std::string_view source, std::string_view where,
                      std::string_view declaration, const CompileContext& context,
                      std::vector<View>& views);

void CompileEntities(const CompileContext& context, std::vector<View>& views);
void CompileGraphViews(const CompileContext& context, std::vector<View>& views);
void CompileNodes(const CompileContext& context, std::vector<View>& views);
void CompileEdges(const CompileContext& context, std::vector<View>& views);
void CompileProperties(const CompileContext& context, std::vector<View>& views);
/// Relations after the views they read, whose schemas say how providers without keys are joined.
/// Errors JoinEdgeDerivationFailed, with the provider as subject.
Result<void> CompileRelations(const CompileContext& context, const Schemas& schemas,
                              std::vector<View>& views);
/// Metrics, candidates and conflicts of all relations.
void CompileRelationQuality(const CompileContext& context, std::vector<View>& views);
/// cpg_nodes, cpg_edges and the rest over what the other functions appended.
void CompileOutputs(const CompileContext& context, std::vector<View>& views);

/// The candidates of a relation before the cut by its cardinality.
std::string CandidatesOf(const Relation& relation);
/// True where several sources answer, so that masks and confidence depend on what they say.
bool IsMerged(const Relation& relation);
/// True where one source answers with rows that need no cut.
bool IsProjection(const Relation& relation);

}  // namespace codeanatomy::semantics
