// The codes of the relation `diagnostics`, with stage, severity and the option of the limit
// involved.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace codeanatomy {

enum class DiagnosticStage : uint8_t {
  kSource,
  kLex,
  kParse,
  kSymbols,
  kCompile,
  kFlow,
  kResolve,
  kIngest,
  kEngine
};
inline constexpr std::string_view kDiagnosticStageNames[] = {
    "source", "lex", "parse", "symbols", "compile", "flow", "resolve", "ingest", "engine"};

enum class DiagnosticSeverity : uint8_t { kError, kWarning, kInfo };
inline constexpr std::string_view kDiagnosticSeverityNames[] = {"error", "warning", "info"};

struct DiagnosticCodeInfo {
  std::string_view code;
  DiagnosticStage stage;
  DiagnosticSeverity severity;
  std::string_view limit_option;  // configuration key that raises the limit; empty: no limit
  std::string_view meaning;
};

std::span<const DiagnosticCodeInfo> DiagnosticCodes();
/// nullptr where the code is not declared.
const DiagnosticCodeInfo* FindDiagnosticCode(std::string_view code);

}  // namespace codeanatomy
