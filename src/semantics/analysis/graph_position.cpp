#include "semantics/analysis/graph_position.h"

#include <map>
#include <set>

#include "semantics/analysis/column_class.h"

namespace codeanatomy::semantics {

void InferPositions(std::vector<View>& views, const std::vector<spec::OutputTarget>& outputs,
                    const Model& model) {
  std::map<std::string_view, View*> by_name;
  for (View& view : views) {
    by_name.emplace(view.name, &view);
    view.inferred.consumers = 0;
  }
  std::set<const View*> reads_view;
  for (const View& view : views) {
    std::set<std::string> sources;
    for (std::string& source : spec::TransformSources(view.transform))
      sources.insert(std::move(source));
    for (const std::string& source : sources) {
      const auto at = by_name.find(source);
      if (at == by_name.end()) continue;
      ++at->second->inferred.consumers;
      reads_view.insert(&view);
    }
  }
  for (const spec::OutputTarget& output : outputs) {
    if (const auto at = by_name.find(output.source_view); at != by_name.end())
      ++at->second->inferred.consumers;
  }
  for (View& view : views) {
    InferredProperties& inferred = view.inferred;
    inferred.table_type = TableType(CapabilitiesOf(view.name, view.schema, model));
    if (inferred.consumers >= 3) {
      inferred.position = GraphPosition::kHighFanOut;
      inferred.cache = CacheHint::kEager;
      inferred.cache_confidence = 0.9;
    } else if (!reads_view.contains(&view)) {
      inferred.position = GraphPosition::kSource;
    } else if (inferred.consumers == 0) {
      inferred.position = GraphPosition::kTerminal;
      inferred.cache = CacheHint::kLazy;
      inferred.cache_confidence = 0.85;
    }
    if (inferred.consumers == 2 && inferred.join.confidence_score > inferred.cache_confidence &&
        inferred.join.is_high()) {
      inferred.cache = CacheHint::kEager;
      inferred.cache_confidence = inferred.join.confidence_score;
    }
  }
}

}  // namespace codeanatomy::semantics
