// What this program is: set by the build (src/CMakeLists.txt).
#pragma once

#include <string_view>

namespace codeanatomy::cli {

inline constexpr std::string_view kProgramVersion = CA_PROGRAM_VERSION;
inline constexpr std::string_view kDuckDbVersion = CA_DUCKDB_VERSION;  // empty: a system library
extern const std::string_view kProgramCommit;                          // empty: no git checkout

}  // namespace codeanatomy::cli
