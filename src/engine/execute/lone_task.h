// Tasks that run alone: those that hold an operator which a runtime profile forbids to spread
// over threads. How many threads the engine has is a setting of the whole database, so such a task
// waits for the others and has the engine for itself, with one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/plan/relation.h"
#include "engine/session/session.h"
#include "spec/spec.h"

namespace codeanatomy::engine {

/// What a statement does beside its relation.
struct TaskShape {
  bool sorts = false;
  std::function<bool(std::string_view scan)> is_file;  // whether a scanned name is files
};

/// Which of joins, aggregations, windows, sorts and file_scans the relation holds and `knobs`
/// want on one thread, joined by commas; empty: the task may run beside others.
std::string KeptTogether(const Relation& relation, const TaskShape& shape,
                         const spec::RuntimeProfile& knobs);

/// Does `work` while the engine has no thread beside the caller's, of which it tells how many there
/// are. Nothing else may run on the session meanwhile. Errors those of `work` and Session::Set.
Result<void> WithOneThread(Session& session,
                           const std::function<Result<void>(int64_t threads)>& work);

}  // namespace codeanatomy::engine
