// A field is a pair of a local name and an attribute or constant key: `self.x`, `d["k"]`, `p[0]`.
// What a scope does not store has no definitions in it, and what it does not read no uses; neither
// is a field, so most scopes have none.
//
//   self.n = 0          kills what was in self.n
//   other.n = 1         may be the same object: does not kill
//   call()              may store anything: does not kill
//   self = other        another object: nothing is known of self.n
//
// The number of fields of a scope is limited, since each call defines all of them.
#include "flow/field_variables.h"

#include <algorithm>

#include "flow/definitions.h"

namespace codeanatomy::flow {

bool FieldVariables::Stores(NodeId access) const {
  return tree_.Context(access) != ExprContext::kLoad;
}

FieldVariables::Key FieldVariables::KeyOf(NodeId access) const {
  Key key;
  key.is_subscript = tree_.kind(access) == AstKind::kSubscript;
  if (key.is_subscript) {
    const NodeId slice = tree_.Child(access, AstField::kSlice);
    if (!slice.valid() || tree_.kind(slice) != AstKind::kConstant) return key;
    const parse::ConstantId constant = tree_.ConstantAt(slice, AstField::kValue);
    if (!constant.valid()) return key;
    key.is_constant = true;
    key.kind = tree_.constant(constant).kind;
    key.text = tree_.constant(constant).text;
  } else {
    key.attribute = tree_.Name(access, AstField::kAttr);
  }
  const NodeId value = tree_.Child(access, AstField::kValue);
  if (!value.valid() || tree_.kind(value) != AstKind::kName) return key;
  const symbols::SymbolId y = symbols_.symbol_of(value);
  if (!y.valid() || !symbols_.definition(y).valid()) return key;
  const symbols::Resolution resolution = symbols_.resolution(y);
  const bool has_flow = resolution == symbols::Resolution::kLocal ||
                        resolution == symbols::Resolution::kCell ||
                        resolution == symbols::Resolution::kFree;
  if (has_flow) key.base = symbols_.definition(y);
  return key;
}

void FieldVariables::Collect(FlowScopeId scope) {
  fields_.clear();
  accesses_.clear();
  stored_.clear();
  bool stores_subscript = false;
  for (BlockId b = graph_.blocks_begin(scope); b != graph_.blocks_end(scope); ++b.value) {
    for (const NodeId n : graph_.nodes(b)) {
      const AstKind kind = tree_.kind(n);
      if (kind != AstKind::kAttribute && kind != AstKind::kSubscript) continue;
      const bool stores = Stores(n);
      accesses_.push_back({{}, n, stores, true});
      if (!stores) continue;
      if (kind == AstKind::kAttribute) stored_.push_back(tree_.Name(n, AstField::kAttr));
      stores_subscript |= kind == AstKind::kSubscript;
    }
  }
  // Most of what is read is never stored here.
  std::sort(stored_.begin(), stored_.end());
  std::erase_if(accesses_, [&](const Access& access) {
    if (tree_.kind(access.node) == AstKind::kSubscript) return !stores_subscript;
    const parse::NameId name = tree_.Name(access.node, AstField::kAttr);
    return !std::binary_search(stored_.begin(), stored_.end(), name);
  });
  for (Access& access : accesses_) {
    access.key = KeyOf(access.node);
    const NodeId parent = tree_.parent(access.node);
    const bool is_updated = tree_.kind(parent) == AstKind::kAugAssign &&
                            tree_.Child(parent, AstField::kTarget) == access.node;
    access.loads = !access.stores || is_updated;
  }
  std::stable_sort(accesses_.begin(), accesses_.end(),
                   [](const Access& a, const Access& b) { return a.key < b.key; });
  for (size_t begin = 0, end = 0; begin < accesses_.size(); begin = end) {
    bool stores = false, loads = false;
    for (end = begin; end < accesses_.size() && accesses_[end].key == accesses_[begin].key; ++end) {
      stores |= accesses_[end].stores;
      loads |= accesses_[end].loads;
    }
    const Key& key = accesses_[begin].key;
    const bool is_named = key.base.valid() && (key.attribute.valid() || key.is_constant);
    if (is_named && stores && loads) fields_.push_back({key, accesses_[begin].node});
  }
  constexpr auto kMost = static_cast<size_t>(ValueOf(FlowLimit::kFields));
  left_out_ = 0;
  if (fields_.size() > kMost) {
    left_out_ = static_cast<int32_t>(fields_.size() - kMost);
    std::sort(fields_.begin(), fields_.end(),
              [](const Field& a, const Field& b) { return a.first < b.first; });
    fields_.resize(kMost);
    std::sort(fields_.begin(), fields_.end(),
              [](const Field& a, const Field& b) { return a.key < b.key; });
  }
}

int32_t FieldVariables::Find(NodeId access) const {
  const Key key = KeyOf(access);
  const auto at = std::lower_bound(fields_.begin(), fields_.end(), key,
                                   [](const Field& field, const Key& k) { return field.key < k; });
  if (at == fields_.end() || at->key != key) return -1;
  return static_cast<int32_t>(at - fields_.begin());
}

// 1, 1.0, 0x1 and True are one key: numbers that are written otherwise may be equal.
bool FieldVariables::IsNumber(parse::ConstantKind kind) {
  switch (kind) {
    case parse::ConstantKind::kTrue:
    case parse::ConstantKind::kFalse:
    case parse::ConstantKind::kInt:
    case parse::ConstantKind::kFloat:
    case parse::ConstantKind::kImaginary:
      return true;
    default:
      return false;
  }
}

bool FieldVariables::MayAlias(const Key& key, const Key& known) {
  if (key == known || key.is_subscript != known.is_subscript) return false;
  if (!key.is_subscript) return key.attribute == known.attribute;
  if (!key.is_constant || (IsNumber(key.kind) && IsNumber(known.kind))) return true;
  return key.kind == known.kind && key.text == known.text;
}

}  // namespace codeanatomy::flow
