// SpecKey: runs that compute the same, under whatever knobs and over whatever revision of the
// inputs, have one key; what past runs tell is kept under it.
#pragma once

#include <string>

#include "base/result.h"
#include "expr/json_reader.h"
#include "spec/spec.h"
#include "storage/file_system.h"

namespace codeanatomy::driver {

/// The SHA-256 of the spec without pins of inputs, runtime, runtime profile and cache policy.
std::string SpecKey(const spec::Spec& spec);

/// The document in `path`, null where there is none.
/// Errors IoError; InvalidArgument: not JSON, naming the file, which may be deleted.
Result<expr::Json> ReadState(storage::FileSystem& files, const std::string& path);
/// What such a file is refused with.
Error RefusedState(const std::string& path, const Error& error);

}  // namespace codeanatomy::driver
