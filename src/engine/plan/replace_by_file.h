// What a spec names the source files of a run by, where it replaces their rows.
#pragma once

#include <string_view>

namespace codeanatomy::engine {

/// The input that lists the files of the run, deleted ones too, in the column below.
inline constexpr std::string_view kFileIdsInput = "param_file_ids";
/// Of that input, and of outputs whose rows are replaced by file.
inline constexpr std::string_view kFileIdColumn = "file_id";

}  // namespace codeanatomy::engine
