#include "embed/document.h"

#include <codeanatomy/run_build.h>

namespace codeanatomy::embed {

Error InvalidRequest(const Error& error) {
  return {ErrorCode::kInvalidArgument, "the request: " + error.message(), error.subject(),
          "docs/formats/embedding.md tells its members"};
}

std::string Dump(const OrderedJson& document) {
  return document.dump(1, ' ', false, OrderedJson::error_handler_t::replace);
}

Response ErrorResponse(const Error& error) {
  const ErrorCodeInfo& code = GetErrorCodeInfo(error.code());
  return {code.exit_status, Dump({{"contract_version", CODEANATOMY_CONTRACT_VERSION},
                                  {"error",
                                   {{"stage", code.stage},
                                    {"code", code.name},
                                    {"message", error.message()},
                                    {"subject", error.subject()},
                                    {"way_out", error.way_out()},
                                    {"frames", error.frames()}}}})};
}

}  // namespace codeanatomy::embed
