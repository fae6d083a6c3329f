// CheckOptions: a plugin's options against the plugin's JSON Schema.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace codeanatomy::engine {

/// Returns the options as canonical JSON. The subset of JSON Schema is type, properties, required,
/// items, enum, minimum, maximum; another keyword is an error of the schema, and members of an
/// object that `properties` does not name are refused. `schema` empty: no options may be given.
/// Errors InvalidArgument, with the JSON path.
Result<std::string> CheckOptions(std::string_view options, std::string_view schema);

}  // namespace codeanatomy::engine
