// Error: what the world refused, as a value. One pointer wide; null never occurs.
//
// An error names its code, a message a user can act on, the subject (file, table, option) and,
// where there is one, the way out. Callers add frames while it unwinds ("while writing cpg_nodes").
// Diagnostics (facts about analysed code) are rows, not errors; our own bugs are CA_CHECK failures.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace codeanatomy {

enum class ErrorCode : uint8_t {
#define CA_ERROR_CODE(Name, ...) k##Name,
#include "base/error_code.def"
};

struct ErrorCodeInfo {
  ErrorCode code;
  std::string_view name;     // stable text, matched on by programs
  int exit_status;           // of the command that ends with it
  std::string_view stage;    // validation, extraction, compilation, runtime, storage
  std::string_view meaning;  // one line for the reference page
};

/// All codes, in the order of the enumeration.
std::span<const ErrorCodeInfo> ErrorCodes();
/// The declared record of a code. Never fails.
const ErrorCodeInfo& GetErrorCodeInfo(ErrorCode code);

class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message, std::string subject = {}, std::string way_out = {});

  ErrorCode code() const { return state_->code; }
  const std::string& message() const { return state_->message; }
  const std::string& subject() const { return state_->subject; }
  const std::string& way_out() const { return state_->way_out; }
  const std::vector<std::string>& frames() const { return state_->frames; }  // innermost first

  /// Adds what was being done when the error passed through, e.g. "publishing cpg_nodes".
  Error&& WithFrame(std::string frame) &&;
  /// Replaces an empty subject.
  Error&& WithSubject(std::string subject) &&;

  /// `CODE: message [subject]; way out (while …)` on one line.
  std::string ToString() const;

 private:
  struct State {
    ErrorCode code;
    std::string message, subject, way_out;
    std::vector<std::string> frames;
  };
  std::unique_ptr<State> state_;
};

/// The error for a failed system call: IoError or NoSpace, with strerror text and path.
Error ErrnoError(int error_number, std::string_view action, std::string_view path);

}  // namespace codeanatomy
