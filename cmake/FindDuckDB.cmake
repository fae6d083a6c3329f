# Finds DuckDB's C API: the header at build time, the library for run time.
#
# The library is opened with dlopen, never linked, so a program starts without it and linking does
# not depend on it. Looked for in this order:
#   CODEANATOMY_DUCKDB_ROOT  cache or environment variable: a directory with duckdb.h and the library,
#                            flat or as include/ and lib/
#   .deps/duckdb             what scripts/setup.sh obtained, the pinned version
#   the system               a distribution's own package
#
# Result
#   DuckDB::headers          imported INTERFACE target: the include directory
#   DuckDB_INCLUDE_DIR, DuckDB_LIBRARY, DuckDB_VERSION
#   duckdb_beside_programs() links the library into CMAKE_BINARY_DIR at build, where programs look
#                            first; then CODEANATOMY_DUCKDB_LIBRARY, then the loader's search path.
set(CODEANATOMY_DUCKDB_ROOT "$ENV{CODEANATOMY_DUCKDB_ROOT}" CACHE PATH "Directory of duckdb.h and libduckdb.so")

# Without a root of its own, the pinned copy precedes whatever else the machine has.
set(_duckdb_roots "${CODEANATOMY_DUCKDB_ROOT}" "${PROJECT_SOURCE_DIR}/.deps/duckdb")
list(REMOVE_ITEM _duckdb_roots "")
foreach(_duckdb_how "PATHS;${_duckdb_roots};NO_DEFAULT_PATH" "")
  find_path(DuckDB_INCLUDE_DIR duckdb.h ${_duckdb_how} PATH_SUFFIXES include
            DOC "Directory of duckdb.h")
  find_library(DuckDB_LIBRARY duckdb ${_duckdb_how} PATH_SUFFIXES lib
               DOC "DuckDB's shared library, opened at run time")
endforeach()

# The header's macros say in which release a function appeared, not its own release; only the
# pinned copy's version is known.
set(DuckDB_VERSION "")
if(DuckDB_INCLUDE_DIR STREQUAL "${PROJECT_SOURCE_DIR}/.deps/duckdb")
  file(STRINGS "${PROJECT_SOURCE_DIR}/scripts/versions.env" _duckdb_pin REGEX "^DUCKDB_VERSION=")
  string(REPLACE "DUCKDB_VERSION=" "" DuckDB_VERSION "${_duckdb_pin}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  DuckDB
  REQUIRED_VARS DuckDB_LIBRARY DuckDB_INCLUDE_DIR
  VERSION_VAR DuckDB_VERSION
  REASON_FAILURE_MESSAGE "Run scripts/setup.sh, or set CODEANATOMY_DUCKDB_ROOT.")
mark_as_advanced(DuckDB_INCLUDE_DIR DuckDB_LIBRARY)

if(DuckDB_FOUND AND NOT TARGET DuckDB::headers)
  add_library(DuckDB::headers INTERFACE IMPORTED)
  target_include_directories(DuckDB::headers INTERFACE "${DuckDB_INCLUDE_DIR}")
endif()

function(duckdb_beside_programs)
  set(link "${CMAKE_BINARY_DIR}/libduckdb.so")
  add_custom_command(
    OUTPUT "${link}"
    COMMAND "${CMAKE_COMMAND}" -E create_symlink "${DuckDB_LIBRARY}" "${link}"
    DEPENDS "${DuckDB_LIBRARY}"
    COMMENT "Linking libduckdb.so beside the programs"
    VERBATIM)
  add_custom_target(duckdb_library ALL DEPENDS "${link}")
endfunction()
