// Layers of the graph, of all of it or of one function, as text of Graphviz.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "engine/session/build_reader.h"
#include "query/format/row_printer.h"

namespace codeanatomy::query {

/// A choice of edge kinds; `pdg` and `cpg` are unions of others, `all` has every kind.
struct GraphLayer {
  std::string_view name;
  std::string_view kinds;  // SQL literals, separated by commas; empty: every kind
};
inline constexpr auto kGraphLayers = std::to_array<GraphLayer>({
    {"ast", "'AST'"},
    {"cfg", "'CFG'"},
    {"cdg", "'CDG'"},
    {"ddg", "'REACHING_DEF'"},
    {"pdg", "'CDG', 'REACHING_DEF'"},
    {"cpg", "'AST', 'CFG', 'CDG', 'REACHING_DEF', 'CALL', 'REF', 'ARGUMENT', 'RECEIVER'"},
    {"all", ""},
});

struct ExportRequest {
  std::vector<std::string> layers;  // names of kGraphLayers; none: all
  std::string method;               // full name, `path:line` or node id; empty: the whole graph
};

/// Writes `digraph { … }`: nodes that an edge of the layers touches, in the order of the text, and
/// the edges between them. Of a function, its METHOD and what it contains; nested functions are
/// nodes. A node shows its source, if it stands on one line, else what it is and its name. Errors
/// NotFound: no such function; InvalidArgument: several, named in the message, or an unknown
///        layer; those of the reader and the sink. Cost: edges in the engine, text in pieces.
Result<void> ExportDot(engine::BuildReader& reader, const ExportRequest& request,
                       const TextSink& sink);

}  // namespace codeanatomy::query
