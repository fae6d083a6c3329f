// RunBuild: a request document to a response document. What the C interface calls.
#pragma once

#include <string>

namespace codeanatomy::embed {

struct Response {
  int status = 0;  // 0, or the exit status of the error's code
  std::string json;
};

/// Reads the request strictly, runs it and tells of it. Never throws, never prints.
/// Errors stand in the response: InvalidArgument for the request, those of ParseSpec and RunSpec.
Response RunBuild(const char* request_json);

}  // namespace codeanatomy::embed
