// DiagnosticWriter: rows of `diagnostics` with their ids, for one file or for the whole scan.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/diagnostic_code.h"
#include "evidence/batch_builder.h"
#include "evidence/extract.h"

namespace codeanatomy::evidence {

struct Finding {
  DiagnosticStage stage = DiagnosticStage::kSource;
  std::string code;
  std::string message;
  std::string type;              // Python's exception class; empty: none
  int64_t begin = 0, end = 0;    // on disk
  int32_t line = 0, column = 0;  // line 0: unknown
  std::string limit_name = {};
  int64_t limit_value = 0;
};

class DiagnosticWriter {
 public:
  explicit DiagnosticWriter(const IdScheme& scheme);
  void Add(Finding finding);
  /// Appends the rows, if any, in order of position. An empty path is no file.
  void Finish(std::string_view path, int64_t file_id, std::vector<TableRows>& tables);

 private:
  const IdScheme& scheme_;
  BatchBuilder builder_;
  std::shared_ptr<TextArena> arena_;
  std::vector<Finding> findings_;
};

}  // namespace codeanatomy::evidence
