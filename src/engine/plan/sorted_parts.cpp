#include "engine/plan/sorted_parts.h"

#include <iterator>

namespace codeanatomy::engine {
namespace {

/// A written part with all its columns, the constant ones as literals.
Relation ReadPart(const WrittenPart& part, const expr::Schema& schema) {
  Relation scan;
  scan.name = part.scan;
  scan.schema = schema;
  Relation project;
  project.op = RelationOp::kProject;
  project.schema = schema;
  for (const expr::Field& field : schema.fields) {
    const auto constant = part.constants.find(field.name);
    project.columns.push_back({field.name, constant == part.constants.end()
                                               ? expr::Column(field.name)
                                               : constant->second});
  }
  project.inputs.push_back(std::move(scan));
  return project;
}

}  // namespace

Relation Filtered(Relation relation, const std::vector<expr::Expr>& predicates) {
  if (predicates.empty()) return relation;
  Relation filter;
  filter.op = RelationOp::kFilter;
  filter.schema = relation.schema;
  filter.predicates = predicates;
  filter.inputs.push_back(std::move(relation));
  return filter;
}

std::vector<Relation> Branches(Relation relation) {
  std::vector<Relation> branches;
  if (relation.op == RelationOp::kUnion) {
    for (Relation& input : relation.inputs) {
      std::ranges::move(Branches(std::move(input)), std::back_inserter(branches));
    }
    return branches;
  }
  const bool passes = relation.op == RelationOp::kProject || relation.op == RelationOp::kFilter;
  if (!passes) {
    branches.push_back(std::move(relation));
    return branches;
  }
  std::vector<Relation> inputs = Branches(std::move(relation.inputs[0]));
  relation.inputs.clear();
  for (Relation& input : inputs) {
    Relation copy = relation;
    copy.inputs.push_back(std::move(input));
    branches.push_back(std::move(copy));
  }
  return branches;
}

Relation Expand(const Relation& relation, const Plan& plan, const WrittenParts& written) {
  if (relation.op == RelationOp::kScan) {
    if (const auto parts = written.find(relation.name); parts != written.end()) {
      Relation all;
      all.op = RelationOp::kUnion;
      all.schema = relation.schema;
      for (const WrittenPart& part : parts->second)
        all.inputs.push_back(ReadPart(part, relation.schema));
      if (all.inputs.size() == 1) return std::move(all.inputs[0]);
      return all;
    }
    const PlannedView* view = plan.FindView(relation.name);
    if (view == nullptr || view->placement == Placement::kTemporary) return relation;
    return Expand(view->relation, plan, written);
  }
  Relation expanded = relation;
  for (Relation& input : expanded.inputs) input = Expand(input, plan, written);
  return expanded;
}

std::vector<SortedPart> SplitSorted(Relation relation, const std::vector<std::string>& order) {
  std::vector<SortedPart> parts;
  std::map<std::string, std::vector<Relation>> by_value;
  const expr::Schema schema = relation.schema;
  if (!order.empty()) {
    for (Relation& branch : Branches(relation)) {
      const auto literal = ConstantColumn(branch, order[0]);
      const auto* text = literal ? std::get_if<std::string>(&literal->literal) : nullptr;
      if (text == nullptr) {
        by_value.clear();
        break;
      }
      by_value[*text].push_back(std::move(branch));
    }
  }
  if (by_value.empty()) {
    parts.push_back({"", std::move(relation)});
    return parts;
  }
  for (auto& [value, branches] : by_value) {
    Relation part;
    if (branches.size() == 1) {
      part = std::move(branches[0]);
    } else {
      part.op = RelationOp::kUnion;
      part.schema = schema;
      part.inputs = std::move(branches);
    }
    parts.push_back({value, std::move(part)});
  }
  return parts;
}

}  // namespace codeanatomy::engine
