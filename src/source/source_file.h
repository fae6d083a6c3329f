// SourceFile: one file of the repository as the stages read it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"

namespace codeanatomy::source {

/// What is wrong with a file as a file; becomes a row of `diagnostics`.
struct SourceProblem {
  std::string_view code;  // of catalog/diagnostic_code.def
  std::string message;
  ByteSpan span;  // on disk
  std::string limit_name;
  int64_t limit_value = 0;
};

/// Decoded offset → offset on disk, as runs in which both advance byte by byte.
class OffsetMap {
 public:
  void AddRun(uint32_t decoded, uint32_t disk) { runs_.push_back({decoded, disk}); }
  bool empty() const { return runs_.empty(); }
  /// Logarithmic in the runs.
  uint32_t ToDisk(uint32_t decoded) const;

 private:
  struct Run {
    uint32_t decoded, disk;
  };
  std::vector<Run> runs_;
};

/// A code cell of a notebook and where its source stands in the virtual module.
struct NotebookCell {
  int32_t index = 0;  // among all cells of the notebook, from 0
  std::string id;     // since nbformat 4.5
  std::optional<int64_t> execution_count;
  ByteSpan span;  // in the module
  uint32_t line = 1,
           end_line = 0;  // first and last line there; an empty cell ends before it begins
};

/// All spans of the system are offsets into `bytes`; `text()` is what the lexer reads. They are one
/// buffer for UTF-8 (a BOM is skipped); any other encoding, and UTF-8 with invalid bytes, carries
/// the decoded text (invalid bytes as U+FFFD) and the map back.
struct SourceFile {
  std::string path;                // repository-relative, POSIX separators
  std::string bytes;               // as stored on disk, of a notebook the virtual module;
                                   // empty when not readable
  std::string sha256;              // lower-case hex of what is on disk; empty when not readable
  int64_t size_bytes = 0;          // on disk, also where `bytes` was not read
  std::string encoding = "utf-8";  // PEP 263 name as CPython normalizes it
  std::string decoded;             // UTF-8 text where it differs from `bytes`
  bool is_decoded = false;         // `decoded` is what text() gives
  bool is_readable = true;         // false: nothing to parse, see `problems`
  uint32_t text_offset = 0;        // bytes of a UTF-8 BOM, 0 or 3
  OffsetMap offsets;
  std::vector<SourceProblem> problems;
  std::vector<NotebookCell> cells;  // of a notebook (notebook.h)

  std::string_view text() const {
    return is_decoded ? std::string_view(decoded) : std::string_view(bytes).substr(text_offset);
  }
  /// Offset in text() → offset on disk.
  uint32_t ToDisk(uint32_t offset) const {
    return is_decoded ? offsets.ToDisk(offset) : offset + text_offset;
  }
  bool is_stub() const { return path.ends_with(".pyi"); }
};

}  // namespace codeanatomy::source
