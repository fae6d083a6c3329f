// The text of one value of a result.
#pragma once

#include <string>

#include "engine/duckdb/query_result.h"

namespace codeanatomy::query {

/// As JSON: numbers and booleans as they are, decimals, dates and times as text, binary as base64,
/// structs as objects, maps as lists of [key, value] sorted by key.
void AppendJson(const engine::VectorView& column, size_t row, std::string& out);

/// As a cell: text as it is, nested values as JSON, null as nothing.
void AppendPlain(const engine::VectorView& column, size_t row, std::string& out);

void AppendJsonString(std::string_view text, std::string& out);

}  // namespace codeanatomy::query
