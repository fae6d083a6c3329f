#include "query/export/dot_export.h"

#include <charconv>
#include <set>

#include <fmt/format.h>

namespace codeanatomy::query {
namespace {

constexpr size_t kMaxLabel = 60;       // characters of source in a node
constexpr size_t kMaxCandidates = 10;  // named when a function is ambiguous

struct NodeRow {
  int64_t id = 0;
  std::string label;
};

std::string QuoteSql(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

// In a double-quoted text of DOT only the quote must be escaped; `\n` and the like are escapes of
// labels.
std::string QuoteDot(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out + "\"";
}

// Whole characters of UTF-8 up to a number of bytes.
std::string_view Cut(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

template <typename Visit>
Result<void> ForEachRow(engine::BuildReader& reader, const std::string& sql, Visit visit) {
  CA_ASSIGN_OR_RETURN(engine::QueryResult rows, reader.Query(sql));
  while (true) {
    CA_ASSIGN_OR_RETURN(const engine::Chunk* chunk, rows.Next());
    if (chunk == nullptr) return {};
    for (size_t row = 0; row < chunk->rows(); ++row) {
      CA_RETURN_IF_ERROR(visit(*chunk, row));
    }
  }
}

// Null as nothing.
std::string_view TextAt(const engine::Chunk& chunk, size_t column, size_t row) {
  return chunk.column(column).is_null(row) ? std::string_view() : chunk.column(column).Text(row);
}

// The condition that a METHOD fulfils, by the three forms of a name.
std::string MethodCondition(std::string_view method) {
  const auto number = [](std::string_view text, int64_t& value) {
    const auto [at, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failure == std::errc() && at == text.data() + text.size();
  };
  int64_t value = 0;
  if (number(method, value)) return fmt::format("node_id = {}", value);
  const size_t colon = method.rfind(':');
  if (colon != std::string_view::npos && number(method.substr(colon + 1), value)) {
    return fmt::format("ast_kind <> 'Module' AND path = {} AND line = {}",
                       QuoteSql(method.substr(0, colon)), value);
  }
  return fmt::format("full_name = {}", QuoteSql(method));
}

Result<int64_t> FindMethod(engine::BuildReader& reader, const std::string& method) {
  std::vector<int64_t> found;
  std::string candidates;
  CA_RETURN_IF_ERROR(ForEachRow(
      reader,
      fmt::format(
          "SELECT node_id, coalesce(full_name, name), path, line FROM cpg_nodes WHERE kind IN "
          "('METHOD', 'TYPE_DECL') AND {} ORDER BY path, bstart, node_id",
          MethodCondition(method)),
      [&](const engine::Chunk& chunk, size_t row) -> Result<void> {
        found.push_back(chunk.column(0).Integer(row));
        if (found.size() > kMaxCandidates) return {};
        candidates +=
            fmt::format("{}{} ({}:{}, {})", candidates.empty() ? "" : "; ", TextAt(chunk, 1, row),
                        TextAt(chunk, 2, row), chunk.column(3).Integer(row), found.back());
        return {};
      }));
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return Error(ErrorCode::kNotFound, "no function of that name", method,
                 "name it by its full name, path:line of its def, or node id");
  }
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("{} functions are meant: {}", found.size(), candidates), method,
               "name one by its node id");
}

Result<std::string> KindCondition(const std::vector<std::string>& layers) {
  std::string kinds;
  for (const std::string& name : layers) {
    const GraphLayer* layer = nullptr;
    for (const GraphLayer& known : kGraphLayers) {
      if (known.name == name) layer = &known;
    }
    if (layer == nullptr) {
      return Error(ErrorCode::kInvalidArgument, "no such layer", name,
                   "use ast, cfg, cdg, ddg, pdg, cpg or all");
    }
    if (layer->kinds.empty()) return std::string("true");
    kinds += kinds.empty() ? "" : ", ";
    kinds += layer->kinds;
  }
  return kinds.empty() ? "true" : fmt::format("kind IN ({})", kinds);
}

// Source of a node on one line; the place of others. Columns: line, col, end_line, end_col,
// line_text, kind, name.
std::string LabelOf(const engine::Chunk& chunk, size_t row) {
  const auto integer = [&](size_t column) {
    return chunk.column(column).is_null(row) ? -1 : chunk.column(column).Integer(row);
  };
  const int64_t line = integer(1), begin = integer(2), end_line = integer(3), end = integer(4);
  const std::string_view text = TextAt(chunk, 5, row), kind = TextAt(chunk, 6, row);
  const std::string_view name = TextAt(chunk, 7, row);
  const bool is_scope = kind == "METHOD" || kind == "TYPE_DECL" || kind == "METHOD_RETURN";
  const bool is_cut = line < 0 || line != end_line || is_scope || begin > end ||
                      end > static_cast<int64_t>(text.size());
  std::string label(kind);
  if (!name.empty()) label += fmt::format(" {}", name);
  if (!is_cut) {
    const std::string_view source =
        text.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
    const std::string_view shown = Cut(source, kMaxLabel);
    label = std::string(shown) + (shown.size() < source.size() ? "…" : "");
  }
  return line < 0 ? label : fmt::format("{}  {}:{}", label, line, begin);
}

// Common table expressions: `edges`, between nodes of the function or between any. What a function
// evaluates is not all that stands in it: decorators and defaults are evaluated around it.
std::string EdgeTables(const std::string& kinds, int64_t method) {
  if (method < 0) {
    return fmt::format(
        "WITH edges AS (SELECT kind, src, dst, label, ordinal FROM cpg_edges WHERE {})", kinds);
  }
  return fmt::format(
      "WITH inside AS (SELECT node_id, kind FROM cpg_nodes WHERE method_id = {0} OR node_id = "
      "{0}), "
      "scopes AS (SELECT node_id FROM inside WHERE node_id = {0} OR kind NOT IN ('METHOD', "
      "'TYPE_DECL')), evaluated AS (SELECT unnest(nodes) AS node_id FROM flow_blocks WHERE "
      "function_id IN (FROM scopes) UNION SELECT node_id FROM inside WHERE node_id = {0} OR kind "
      "IN "
      "('METHOD_RETURN', 'CLOSURE_BINDING')), edges AS (SELECT kind, src, dst, label, ordinal FROM "
      "cpg_edges WHERE {1} AND CASE WHEN kind IN ('CFG', 'CDG', 'REACHING_DEF', 'DOMINATE', "
      "'POST_DOMINATE') THEN src IN (FROM evaluated) AND dst IN (FROM evaluated) ELSE src IN "
      "(SELECT "
      "node_id FROM inside) AND dst IN (SELECT node_id FROM inside) END)",
      method, kinds);
}

}  // namespace

Result<void> ExportDot(engine::BuildReader& reader, const ExportRequest& request,
                       const TextSink& sink) {
  CA_ASSIGN_OR_RETURN(const std::string kinds, KindCondition(request.layers));
  int64_t method = -1;
  if (!request.method.empty()) {
    CA_ASSIGN_OR_RETURN(method, FindMethod(reader, request.method));
  }
  const std::string edges = EdgeTables(kinds, method);
  CA_RETURN_IF_ERROR(sink("digraph {\n  node [shape=box, fontname=\"monospace\"];\n"));
  CA_RETURN_IF_ERROR(ForEachRow(
      reader,
      edges +
          " SELECT n.node_id, n.line, n.col, n.end_line, n.end_col, l.line_text, n.kind, n.name "
          "FROM "
          "cpg_nodes n LEFT JOIN file_line_index l ON l.file_id = n.file_id AND l.line_no = n.line "
          "WHERE n.node_id IN (SELECT src FROM edges UNION SELECT dst FROM edges) ORDER BY n.path, "
          "n.bstart, n.bend DESC, n.kind, n.node_id",
      [&](const engine::Chunk& chunk, size_t row) {
        return sink(fmt::format("  n{} [label={}, class={}];\n", chunk.column(0).Integer(row),
                                QuoteDot(LabelOf(chunk, row)), QuoteDot(TextAt(chunk, 6, row))));
      }));
  CA_RETURN_IF_ERROR(ForEachRow(
      reader,
      edges + " SELECT kind, src, dst, label FROM edges ORDER BY kind, src, dst, label, ordinal",
      [&](const engine::Chunk& chunk, size_t row) {
        const std::string_view kind = TextAt(chunk, 0, row), label = TextAt(chunk, 3, row);
        const std::string_view style = kind == "CDG"            ? ", style=dashed"
                                       : kind == "REACHING_DEF" ? ", style=dotted"
                                                                : "";
        return sink(fmt::format("  n{} -> n{} [label={}, class={}{}];\n",
                                chunk.column(1).Integer(row), chunk.column(2).Integer(row),
                                QuoteDot(label), QuoteDot(kind), style));
      }));
  return sink("}\n");
}

}  // namespace codeanatomy::query
