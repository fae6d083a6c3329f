// What both documents of the embedding interface share: strict reading, errors as members.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "embed/run_build.h"
#include "expr/json_reader.h"

namespace codeanatomy::embed {

using OrderedJson = nlohmann::ordered_json;

/// The reader's words under the code of a request: the spec in it has codes of its own.
Error InvalidRequest(const Error& error);
/// UTF-8, indented by one; text that is no UTF-8 with U+FFFD.
std::string Dump(const OrderedJson& document);
/// {"contract_version", "error": {stage, code, message, subject, frames}} and its exit status.
Response ErrorResponse(const Error& error);

}  // namespace codeanatomy::embed
