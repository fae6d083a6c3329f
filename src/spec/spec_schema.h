// SpecJsonSchema: the JSON Schema of specs, made from the same descriptions as the decoder.
#pragma once

#include <string>

namespace codeanatomy::spec {

/// JSON Schema 2020-12, sorted members, two spaces of indentation, a newline at the end. It accepts
/// every document that ParseSpec accepts; what needs more than shapes (names, types of expressions,
/// depth) is checked by the program alone.
std::string SpecJsonSchema();

}  // namespace codeanatomy::spec
