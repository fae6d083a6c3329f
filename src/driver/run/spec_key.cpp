#include "driver/run/spec_key.h"

namespace codeanatomy::driver {

std::string SpecKey(const spec::Spec& spec) {
  spec::Spec key = spec;
  key.runtime = {};
  key.runtime_profile.reset();
  key.cache_policy.reset();
  for (spec::InputRelation& input : key.input_relations) {
    input.content_digest.reset();
    input.version_pin.reset();
  }
  return spec::SpecHash(key);
}

Result<expr::Json> ReadState(storage::FileSystem& files, const std::string& path) {
  CA_ASSIGN_OR_RETURN(const storage::FileStatus status, files.Status(path));
  if (!status.exists) return expr::Json();
  CA_ASSIGN_OR_RETURN(const std::string text, files.ReadFile(path));
  auto document = expr::ParseJson(text);
  if (!document) return RefusedState(path, document.error());
  return document;
}

Error RefusedState(const std::string& path, const Error& error) {
  return Error(ErrorCode::kInvalidArgument, "not what past runs left here: " + error.message(),
               path, "delete it: what it counted begins anew");
}

}  // namespace codeanatomy::driver
