#include "base/error.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace codeanatomy {
namespace {

constexpr auto kErrorCodes = std::to_array<ErrorCodeInfo>({
#define CA_ERROR_CODE(Name, text, exit_status, stage, meaning) \
  {ErrorCode::k##Name, text, exit_status, stage, meaning},
#include "base/error_code.def"
});

}  // namespace

std::span<const ErrorCodeInfo> ErrorCodes() { return kErrorCodes; }

const ErrorCodeInfo& GetErrorCodeInfo(ErrorCode code) {
  return kErrorCodes[static_cast<size_t>(code)];
}

Error::Error(ErrorCode code, std::string message, std::string subject, std::string way_out)
    : state_(std::make_unique<State>(
          State{code, std::move(message), std::move(subject), std::move(way_out), {}})) {}

Error&& Error::WithFrame(std::string frame) && {
  state_->frames.push_back(std::move(frame));
  return std::move(*this);
}

Error&& Error::WithSubject(std::string subject) && {
  if (state_->subject.empty()) state_->subject = std::move(subject);
  return std::move(*this);
}

std::string Error::ToString() const {
  std::string text = fmt::format("{}: {}", GetErrorCodeInfo(code()).name, message());
  if (!subject().empty()) text += fmt::format(" [{}]", subject());
  if (!way_out().empty()) text += fmt::format("; {}", way_out());
  for (const std::string& frame : frames()) text += fmt::format(" (while {})", frame);
  return text;
}

Error ErrnoError(int error_number, std::string_view action, std::string_view path) {
  const bool full = error_number == ENOSPC || error_number == EDQUOT;
  return Error(full ? ErrorCode::kNoSpace : ErrorCode::kIoError,
               fmt::format("cannot {}: {}", action, std::strerror(error_number)), std::string(path),
               full ? "free space or choose another --output-dir" : "");
}

}  // namespace codeanatomy
