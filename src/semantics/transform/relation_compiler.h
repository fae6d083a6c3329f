// RelationCompiler: one relation's declarations to views; see compile_relations.cpp for the method.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "semantics/transform/compile.h"

namespace codeanatomy::semantics {

class RelationCompiler {
 public:
  RelationCompiler(const CompileContext& context, const Relation& relation, const Schemas& schemas,
                   std::vector<View>& views);
  /// Appends the views. Errors those of CompileRelations.
  Result<void> Run();

 private:
  const EvidenceSource& Source(const ProviderRule& provider) const;
  std::string Name(std::string_view suffix) const { return fmt::format("{}__{}", name_, suffix); }
  void Add(std::string name, ViewKind kind, spec::Transform transform, std::string why,
           std::vector<SemanticRule> rules = {});
  void AddJoin(std::string name, spec::Relate relate, std::string why);
  std::vector<std::string> Group() const;
  static std::vector<spec::JoinKey> SameKeys(const std::vector<std::string>& names);
  std::vector<spec::JoinKey> RowKeys() const;
  bool HasLabels() const { return Declares("label"); }
  /// Columns of a relationship that a proposer may declare; nothing is carried for those that none
  /// does.
  static constexpr std::pair<std::string_view, expr::TypeKind> kOptional[] = {
      {"label", expr::TypeKind::kUtf8}, {"file_id", expr::TypeKind::kInt64},
      {"path", expr::TypeKind::kUtf8},  {"bstart", expr::TypeKind::kInt64},
      {"bend", expr::TypeKind::kInt64}, {"symbol_roles", expr::TypeKind::kInt32}};
  bool Declares(std::string_view name) const;
  static bool DeclaresColumn(const ProviderRule& provider, std::string_view name);
  /// The columns a relation keeps of its providers.
  std::vector<std::string_view> Kept() const;

  // One provider.
  void AddSingle();
  static expr::Expr DeclaredAmbiguity();
  void AddTargets(std::string_view suffix, const std::string& rows);
  static expr::Expr SeveralTargets();
  /// The columns that follow from those carried: a projection, so that a stored view need not hold
  /// them.
  void AddEdgeColumns(std::vector<spec::ComputedColumn>& columns, bool alone) const;
  static constexpr const char* kDecided[] = {"proposer_bit", "proposer_rank", "witnesses",
                                             "dissenters", "ambiguity_group_id"};
  /// `name` with all columns of a relationship over the narrow rows of `source`.
  void AddFinal(std::string name, std::string source, std::string why);

  // Rows.
  void AddPlaced();
  /// The only one of `sources`, or their union.
  std::string AddUnion(std::string_view suffix, std::vector<std::string> sources, std::string why);
  /// Entities that another source speaks of split the best-ranked proposer's rows in two.
  void AddContested();
  /// A proposer's rows with ordinal, bit and rank.
  std::string AddPlaced(const ProviderRule& provider, bool is_first);
  /// Each row of `rows` once: the best of those that fell together.
  void AddOnce(const std::string& name, const std::string& rows);
  /// The ordinals that rows of other proposers take: one of each target.
  void AddOrdinals(const std::string& placed, const ProviderRule& provider);

  // Statements.
  std::vector<spec::ComputedColumn> Statement(std::string_view side, expr::Expr dst,
                                              int32_t bit) const;
  void AddStatements();
  /// A witness answers for the groups of its src. It names a row's target if it states it, or if it
  /// states the target's name; else its statement has no target.
  std::string AddWitness(const ProviderRule& witness);

  // Masks.
  void AddBits(const std::string& name, const std::string& source, std::vector<std::string> group,
               std::string_view column, std::string_view alias, std::string why);
  void AddMasks();
  static constexpr std::string_view kProposer[] = {"target_count", "proposer_bit", "proposer_rank"};
  /// The columns of rows on their way to candidates, of the left side of a join, and more of them.
  std::vector<spec::ComputedColumn> Carry(std::string_view side,
                                          std::vector<std::string_view> more) const;

  // Candidates and cut.
  void AddCandidates();
  /// True where only groups with a row of a lower-ranked proposer need a cut.
  bool SplitsGroups() const { return by_ordinal_ && proposers_[0]->is_numbered && !alone_.empty(); }
  void AddCut();
  void AddBest(std::string name, std::string source, std::string why);

  const CompileContext& context_;
  const Relation& relation_;
  const Schemas& schemas_;
  std::vector<View>& views_;
  std::string_view name_;
  bool by_ordinal_;
  std::vector<const ProviderRule*> proposers_, witnesses_;
  std::vector<std::string> placed_, alone_;
  std::string first_, rows_, said_, all_said_, contested_;
};

}  // namespace codeanatomy::semantics
