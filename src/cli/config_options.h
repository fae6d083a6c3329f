// The flags of the declared options (catalog/option.h), for every command that resolves a Config.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "cli/invocation.h"
#include "driver/config/config.h"

namespace CLI {
class App;
}

namespace codeanatomy::cli {

/// Keys of the options that decide how an engine session is built.
inline constexpr std::string_view kSessionKeys[] = {"engine.features", "engine.memory_limit",
                                                    "engine.plugins",  "engine.profile",
                                                    "engine.settings", "engine.threads"};

/// Keys of the options that decide what a run records of itself.
inline constexpr std::string_view kTracingKeys[] = {"engine.instrument_object_store",
                                                    "engine.plan_preview",
                                                    "engine.rule_tracing",
                                                    "engine.tracing_preset",
                                                    "otel.bsp_export_timeout_ms",
                                                    "otel.bsp_max_export_batch_size",
                                                    "otel.bsp_max_queue_size",
                                                    "otel.bsp_schedule_delay_ms",
                                                    "otel.enable_traces",
                                                    "otel.endpoint",
                                                    "otel.protocol",
                                                    "otel.sampler",
                                                    "otel.sampler_arg"};

/// Adds a flag for every declared option to `command`, or for those of `keys`; the texts given are
/// in the returned map once the line is parsed.
std::shared_ptr<driver::TextSettings> AddConfigOptions(CLI::App& command,
                                                       std::span<const std::string_view> keys = {});

/// Flags, environment and configuration files of the working directory. Errors: InvalidConfig,
/// InvalidArgument.
Result<driver::Config> ResolveConfig(const GlobalOptions& global,
                                     const driver::TextSettings& flags);

}  // namespace codeanatomy::cli
