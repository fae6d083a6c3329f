#include <array>

#include "catalog/option.h"
#include "catalog/python_version.h"

namespace codeanatomy {
namespace {

constexpr std::string_view kEdgesChoices[] = {"stored", "full"};
constexpr std::string_view kPropsChoices[] = {"sparse", "full"};
constexpr std::string_view kProfileChoices[] = {"small", "medium", "large"};
constexpr std::string_view kTunerChoices[] = {"spec", "off", "observe"};
constexpr std::string_view kRulepackChoices[] = {"Default", "LowLatency", "Replay", "Strict"};

using enum OptionType;
using enum OptionEffect;

// Sorted by key; checked below.
constexpr auto kOptions = std::to_array<OptionInfo>({
    {.key = "build.include_run_bundle",
     .type = kBool,
     .default_value = "true",
     .flag = "--include-run-bundle",
     .effect = kRun,
     .summary = "write run_bundles/<run_id>/ with manifest, spec, timings and events"},
    {.key = "build.output_dir",
     .type = kText,
     .flag = "--output-dir",
     .short_flag = "-o",
     .env = "CODEANATOMY_OUTPUT_DIR",
     .effect = kRun,
     .summary = "folder of the build; default .codeanatomy in the repository"},
    {.key = "build.strict",
     .type = kBool,
     .default_value = "false",
     .flag = "--strict",
     .effect = kRun,
     .summary = "a file that cannot be read or parsed fails the build (exit 10)"},
    {.key = "build.target_version",
     .type = kChoice,
     .flag = "--target-version",
     .env = "CODEANATOMY_TARGET_VERSION",
     .effect = kContent,
     .summary =
         "Python grammar; default: the newest that satisfies the repository's requires-python",
     .choices = kPythonVersionNames},
    {.key = "engine.compliance_retention_days",
     .type = kInt,
     .default_value = "7",
     .flag = "--compliance-retention-days",
     .env = "CODEANATOMY_COMPLIANCE_RETENTION_DAYS",
     .effect = kRun,
     .summary =
         "days for which what a run captures (compliance.json) is kept; the next run into the "
         "folder removes what is over"},
    {.key = "engine.features",
     .type = kTextList,
     .flag = "--feature",
     .env = "CODEANATOMY_FEATURES",
     .effect = kRun,
     .summary = "switch a feature gate: its name, or no- and its name; repeatable",
     .value = "GATE"},
    {.key = "engine.memory_limit",
     .type = kSize,
     .default_value = "0",
     .flag = "--memory-limit",
     .env = "CODEANATOMY_MEMORY_LIMIT",
     .effect = kRun,
     .summary = "resident memory of the whole session; 0: what the profile says"},
    {.key = "engine.plugins",
     .type = kTextList,
     .flag = "--plugin",
     .effect = kContent,
     .summary = "load a plugin: its library, or LIBRARY={options}; repeatable; in a configuration "
                "file only if --config names it",
     .value = "LIBRARY",
     .loads_code = true,
     .names_file = true},
    {.key = "engine.profile",
     .type = kChoice,
     .default_value = "medium",
     .flag = "--engine-profile",
     .env = "CODEANATOMY_ENGINE_PROFILE",
     .effect = kRun,
     .summary = "small: 2 threads, 256 MiB; medium: all CPUs, 1 GiB; large: all CPUs, 4 GiB",
     .choices = kProfileChoices},
    {.key = "engine.rulepack_profile",
     .type = kChoice,
     .default_value = "Default",
     .flag = "--rulepack-profile",
     .env = "CODEANATOMY_RULEPACK_PROFILE",
     .effect = kContent,
     .summary = "rule pack named in the execution spec",
     .choices = kRulepackChoices},
    {.key = "engine.settings",
     .type = kTextList,
     .flag = "--engine-setting",
     .env = "CODEANATOMY_ENGINE_SETTINGS",
     .effect = kRun,
     .summary = "a knob of the runtime profile, where a spec does not fix it; repeatable",
     .value = "KNOB=VALUE"},
    {.key = "engine.threads",
     .type = kInt,
     .default_value = "0",
     .flag = "--threads",
     .short_flag = "-j",
     .env = "CODEANATOMY_THREADS",
     .effect = kRun,
     .summary = "worker threads; 0: what the profile says"},
    {.key = "engine.tuner_mode",
     .type = kChoice,
     .default_value = "spec",
     .flag = "--tuner-mode",
     .env = "CODEANATOMY_ENGINE_TUNER_MODE",
     .effect = kRun,
     .summary = "observe: measure the run and give hints for the knobs of runtime profiles; spec: "
                "what the spec says",
     .choices = kTunerChoices},
    {.key = "flow.exceptional_dependence",
     .type = kBool,
     .default_value = "false",
     .flag = "--exceptional-dependence",
     .effect = kContent,
     .summary = "also write post-dominance and control dependence over all exceptional edges, "
                "label EXCEPTIONAL"},
    {.key = "graph.edges",
     .type = kChoice,
     .default_value = "stored",
     .flag = "--edges",
     .effect = kContent,
     .summary = "full also writes the derived edge kinds and edge_id, for foreign readers",
     .choices = kEdgesChoices},
    {.key = "graph.id_salt",
     .type = kInt,
     .default_value = "0",
     .flag = "--id-salt",
     .effect = kContent,
     .summary = "way out of ID_COLLISION: becomes the last part of every id's hash; 0: none"},
    {.key = "graph.props",
     .type = kChoice,
     .default_value = "sparse",
     .flag = "--props",
     .effect = kContent,
     .summary = "full writes the long form of cpg_props and cpg_props_map",
     .choices = kPropsChoices},
    {.key = "graph.semantics",
     .type = kText,
     .flag = "--semantics",
     .env = "CODEANATOMY_SEMANTICS",
     .effect = kContent,
     .summary = "file of further declarations; default: semantics.toml of the repository, if any",
     .names_file = true},
    {.key = "source.exclude_globs",
     .type = kTextList,
     .flag = "--exclude-glob",
     .env = "CODEANATOMY_EXCLUDE_GLOBS",
     .effect = kContent,
     .summary = "leave out matching files; gitignore syntax, repeatable",
     .value = "GLOB"},
    {.key = "source.follow_symlinks",
     .type = kBool,
     .default_value = "false",
     .flag = "--follow-symlinks",
     .effect = kContent,
     .summary = "follow links that stay inside the repository"},
    {.key = "source.include_cst",
     .type = kBool,
     .default_value = "false",
     .flag = "--include-cst",
     .effect = kContent,
     .summary = "also write the concrete syntax tree: cst_nodes and cst_tokens"},
    {.key = "source.include_globs",
     .type = kTextList,
     .flag = "--include-glob",
     .env = "CODEANATOMY_INCLUDE_GLOBS",
     .effect = kContent,
     .summary = "take only matching files; gitignore syntax, repeatable",
     .value = "GLOB"},
    {.key = "source.include_notebooks",
     .type = kBool,
     .default_value = "true",
     .flag = "--include-notebooks",
     .effect = kContent,
     .summary = "take Jupyter notebooks: their code cells are one module"},
    {.key = "source.include_submodules",
     .type = kBool,
     .default_value = "false",
     .flag = "--include-submodules",
     .effect = kContent,
     .summary = "enter submodules and nested repositories"},
    {.key = "source.include_untracked",
     .type = kBool,
     .default_value = "true",
     .flag = "--include-untracked",
     .effect = kContent,
     .summary = "take files that git does not track and does not ignore"},
    {.key = "source.include_worktrees",
     .type = kBool,
     .default_value = "false",
     .flag = "--include-worktrees",
     .effect = kContent,
     .summary = "enter git worktrees inside the repository"},
    {.key = "source.max_file_bytes",
     .type = kSize,
     .default_value = "64 MiB",
     .flag = "--max-file-bytes",
     .env = "CODEANATOMY_MAX_FILE_BYTES",
     .effect = kContent,
     .summary = "a larger file keeps its row and gives a diagnostic"},
    {.key = "source.max_files",
     .type = kInt,
     .default_value = "200000",
     .flag = "--max-files",
     .effect = kContent,
     .summary = "more files give a diagnostic and are left out",
     .minimum = 1},
});

static_assert(
    [] {
      for (size_t i = 1; i < kOptions.size(); ++i) {
        if (!(kOptions[i - 1].key < kOptions[i].key)) return false;
      }
      return true;
    }(),
    "options are sorted by key and unique");

}  // namespace

std::span<const OptionInfo> Options() { return kOptions; }

const OptionInfo* FindOption(std::string_view key) {
  for (const OptionInfo& option : kOptions) {
    if (option.key == key) return &option;
  }
  return nullptr;
}

}  // namespace codeanatomy
