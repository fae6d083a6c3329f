#include "catalog/diagnostic_code.h"

#include <array>

namespace codeanatomy {
namespace {

constexpr auto kCodes = std::to_array<DiagnosticCodeInfo>({
#define CA_DIAGNOSTIC_CODE(text, stage, severity, limit, meaning) \
  {text, DiagnosticStage::k##stage, DiagnosticSeverity::k##severity, limit, meaning},
#include "catalog/diagnostic_code.def"
});

constexpr bool CodesAreUnique() {
  for (size_t i = 0; i < kCodes.size(); ++i) {
    for (size_t j = i + 1; j < kCodes.size(); ++j) {
      if (kCodes[i].code == kCodes[j].code) return false;
    }
  }
  return true;
}
static_assert(CodesAreUnique());

}  // namespace

std::span<const DiagnosticCodeInfo> DiagnosticCodes() { return kCodes; }

const DiagnosticCodeInfo* FindDiagnosticCode(std::string_view code) {
  for (const DiagnosticCodeInfo& info : kCodes) {
    if (info.code == code) return &info;
  }
  return nullptr;
}

}  // namespace codeanatomy
