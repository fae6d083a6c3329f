#include "engine/udf/registry.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/unreachable.h"
#include "catalog/function.h"
#include "engine/udf/argument.h"
#include "engine/udf/evaluators.h"

namespace codeanatomy::engine {
namespace {

struct NativeFunction {
  std::string_view name;
  duckdb_scalar_function_t evaluate;
};

constexpr auto kEvaluators = std::to_array<NativeFunction>({
#define CA_NATIVE_FUNCTION(name, Evaluator, ...) {name, Evaluator},
#define CA_MACRO_FUNCTION(...)
#define CA_SET_FUNCTION(...)
#include "catalog/function.def"
});

duckdb_scalar_function_t FindEvaluator(std::string_view name) {
  for (const NativeFunction& native : kEvaluators) {
    if (native.name == name) return native.evaluate;
  }
  CA_UNREACHABLE("the list of evaluators is made from the catalogue");
}

LogicalType ParseSqlType(std::string_view name) {
  LogicalType text{.id = DUCKDB_TYPE_VARCHAR};
  if (name == "VARCHAR") return text;
  if (name == "BIGINT") return {.id = DUCKDB_TYPE_BIGINT};
  if (name == "BOOLEAN") return {.id = DUCKDB_TYPE_BOOLEAN};
  if (name == "BIGINT[][]") {
    const LogicalType list{.id = DUCKDB_TYPE_LIST, .children = {{"", {.id = DUCKDB_TYPE_BIGINT}}}};
    return {.id = DUCKDB_TYPE_LIST, .children = {{"", list}}};
  }
  if (name == "STRUCT(l BIGINT, r BIGINT)[]") {
    const LogicalType number{.id = DUCKDB_TYPE_BIGINT};
    const LogicalType pair{.id = DUCKDB_TYPE_STRUCT, .children = {{"l", number}, {"r", number}}};
    return {.id = DUCKDB_TYPE_LIST, .children = {{"", pair}}};
  }
  if (name == "ANY") return {.id = DUCKDB_TYPE_ANY};
  if (name == "MAP(VARCHAR, VARCHAR)") {
    return {.id = DUCKDB_TYPE_MAP, .children = {{"key", text}, {"value", text}}};
  }
  CA_UNREACHABLE("a native function with an argument type that the registry lacks");
}

/// Refuses arguments that have no one text or integer form, before anything is computed.
void BindVariadic(duckdb_bind_info info) {
  const Library& library = Library::Loaded();
  const idx_t count = library.duckdb_scalar_function_bind_get_argument_count(info);
  for (idx_t i = 0; i < count; ++i) {
    duckdb_expression argument = library.duckdb_scalar_function_bind_get_argument(info, i);
    duckdb_logical_type type = library.duckdb_expression_return_type(argument);
    const LogicalType read = LogicalType::Of(library, type);
    library.duckdb_destroy_logical_type(&type);
    library.duckdb_destroy_expression(&argument);
    if (Argument::Accepts(read.id)) continue;
    library.duckdb_scalar_function_bind_set_error(
        info, fmt::format("argument {} is {}: only text, integers and booleans can be hashed",
                          i + 1, read.ToSql())
                  .c_str());
    return;
  }
}

Result<void> RegisterNative(Connection& connection, const FunctionInfo& info) {
  const Library& library = connection.library();
  duckdb_scalar_function function = library.duckdb_create_scalar_function();
  library.duckdb_scalar_function_set_name(function, std::string(info.name).c_str());
  auto with_type = [&](std::string_view name, auto&& use) {
    duckdb_logical_type type = ParseSqlType(name).Create(library);
    use(type);
    library.duckdb_destroy_logical_type(&type);
  };
  for (const FunctionParameter& parameter : NativeParameters(info)) {
    with_type(parameter.type, [&](duckdb_logical_type type) {
      library.duckdb_scalar_function_add_parameter(function, type);
    });
  }
  if (!info.variadic.empty()) {
    with_type(info.variadic, [&](duckdb_logical_type type) {
      library.duckdb_scalar_function_set_varargs(function, type);
    });
    library.duckdb_scalar_function_set_bind(function, BindVariadic);
  }
  with_type(info.returns, [&](duckdb_logical_type type) {
    library.duckdb_scalar_function_set_return_type(function, type);
  });
  library.duckdb_scalar_function_set_special_handling(function);
  library.duckdb_scalar_function_set_function(function, FindEvaluator(info.name));
  const duckdb_state status =
      library.duckdb_register_scalar_function(connection.handle(), function);
  library.duckdb_destroy_scalar_function(&function);
  if (status == DuckDBSuccess) return {};
  return Error(ErrorCode::kSessionInitializationFailed, "the engine refuses a function",
               std::string(info.name));
}

bool EqualIgnoringCase(std::string_view lower, std::string_view text) {
  return std::equal(lower.begin(), lower.end(), text.begin(), text.end(),
                    [](char a, char b) { return a == AsciiLower(b); });
}

/// Whether the body of a macro calls the function.
bool Mentions(std::string_view body, std::string_view name) {
  const std::string call = fmt::format("{}(", name);
  for (size_t at = body.find(call); at != std::string_view::npos; at = body.find(call, at + 1)) {
    if (at == 0) return true;
    const auto before = static_cast<unsigned char>(body[at - 1]);
    if (std::isalnum(before) == 0 && before != '_') return true;
  }
  return false;
}

}  // namespace

Result<void> InstallFunctions(Connection& connection) {
  for (const FunctionInfo& info : kFunctions) {
    if (info.is_native()) CA_RETURN_IF_ERROR(RegisterNative(connection, info));
  }
  return {};
}

Result<void> InstallMacros(Connection& connection, const std::set<std::string>& names) {
  std::set<std::string_view> wanted;
  for (const std::string& name : names) {
    for (const FunctionInfo& info : kFunctions) {
      if (info.is_macro() && EqualIgnoringCase(info.name, name)) wanted.insert(info.name);
    }
  }
  // A macro follows those it uses, so one pass from the last to the first finds all.
  for (size_t i = kFunctions.size(); i-- > 0;) {
    if (!wanted.contains(kFunctions[i].name)) continue;
    for (size_t used = 0; used < i; ++used) {
      if (kFunctions[used].is_macro() && Mentions(kFunctions[i].body, kFunctions[used].name)) {
        wanted.insert(kFunctions[used].name);
      }
    }
  }
  for (const FunctionInfo& info : kFunctions) {
    if (!wanted.contains(info.name)) continue;
    auto created = connection.Execute(
        info.kind == FunctionKind::kTable
            ? fmt::format("CREATE OR REPLACE MACRO {}({}) AS TABLE {}", QuoteIdentifier(info.name),
                          info.parameters, info.body)
            : fmt::format("CREATE OR REPLACE MACRO {}({}) AS ({})", QuoteIdentifier(info.name),
                          info.parameters, info.body));
    if (!created) {
      return Error(ErrorCode::kSessionInitializationFailed,
                   "the engine refuses a function: " + created.error().message(),
                   std::string(info.name));
    }
  }
  return {};
}

}  // namespace codeanatomy::engine
