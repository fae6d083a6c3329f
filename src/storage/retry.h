// RetryWithPolicy: the one place in which a lost commit race is tried again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/observe.h"
#include "storage/environment.h"

namespace codeanatomy::storage {

enum class ConflictKind : uint8_t {
  kConcurrentAppend,       // files were added that this commit should have read
  kConcurrentTransaction,  // the same application transaction was committed
  kMetadataChanged,
  kProtocolChanged,
};
std::string_view ToText(ConflictKind kind);

/// A commit that lost to `version`.
struct Conflict {
  ConflictKind kind;
  int64_t version;
};

struct RetryPolicy {
  int max_attempts = 3;
  int64_t first_delay_ms = 250;  // doubles from attempt to attempt
  int64_t max_delay_ms = 2000;
};

/// Whether a new attempt on a fresh snapshot may succeed.
constexpr bool IsRetryable(ConflictKind kind) {
  return kind == ConflictKind::kConcurrentAppend || kind == ConflictKind::kConcurrentTransaction;
}

/// The error that a conflict becomes once it is not tried again.
Error ConflictError(const Conflict& conflict, int attempts, std::string_view table);

/// Calls `attempt()` → Result<std::variant<T, Conflict>> until it gives a T, an error, a conflict
/// that is not retryable, or `max_attempts` are used up. Attempts are reported on `span` where
/// there is one.
template <typename Attempt>
auto RetryWithPolicy(Attempt attempt, const RetryPolicy& policy, Clock& clock,
                     std::string_view table, SpanScope* span = nullptr)
    -> Result<std::variant_alternative_t<0, typename decltype(attempt())::value_type>> {
  int64_t delay = policy.first_delay_ms;
  for (int attempts = 1;; ++attempts) {
    auto outcome = attempt();
    if (!outcome) return std::move(outcome.error());
    if (span != nullptr) span->Set("attempts", std::to_string(attempts));
    if (auto* done = std::get_if<0>(&*outcome)) return std::move(*done);
    const Conflict conflict = std::get<1>(*outcome);
    if (!IsRetryable(conflict.kind) || attempts >= policy.max_attempts)
      return ConflictError(conflict, attempts, table);
    clock.Sleep(delay);
    delay = std::min(delay * 2, policy.max_delay_ms);
  }
}

}  // namespace codeanatomy::storage
