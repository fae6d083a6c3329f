#include "engine/duckdb/engine_plan.h"

#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

namespace codeanatomy::engine {
namespace {

using Json = nlohmann::json;

/// One text or a list of them.
void AddTexts(const Json& info, const char* member, std::vector<std::string>& out) {
  const auto at = info.find(member);
  if (at == info.end()) return;
  if (at->is_string()) out.push_back(at->get<std::string>());
  if (!at->is_array()) return;
  for (const Json& text : *at) {
    if (text.is_string()) out.push_back(text.get<std::string>());
  }
}

EngineOperator OperatorOf(const Json& node, size_t depth) {
  EngineOperator one{.name = node.value("name", ""), .depth = depth};
  const Json info = node.value("extra_info", Json::object());
  one.is_scan = one.name.starts_with("READ_PARQUET") || one.name.starts_with("PARQUET_SCAN");
  AddTexts(info, "Filters", one.filters);
  if (one.name == "FILTER") AddTexts(info, "Expression", one.filters);
  const auto rows = info.find("Estimated Cardinality");
  if (rows != info.end() && rows->is_string()) {
    const auto& text = rows->get_ref<const std::string&>();
    int64_t number = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc())
      one.estimated_rows = number;
  }
  return one;
}

}  // namespace

Result<std::vector<EngineOperator>> ReadEnginePlan(Connection& connection, std::string_view sql) {
  CA_ASSIGN_OR_RETURN(QueryResult rows,
                      connection.Query("EXPLAIN (FORMAT json) " + std::string(sql)));
  CA_ASSIGN_OR_RETURN(const Chunk* chunk, rows.Next());
  Json document;
  if (chunk != nullptr && chunk->rows() == 1)
    document = Json::parse(chunk->column(1).Text(0), nullptr, false);
  if (!document.is_array())
    return Error(ErrorCode::kInternal, "the engine's explanation is no list of operators");
  std::vector<EngineOperator> operators;
  std::vector<std::pair<const Json*, size_t>> open;
  for (auto root = document.rbegin(); root != document.rend(); ++root) open.emplace_back(&*root, 0);
  while (!open.empty()) {
    const auto [node, depth] = open.back();
    open.pop_back();
    if (!node->is_object()) continue;
    operators.push_back(OperatorOf(*node, depth));
    const auto children = node->find("children");
    if (children == node->end() || !children->is_array()) continue;
    for (auto child = children->rbegin(); child != children->rend(); ++child)
      open.emplace_back(&*child, depth + 1);
  }
  return operators;
}

}  // namespace codeanatomy::engine
