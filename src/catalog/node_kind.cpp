#include "catalog/node_kind.h"

namespace codeanatomy {
namespace {

constexpr auto kMappings = std::to_array<CpgMapping>({
#define CA_CPG_MAPPING(Kind, label, name) {AstKind::k##Kind, "", NodeKind::k##label, name},
#define CA_CPG_OPERATOR(Kind, op, name) {AstKind::k##Kind, op, NodeKind::kCall, name},
#include "catalog/cpg_mapping.def"
});

constexpr bool EveryKindIsMapped() {
  for (const AstKindInfo& kind : kAstKinds) {
    bool mapped = false;
    for (const CpgMapping& mapping : kMappings) mapped = mapped || mapping.ast_kind == kind.kind;
    if (!mapped) return false;
  }
  return true;
}
static_assert(EveryKindIsMapped(), "cpg_mapping.def lacks a kind of ast_kind.def");

}  // namespace

std::span<const CpgMapping> CpgMappings() { return kMappings; }

std::string_view CpgNameOf(AstKind kind, std::string_view op) {
  for (const CpgMapping& mapping : kMappings) {
    if (mapping.ast_kind == kind && mapping.op == op) return mapping.name;
  }
  return {};
}

}  // namespace codeanatomy
