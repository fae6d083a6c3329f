#include "flow/reaching_definitions.h"

#include <algorithm>

namespace codeanatomy::flow {

// Forward from what is unbound, through the phis and weak definitions that read it.
void MarkUnbound(const ControlFlow& graph, SparseDefinitions& sparse) {
  const auto first_phi = static_cast<int32_t>(sparse.definitions.size());
  const size_t values = sparse.definitions.size() + sparse.phis.size();
  std::vector<uint8_t> is_unbound(values, 0);
  std::vector<int32_t> open, begins(values + 1, 0), readers;
  const auto mark = [&](int32_t value) {
    if (is_unbound[static_cast<size_t>(value)] != 0) return;
    is_unbound[static_cast<size_t>(value)] = 1;
    open.push_back(value);
  };
  const auto for_each_read = [&](const auto& visit) {
    for (int32_t d = 0; d < first_phi; ++d) {
      const Definition& definition = sparse.definitions[static_cast<size_t>(d)];
      if (!definition.is_strong) visit(definition.prior, d);
    }
    for (size_t p = 0; p < sparse.phis.size(); ++p) {
      for (int32_t o = sparse.phis[p].operands_begin; o < sparse.phis[p].operands_end; ++o) {
        visit(sparse.operands[static_cast<size_t>(o)].reaching,
              first_phi + static_cast<int32_t>(p));
      }
    }
  };
  for_each_read([&](ReachingId r, int32_t reader) {
    if (r.valid()) {
      ++begins[r.index() + 1];
    } else {
      mark(reader);
    }
  });
  for (int32_t d = 0; d < first_phi; ++d) {
    if (sparse.definitions[static_cast<size_t>(d)].kind == DefinitionKind::kDelete) mark(d);
  }
  for (size_t v = 0; v < values; ++v) begins[v + 1] += begins[v];
  readers.resize(static_cast<size_t>(begins.back()));
  std::vector<int32_t> next(begins.begin(), begins.end() - 1);
  for_each_read([&](ReachingId r, int32_t reader) {
    if (r.valid()) readers[static_cast<size_t>(next[r.index()]++)] = reader;
  });
  while (!open.empty()) {
    const auto value = static_cast<size_t>(open.back());
    open.pop_back();
    for (int32_t i = begins[value]; i < begins[value + 1]; ++i) {
      mark(readers[static_cast<size_t>(i)]);
    }
  }
  for (Use& use : sparse.uses) {
    use.may_be_unbound = graph.is_reachable(use.block) &&
                         (!use.reaching.valid() || is_unbound[use.reaching.index()] != 0);
  }
}

const std::vector<DefinitionId>& ReachingDefinitions::Of(ReachingId reaching, size_t limit) {
  if (reaching == last_ && is_complete_) return found_;
  last_ = reaching;
  is_complete_ = true;
  size_t met = 0;
  found_.clear();
  ++round_;
  const auto meet = [&](ReachingId r) {
    if (!r.valid() || seen_[r.index()] == round_) return;
    seen_[r.index()] = round_;
    ++met;
    open_.push_back(r);
  };
  for (meet(reaching); !open_.empty();) {
    if (met > limit) {
      is_complete_ = false;
      open_.clear();
      found_.clear();
      return found_;
    }
    const ReachingId r = open_.back();
    open_.pop_back();
    if (!sparse_.is_phi(r)) {
      const Definition& definition = sparse_.definition(r);
      const bool holds = definition.kind != DefinitionKind::kDelete;
      if (holds) found_.push_back(DefinitionId{r.value});
      if (!definition.is_strong) meet(definition.prior);
      continue;
    }
    const Phi& phi = sparse_.phis[sparse_.phi(r).index()];
    for (int32_t o = phi.operands_begin; o < phi.operands_end; ++o) {
      meet(sparse_.operands[static_cast<size_t>(o)].reaching);
    }
  }
  std::sort(found_.begin(), found_.end());
  return found_;
}

}  // namespace codeanatomy::flow
