/* The plugin interface: functions, relations and declarations of one's own, in a shared library.
 *
 * A plugin exports two functions, ca_plugin_manifest_v1 and ca_plugin_register_v1. It is loaded
 * only where it is named (`--plugin FILE`, `[engine] plugins`), and checked in this order, each
 * failure ending the session with SESSION_INITIALIZATION_FAILED: library opens, manifest is there
 * and large enough, ABI, engine and Arrow versions, names, options against the plugin's own JSON
 * Schema, registration, and at last that the functions and views which were added are those that
 * the manifest names.
 *
 * Plain C. examples/plugin/text_metrics.c is a whole plugin; docs/formats/plugins.md has the rules.
 */
#ifndef CODEANATOMY_PLUGIN_H
#define CODEANATOMY_PLUGIN_H

#include <duckdb.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A host loads plugins of its own major version and of no later minor one. Members of the structs
 * are only ever appended; struct_size says how many of them the other side knows. */
#define CA_PLUGIN_ABI_MAJOR 1
#define CA_PLUGIN_ABI_MINOR 2
/* The engine release whose functions a plugin calls: major and minor must equal the host's. */
#define CA_PLUGIN_ENGINE_MAJOR 1
#define CA_PLUGIN_ENGINE_MINOR 5
/* The Arrow C data interface. */
#define CA_PLUGIN_ARROW_MAJOR 1

/* What a plugin brings; each bit is set if and only if there is something of that kind. */
#define CA_PLUGIN_RELATIONS (UINT64_C(1) << 0)
#define CA_PLUGIN_SCALAR_FUNCTIONS (UINT64_C(1) << 1)
#define CA_PLUGIN_AGGREGATE_FUNCTIONS (UINT64_C(1) << 2)
#define CA_PLUGIN_TABLE_FUNCTIONS (UINT64_C(1) << 4)
#define CA_PLUGIN_DECLARATIONS (UINT64_C(1) << 6)

/* Texts are UTF-8, end with a zero byte and live as long as the library is open. */
typedef struct ca_plugin_manifest {
  uint32_t struct_size; /* sizeof(ca_plugin_manifest) */
  uint16_t abi_major, abi_minor;
  uint16_t engine_major, engine_minor;
  uint16_t arrow_major;
  const char* plugin_name; /* ^[a-z][a-z0-9_]{0,62}$ */
  const char* plugin_version;
  const char* build_id;
  uint64_t capabilities;
  const char* const* features;  /* ends with NULL; words for the capability snapshot */
  const char* const* functions; /* ends with NULL; "<plugin>_…", macros too */
  const char* const* relations; /* ends with NULL; "<plugin>.…", views that the plugin creates */
  const char* options_schema;   /* JSON Schema of an object; NULL: there are no options */
  const char* declarations;     /* a semantics.toml; NULL: none */
} ca_plugin_manifest;

typedef enum ca_log_level { CA_LOG_DEBUG = 0, CA_LOG_INFO = 1, CA_LOG_WARNING = 2 } ca_log_level;

/* What the host offers while a plugin registers itself. */
typedef struct ca_host_api {
  uint32_t struct_size;
  uint16_t abi_major, abi_minor;
  void* host;
  /* An event of the run; a plugin writes nothing to standard output or error. */
  void (*log)(void* host, ca_log_level level, const char* message);
  /* The value of a setting of the session, NULL where there is none; until registration ends. */
  const char* (*setting)(void* host, const char* name);
  /* A function of the engine's C API by name, such as "duckdb_create_scalar_function"; NULL where
   * the engine has none of that name. The engine is not linked: all calls go through these. */
  void* (*engine_function)(void* host, const char* name);
} ca_host_api;

typedef struct ca_error {
  char message[512]; /* ends with a zero byte */
} ca_error;

const ca_plugin_manifest* ca_plugin_manifest_v1(void);

/* Registers everything on `connection`, under its options: a JSON object that fits options_schema.
 * Returns 0, or anything else with a message in `error`. Called once per session. */
int ca_plugin_register_v1(const ca_host_api* host, duckdb_connection connection,
                          const char* options_json, ca_error* error);

#ifdef __cplusplus
}
#endif

#endif /* CODEANATOMY_PLUGIN_H */
