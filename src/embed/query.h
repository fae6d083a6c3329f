// Query: a query document to a response document. What the C interface calls.
#pragma once

#include "embed/run_build.h"

namespace codeanatomy::embed {

/// Opens the build read-only, loads the plugins, makes the functions, runs the statement under the
/// SQL policy. Never throws, never prints. Errors stand in the response: InvalidArgument for the
/// request, those of BuildReader and CreateFunction. Cost: the rows are held in memory as text.
Response Query(const char* request_json);

}  // namespace codeanatomy::embed
