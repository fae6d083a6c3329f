/* A plugin: the scalar function text_metrics_words, which counts words, and the relation
 * "text_metrics.limits", which holds the plugin's options.
 *
 *   codeanatomy sql --plugin 'build/release/text_metrics.so={"min_letters": 2}' \
 *       "SELECT text_metrics_words('a bc def')" */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "codeanatomy/plugin.h"

/* Every function of the engine that is called, found by name: the engine is not linked. */
#define ENGINE_FUNCTIONS(F)                   \
  F(duckdb_create_scalar_function)            \
  F(duckdb_destroy_scalar_function)           \
  F(duckdb_scalar_function_set_name)          \
  F(duckdb_scalar_function_add_parameter)     \
  F(duckdb_scalar_function_set_return_type)   \
  F(duckdb_scalar_function_set_extra_info)    \
  F(duckdb_scalar_function_set_function)      \
  F(duckdb_scalar_function_get_extra_info)    \
  F(duckdb_register_scalar_function)          \
  F(duckdb_create_logical_type)               \
  F(duckdb_destroy_logical_type)              \
  F(duckdb_data_chunk_get_size)               \
  F(duckdb_data_chunk_get_vector)             \
  F(duckdb_vector_get_data)                   \
  F(duckdb_vector_get_validity)               \
  F(duckdb_vector_ensure_validity_writable)   \
  F(duckdb_query)                             \
  F(duckdb_destroy_result)                    \
  F(duckdb_result_error)

#define DECLARE(name) static __typeof__(&name) engine_##name;
ENGINE_FUNCTIONS(DECLARE)
#undef DECLARE

static int64_t CountWords(const char* text, uint32_t size, int64_t min_letters) {
  int64_t words = 0, letters = 0;
  for (uint32_t i = 0; i <= size; ++i) {
    const char c = i < size ? text[i] : ' ';
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
      ++letters;
      continue;
    }
    if (letters >= min_letters && letters > 0) ++words;
    letters = 0;
  }
  return words;
}

/* Null gives null, which the engine sees to by itself for functions without special handling; its
 * vectors still hold something at such rows, so the validity is asked before a text is read. */
static void Words(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const int64_t min_letters = (int64_t)(intptr_t)engine_duckdb_scalar_function_get_extra_info(info);
  duckdb_vector column = engine_duckdb_data_chunk_get_vector(input, 0);
  const duckdb_string_t* texts = (const duckdb_string_t*)engine_duckdb_vector_get_data(column);
  const uint64_t* valid = engine_duckdb_vector_get_validity(column);
  int64_t* counts = (int64_t*)engine_duckdb_vector_get_data(output);
  const idx_t rows = engine_duckdb_data_chunk_get_size(input);
  engine_duckdb_vector_ensure_validity_writable(output);
  uint64_t* out_valid = engine_duckdb_vector_get_validity(output);
  for (idx_t row = 0; row < rows; ++row) {
    const uint64_t bit = UINT64_C(1) << (row % 64);
    if (valid != NULL && (valid[row / 64] & bit) == 0) {
      out_valid[row / 64] &= ~bit;
      continue;
    }
    const duckdb_string_t* text = &texts[row];
    const uint32_t size = text->value.inlined.length;
    counts[row] = CountWords(size <= 12 ? text->value.inlined.inlined : text->value.pointer.ptr, size,
                             min_letters);
  }
}

static int RegisterWords(duckdb_connection connection, int64_t min_letters, ca_error* error) {
  duckdb_scalar_function function = engine_duckdb_create_scalar_function();
  duckdb_logical_type text = engine_duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
  duckdb_logical_type count = engine_duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
  engine_duckdb_scalar_function_set_name(function, "text_metrics_words");
  engine_duckdb_scalar_function_add_parameter(function, text);
  engine_duckdb_scalar_function_set_return_type(function, count);
  engine_duckdb_scalar_function_set_extra_info(function, (void*)(intptr_t)min_letters, NULL);
  engine_duckdb_scalar_function_set_function(function, Words);
  const duckdb_state status = engine_duckdb_register_scalar_function(connection, function);
  engine_duckdb_destroy_logical_type(&text);
  engine_duckdb_destroy_logical_type(&count);
  engine_duckdb_destroy_scalar_function(&function);
  if (status == DuckDBSuccess) return 0;
  snprintf(error->message, sizeof error->message, "the engine refuses text_metrics_words");
  return 1;
}

static int CreateLimits(duckdb_connection connection, int64_t min_letters, ca_error* error) {
  char sql[160];
  duckdb_result result;
  snprintf(sql, sizeof sql, "CREATE VIEW \"text_metrics.limits\" AS SELECT %lld::BIGINT AS min_letters",
           (long long)min_letters);
  const duckdb_state status = engine_duckdb_query(connection, sql, &result);
  if (status != DuckDBSuccess)
    snprintf(error->message, sizeof error->message, "%s", engine_duckdb_result_error(&result));
  engine_duckdb_destroy_result(&result);
  return status == DuckDBSuccess ? 0 : 2;
}

/* The host has checked the options against the schema, and hands them over in canonical form: the
 * one member, if it is there, is {"min_letters":N}. */
static int64_t MinLetters(const char* options) {
  const char* at = strchr(options, ':');
  long long value = 1;
  if (at != NULL) sscanf(at + 1, "%lld", &value);
  return value;
}

static const char* const kFeatures[] = {"words", NULL};
static const char* const kFunctions[] = {"text_metrics_words", NULL};
static const char* const kRelations[] = {"text_metrics.limits", NULL};

static const ca_plugin_manifest kManifest = {
    .struct_size = sizeof(ca_plugin_manifest),
    .abi_major = CA_PLUGIN_ABI_MAJOR,
    .abi_minor = CA_PLUGIN_ABI_MINOR,
    .engine_major = CA_PLUGIN_ENGINE_MAJOR,
    .engine_minor = CA_PLUGIN_ENGINE_MINOR,
    .arrow_major = CA_PLUGIN_ARROW_MAJOR,
    .plugin_name = "text_metrics",
    .plugin_version = "1.0.0",
    .build_id = "example",
    .capabilities = CA_PLUGIN_SCALAR_FUNCTIONS | CA_PLUGIN_RELATIONS,
    .features = kFeatures,
    .functions = kFunctions,
    .relations = kRelations,
    .options_schema = "{\"type\": \"object\", \"properties\": {\"min_letters\": "
                      "{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 100}}}",
};

const ca_plugin_manifest* ca_plugin_manifest_v1(void) { return &kManifest; }

int ca_plugin_register_v1(const ca_host_api* host, duckdb_connection connection,
                          const char* options_json, ca_error* error) {
#define FIND(name)                                                                           \
  engine_##name = (__typeof__(&name))host->engine_function(host->host, #name);               \
  if (engine_##name == NULL) {                                                               \
    snprintf(error->message, sizeof error->message, "the engine lacks " #name);              \
    return 3;                                                                                \
  }
  ENGINE_FUNCTIONS(FIND)
#undef FIND
  const int64_t min_letters = MinLetters(options_json);
  const int status = RegisterWords(connection, min_letters, error);
  if (status != 0) return status;
  host->log(host->host, CA_LOG_INFO, "text_metrics is registered");
  return CreateLimits(connection, min_letters, error);
}
