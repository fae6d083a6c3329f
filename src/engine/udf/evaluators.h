// The evaluators that catalog/function.def names: one per native function, over whole vectors.
#pragma once

#include <duckdb.h>

namespace codeanatomy::engine {

#define CA_NATIVE_FUNCTION(name, Evaluator, ...) \
  void Evaluator(duckdb_function_info info, duckdb_data_chunk arguments, duckdb_vector result);
#define CA_MACRO_FUNCTION(...)
#define CA_SET_FUNCTION(...)
#include "catalog/function.def"

}  // namespace codeanatomy::engine
