#include "flow/reaching_definitions.h"

#include <algorithm>

#include "flow/grouping.h"

namespace codeanatomy::flow {

// Forward from what is unbound, through the phis and weak definitions that read it.
void MarkUnbound(const ControlFlow& graph, SparseDefinitions& sparse) {
  const auto first_phi = static_cast<int32_t>(sparse.definitions.size());
  const size_t values = sparse.definitions.size() + sparse.phis.size();
  std::vector<uint8_t> is_unbound(values, 0);
  std::vector<int32_t> open, begins, readers;
  const auto mark = [&](int32_t value) {
    if (is_unbound[static_cast<size_t>(value)] != 0) return;
    is_unbound[static_cast<size_t>(value)] = 1;
    open.push_back(value);
  };
  const auto for_each_read = [&](const auto& visit) {
    for (int32_t d = 0; d < first_phi; ++d) {
      const Definition& definition = sparse.definitions[static_cast<size_t>(d)];
      if (!definition.is_strong) visit(sparse.Source(definition.prior), d);
    }
    for (size_t p = 0; p < sparse.phis.size(); ++p) {
      for (int32_t o = sparse.phis[p].operands_begin; o < sparse.phis[p].operands_end; ++o) {
        visit(sparse.Source(sparse.operands[static_cast<size_t>(o)].reaching),
              first_phi + static_cast<int32_t>(p));
      }
    }
  };
  for_each_read([&](ReachingId r, int32_t reader) {
    if (!r.valid()) mark(reader);
  });
  for (int32_t d = 0; d < first_phi; ++d) {
    if (sparse.definitions[static_cast<size_t>(d)].kind == DefinitionKind::kDelete) mark(d);
  }
  if (!open.empty()) {
    Group(static_cast<int32_t>(values), begins, readers, [&](const auto& visit) {
      for_each_read([&](ReachingId r, int32_t reader) {
        if (r.valid()) visit(r.value, reader);
      });
    });
  }
  while (!open.empty()) {
    const auto value = static_cast<size_t>(open.back());
    open.pop_back();
    for (int32_t i = begins[value]; i < begins[value + 1]; ++i) {
      mark(readers[static_cast<size_t>(i)]);
    }
  }
  for (Use& use : sparse.uses) {
    const ReachingId source = sparse.Source(use.reaching);
    use.may_be_unbound =
        graph.is_reachable(use.block) && (!source.valid() || is_unbound[source.index()] != 0);
  }
}

std::optional<std::span<const DefinitionId>> ReachingDefinitions::Of(ReachingId reaching,
                                                                     size_t limit) {
  reaching = sparse_.Source(reaching);
  if (reaching != last_) {
    last_ = reaching;
    is_complete_ = Follow(reaching, limit);
  }
  if (!is_complete_) return {};
  return found_;
}

bool ReachingDefinitions::Follow(ReachingId reaching, size_t limit) {
  found_.clear();
  if (!reaching.valid()) return true;
  if (sparse_.is_definition(reaching) && sparse_.definition(reaching).is_strong) {
    Add(reaching);
    return true;
  }
  size_t met = 0;
  ++round_;
  open_.clear();
  const auto meet = [&](ReachingId r) {
    r = sparse_.Source(r);
    if (!r.valid() || seen_[r.index()] == round_) return;
    seen_[r.index()] = round_;
    ++met;
    open_.push_back(r);
  };
  for (meet(reaching); !open_.empty();) {
    if (met > limit) return false;
    const ReachingId r = open_.back();
    open_.pop_back();
    if (sparse_.is_definition(r)) {
      Add(r);
      if (!sparse_.definition(r).is_strong) meet(sparse_.definition(r).prior);
      continue;
    }
    const Phi& phi = sparse_.phis[sparse_.phi(r).index()];
    for (int32_t o = phi.operands_begin; o < phi.operands_end; ++o) {
      meet(sparse_.operands[static_cast<size_t>(o)].reaching);
    }
  }
  std::sort(found_.begin(), found_.end());
  return true;
}

void ReachingDefinitions::Add(ReachingId r) {
  const bool holds = sparse_.definition(r).kind != DefinitionKind::kDelete;
  if (holds) found_.push_back(DefinitionId{r.value});
}

}  // namespace codeanatomy::flow
