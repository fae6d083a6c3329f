// diagnostics: one row per finding of scan, decoding, parser, symbol table and code generator.
#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>

#include "base/line_index.h"
#include "catalog/diagnostic_code.h"
#include "evidence/diagnostic_writer.h"
#include "evidence/file_flow.h"
#include "symbols/compile_errors.h"

namespace codeanatomy::evidence {

DiagnosticWriter::DiagnosticWriter(const IdScheme& scheme)
    : scheme_(scheme), builder_("diagnostics"), arena_(std::make_shared<TextArena>()) {}

void DiagnosticWriter::Add(Finding finding) { findings_.push_back(std::move(finding)); }

void DiagnosticWriter::Finish(std::string_view path, int64_t file_id,
                              std::vector<TableRows>& tables) {
  if (findings_.empty()) return;
  std::ranges::stable_sort(findings_, [](const Finding& a, const Finding& b) {
    return std::tuple(a.begin, a.end, std::string_view(a.code)) <
           std::tuple(b.begin, b.end, std::string_view(b.code));
  });
  const bool has_file = !path.empty();
  Int64Column& diag_id = builder_.Longs("diag_id");
  if (has_file) {
    builder_.SetConstant("file_id", file_id);
    builder_.SetConstant("path", arena_->Copy(path));
  }
  Int64Column& bstart = builder_.Longs("bstart");
  Int64Column& bend = builder_.Longs("bend");
  Int32Column& line = builder_.Ints("line");
  Int32Column& col = builder_.Ints("col");
  CodeColumn& stage = builder_.Codes("stage", kDiagnosticStageNames);
  builder_.SetConstant("source", "native");
  CodeColumn& severity = builder_.Codes("severity", kDiagnosticSeverityNames);
  TextColumn& code = builder_.Texts("code");
  TextColumn& message = builder_.Texts("message");
  TextColumn& limit_name = builder_.Texts("limit_name");
  Int64Column& limit_value = builder_.Longs("limit_value");
  MapColumn& attrs = builder_.Maps("attrs");
  int64_t equal = 0;  // findings of equal code and span before this one
  for (size_t i = 0; i < findings_.size(); ++i) {
    const Finding& f = findings_[i];
    const bool repeats = i > 0 && findings_[i - 1].code == f.code &&
                         findings_[i - 1].begin == f.begin && findings_[i - 1].end == f.end;
    equal = repeats ? equal + 1 : 0;
    std::string name_space = "DIAGNOSTIC:native:" + f.code;
    if (equal > 0) name_space += "#" + std::to_string(equal);
    diag_id.Append(scheme_.Foreign(name_space, path, f.begin, f.end));
    bstart.Append(f.begin);
    bend.Append(f.end);
    if (f.line > 0) {
      line.Append(f.line);
      col.Append(f.column);
    } else {
      line.AppendNull();
      col.AppendNull();
    }
    const DiagnosticCodeInfo* info = FindDiagnosticCode(f.code);
    stage.Append(static_cast<uint16_t>(f.stage));
    severity.Append(static_cast<uint16_t>(info ? info->severity : DiagnosticSeverity::kError));
    code.Append(arena_->Copy(f.code));
    message.Append(arena_->Copy(f.message));
    if (f.limit_name.empty()) {
      limit_name.AppendNull();
      limit_value.AppendNull();
    } else {
      limit_name.Append(arena_->Copy(f.limit_name));
      limit_value.Append(f.limit_value);
    }
    if (!f.type.empty()) attrs.Append("error_type", arena_->Copy(f.type));
    attrs.CloseRow();
  }
  const TableInfo* table = builder_.table();
  tables.push_back({table, builder_.Finish(findings_.size(), arena_)});
}

namespace {

// What a limit left out of the rows of a flow scope, at the scope's begin.
Finding LimitFinding(const FileContext& context, const FileFlow& flow, const flow::LimitHit& hit) {
  static constexpr std::string_view kLeftOut[] = {
      "{} attributes and subscripts of this scope have no definitions",
      "{} names of this scope that functions rebind have no definitions",
      "{} variables of this scope have no definitions: too many ways meet",
      "{} uses of this scope have too many definitions to list: flow_phis holds them"};
  const flow::FlowLimitInfo& limit = flow::kFlowLimits[static_cast<size_t>(hit.limit)];
  const ByteSpan span = context.tree.span(flow.graph.scope_node(hit.scope));
  const LineColumn at = context.positions.Find(span.begin);
  return {
      .stage = DiagnosticStage::kFlow,
      .code = "FLOW_LIMIT",
      .message = fmt::format(fmt::runtime(kLeftOut[static_cast<size_t>(hit.limit)]), hit.left_out),
      .type = {},
      .begin = context.Disk(span.begin),
      .end = context.Disk(span.end),
      .line = static_cast<int32_t>(at.line),
      .column = static_cast<int32_t>(at.column),
      .limit_name = std::string(limit.name),
      .limit_value = limit.value};
}

}  // namespace

void AddDiagnosticRows(const source::SourceFile& file, const ExtractOptions& options,
                       const FileContext* context, const FileFlow* flow, TableList& tables) {
  const IdScheme scheme{options.repo, options.id_salt};
  DiagnosticWriter writer(scheme);
  const LineIndex lines(file.problems.empty() ? std::string_view() : std::string_view(file.bytes));
  for (const source::SourceProblem& problem : file.problems) {
    const LineColumn at = lines.Find(problem.span.begin);
    writer.Add({.stage = DiagnosticStage::kSource,
                .code = std::string(problem.code),
                .message = problem.message,
                .type = {},
                .begin = problem.span.begin,
                .end = problem.span.end,
                .line = static_cast<int32_t>(at.line),
                .column = static_cast<int32_t>(at.column),
                .limit_name = problem.limit_name,
                .limit_value = problem.limit_value});
  }
  const auto add = [&](const parse::Diagnostic& diagnostic) {
    static constexpr DiagnosticStage kStages[] = {DiagnosticStage::kLex, DiagnosticStage::kParse,
                                                  DiagnosticStage::kSymbols,
                                                  DiagnosticStage::kCompile};
    const LineColumn at = context->positions.Find(diagnostic.span.begin);
    writer.Add({.stage = kStages[std::min<uint8_t>(diagnostic.stage, 3)],
                .code = std::string(diagnostic.code),
                .message = std::string(context->KeepValid(diagnostic.message)),
                .type = diagnostic.type,
                .begin = context->Disk(diagnostic.span.begin),
                .end = context->Disk(diagnostic.span.end),
                .line = static_cast<int32_t>(at.line),
                .column = static_cast<int32_t>(at.column)});
  };
  if (context != nullptr) {
    for (const parse::Diagnostic& diagnostic : context->tree.diagnostics()) add(diagnostic);
    for (const parse::Diagnostic& diagnostic : context->symbols.diagnostics()) add(diagnostic);
    // A damaged tree has statements that stand elsewhere in the text's meaning.
    if (context->tree.diagnostics().empty()) {
      for (const parse::Diagnostic& diagnostic :
           symbols::FindCompileErrors(context->tree, context->symbols)) {
        add(diagnostic);
      }
    }
  }
  if (context != nullptr && flow != nullptr) {
    for (const flow::LimitHit& hit : flow->definitions.limits) {
      writer.Add(LimitFinding(*context, *flow, hit));
    }
  }
  writer.Finish(file.path, scheme.Logical("FILE", file.path), tables);
}

}  // namespace codeanatomy::evidence
