#include "driver/config/session_options.h"

#include "engine/session/runtime_profile.h"
#include "spec/knobs.h"

namespace codeanatomy::driver {

Result<engine::SessionOptions> SessionOptionsOf(const Config& config) {
  engine::SessionOptions options;
  CA_ASSIGN_OR_RETURN(options.profile, engine::ParseProfile(config.GetText("engine.profile")));
  CA_ASSIGN_OR_RETURN(const spec::RuntimeProfile knobs,
                      spec::ParseKnobs(config.GetList("engine.settings")));
  if (knobs.row_group_rows) {
    return Error(ErrorCode::kInvalidArgument,
                 "row_group_rows is no setting of a run: files and their digests follow from it",
                 "engine.settings", "a spec says it, in runtime_profile");
  }
  CA_ASSIGN_OR_RETURN(options,
                      engine::WithKnobs(std::move(options), knobs, engine::KnobSource::kSettings));
  if (const int64_t threads = config.GetInt("engine.threads"); threads > 0)
    options.threads = static_cast<int>(threads);
  if (const int64_t limit = config.GetInt("engine.memory_limit"); limit > 0) {
    options.memory_limit_bytes = static_cast<uint64_t>(limit);
    options.engine_memory_bytes.reset();  // the engine's part follows from the whole
  }
  options.wrap_partition_values = config.GetBool("engine.wrap_partition_values");
  CA_ASSIGN_OR_RETURN(options.features,
                      engine::FeatureGates::Parse(config.GetList("engine.features")));
  CA_ASSIGN_OR_RETURN(options.plugins, engine::OpenPlugins(config.GetList("engine.plugins")));
  return options;
}

}  // namespace codeanatomy::driver
