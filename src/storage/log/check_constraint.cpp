#include "storage/log/check_constraint.h"

#include <algorithm>

#include "storage/log/protocol.h"

namespace codeanatomy::storage {
namespace {

constexpr size_t kMaxName = 128;

}  // namespace

bool IsConstraintName(std::string_view name) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= kMaxName && std::ranges::all_of(name, is_part) &&
         !(name[0] >= '0' && name[0] <= '9');
}

std::string ConstraintKey(std::string_view prefix, std::string_view name) {
  std::string key(prefix);
  for (const char c : name) key += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return key;
}

std::vector<CheckConstraint> ConstraintsOf(const Metadata& metadata) {
  std::vector<CheckConstraint> constraints;
  for (const auto& [key, sql] : metadata.configuration) {
    if (!key.starts_with(kConstraintPrefix)) continue;
    CheckConstraint constraint{key.substr(kConstraintPrefix.size()), sql, {}};
    const auto tree =
        metadata.configuration.find(ConstraintKey(kConstraintTreePrefix, constraint.name));
    if (tree != metadata.configuration.end()) constraint.tree = tree->second;
    constraints.push_back(std::move(constraint));
  }
  return constraints;
}

}  // namespace codeanatomy::storage
