#include "engine/plan/sorted_runs.h"

#include <map>

#include <fmt/format.h>

#include "engine/plan/sorted_parts.h"

namespace codeanatomy::engine {
namespace {

/// The scan that a row of the relation comes from.
struct Driver {
  Relation* scan = nullptr;  // null: rows are made of several
  bool is_filtered = false;
};

bool KeepsLeftRows(spec::JoinType type) {
  return type == spec::JoinType::kInner || type == spec::JoinType::kLeft;
}

Driver DriverOf(Relation& branch) {
  Driver driver;
  Relation* at = &branch;
  while (at->op != RelationOp::kScan) {
    const bool passes = at->op == RelationOp::kProject || at->op == RelationOp::kFilter ||
                        (at->op == RelationOp::kJoin && KeepsLeftRows(at->join_type));
    if (!passes) return {};
    driver.is_filtered |= at->op == RelationOp::kFilter ||
                          (at->op == RelationOp::kJoin && at->join_type == spec::JoinType::kInner);
    at = &at->inputs[0];
  }
  driver.scan = at;
  return driver;
}

Relation UnionOf(std::vector<Relation> branches) {
  if (branches.size() == 1) return std::move(branches[0]);
  Relation all;
  all.op = RelationOp::kUnion;
  all.schema = branches[0].schema;
  all.inputs = std::move(branches);
  return all;
}

/// The relation over one file of the scan that drives it.
Relation OverFile(const Relation& branch, size_t file) {
  Relation copy = branch;
  Relation* scan = DriverOf(copy).scan;
  scan->name = FilePart(scan->name, file);
  return copy;
}

}  // namespace

std::string FilePart(std::string_view relation, size_t file) {
  return fmt::format("{}{}{}", relation, kPartSeparator, file);
}

std::vector<Relation> SplitRuns(Relation relation, const FileCount& files) {
  std::vector<Relation> branches = Branches(std::move(relation));
  std::map<std::string, std::vector<Relation>, std::less<>> split;  // by the driving scan
  for (Relation& branch : branches) {
    const Driver driver = DriverOf(branch);
    if (driver.scan != nullptr && !driver.is_filtered && files(driver.scan->name) > 1)
      split.try_emplace(driver.scan->name);
  }
  std::vector<Relation> rest, runs;
  for (Relation& branch : branches) {
    const Driver driver = DriverOf(branch);
    const auto group = driver.scan == nullptr ? split.end() : split.find(driver.scan->name);
    (group == split.end() ? rest : group->second).push_back(std::move(branch));
  }
  for (const auto& [scan, over] : split) {
    for (size_t file = 0; file < files(scan); ++file) {
      std::vector<Relation> parts;
      parts.reserve(over.size());
      for (const Relation& branch : over) parts.push_back(OverFile(branch, file));
      runs.push_back(UnionOf(std::move(parts)));
    }
  }
  if (!rest.empty()) runs.push_back(UnionOf(std::move(rest)));
  return runs;
}

}  // namespace codeanatomy::engine
