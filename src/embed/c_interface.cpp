// The C names of the embedding interface.
#include <cstdlib>
#include <cstring>
#include <exception>

#include <codeanatomy/query.h>
#include <codeanatomy/run_build.h>

#include "embed/document.h"
#include "embed/query.h"
#include "embed/run_build.h"

namespace {

/// A copy that codeanatomy_free gives back.
int GiveOut(const codeanatomy::embed::Response& response, char** out) {
  *out = static_cast<char*>(std::malloc(response.json.size() + 1));
  if (*out != nullptr) std::memcpy(*out, response.json.c_str(), response.json.size() + 1);
  return response.status;
}

/// The other side is C: what would leave as an exception (memory that ran out, a bug) is told as
/// any other error.
template <typename Answer>
int Guarded(Answer answer, const char* request, char** out) {
  try {
    return GiveOut(answer(request), out);
  } catch (const std::exception& failure) {
    return GiveOut(codeanatomy::embed::ErrorResponse(
                       codeanatomy::Error(codeanatomy::ErrorCode::kInternal, failure.what())),
                   out);
  }
}

}  // namespace

extern "C" {

const char* codeanatomy_version(void) { return CA_PROGRAM_VERSION; }

int codeanatomy_run_build(const char* request_json, char** response_json) {
  return Guarded(codeanatomy::embed::RunBuild, request_json, response_json);
}

int codeanatomy_query(const char* request_json, char** response_json) {
  return Guarded(codeanatomy::embed::Query, request_json, response_json);
}

void codeanatomy_free(char* response_json) { std::free(response_json); }
}
