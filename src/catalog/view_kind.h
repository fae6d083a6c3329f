// ViewKind: what a view of the semantic layer is for, its tier, and the ten rules that make views.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace codeanatomy {

enum class ViewKind : uint8_t {
#define CA_VIEW_KIND(Name, ...) k##Name,
#include "catalog/view_kind.def"
};

struct ViewKindInfo {
  std::string_view name;
  int tier;
  std::string_view consolidated;
  bool is_session_relation;  // sessions offer a view of this kind by its name
};

inline constexpr auto kViewKinds = std::to_array<ViewKindInfo>({
#define CA_VIEW_KIND(Name, text, tier, consolidated, session) {text, tier, consolidated, session},
#include "catalog/view_kind.def"
});

constexpr const ViewKindInfo& InfoOf(ViewKind kind) {
  return kViewKinds[static_cast<size_t>(kind)];
}
constexpr std::optional<ViewKind> FindViewKind(std::string_view name) {
  for (size_t i = 0; i < kViewKinds.size(); ++i) {
    if (kViewKinds[i].name == name) return static_cast<ViewKind>(i);
  }
  return std::nullopt;
}

enum class SemanticRule : uint8_t {
#define CA_SEMANTIC_RULE(Name, ...) k##Name,
#include "catalog/semantic_rule.def"
};

struct SemanticRuleInfo {
  std::string_view name, needs, does;
};

inline constexpr auto kSemanticRules = std::to_array<SemanticRuleInfo>({
#define CA_SEMANTIC_RULE(Name, text, needs, does) {text, needs, does},
#include "catalog/semantic_rule.def"
});
static_assert(kViewKinds.size() == 14 && kSemanticRules.size() == 10);

}  // namespace codeanatomy
