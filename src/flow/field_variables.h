// FieldVariables: the attributes of a name, and its subscripts with constant keys, that a scope
// both stores and reads. They have definitions and uses like names. See field_variables.cpp.
#pragma once

#include <vector>

#include "flow/cfg.h"

namespace codeanatomy::flow {

class FieldVariables {
 public:
  FieldVariables(const parse::SyntaxTree& tree, const symbols::SymbolTable& symbols,
                 const ControlFlow& graph)
      : tree_(tree), symbols_(symbols), graph_(graph) {}

  /// Forgets the scope before. A scope has at most FlowLimit::kFields fields; further ones, by
  /// first use, are none. Cost: linear in the nodes of the scope; logarithmic factor where
  /// something is stored.
  void Collect(FlowScopeId scope);

  void Clear() { fields_.clear(); }
  /// Fields beyond the limit.
  int32_t left_out() const { return left_out_; }

  bool empty() const { return fields_.empty(); }
  int32_t size() const { return static_cast<int32_t>(fields_.size()); }
  /// The field that an Attribute or Subscript names, -1 for none.
  int32_t Find(NodeId access) const;
  /// Visits the fields that a store to `access` may reach under another name: the same attribute or
  /// key of something else, a key that is computed, a number that is written otherwise.
  template <typename Visit>
  void ForEachAlias(NodeId access, Visit visit) const {
    const Key key = KeyOf(access);
    for (int32_t field = 0; field < size(); ++field) {
      if (MayAlias(key, At(field).key)) visit(field);
    }
  }
  symbols::SymbolId base(int32_t field) const { return At(field).key.base; }
  NodeId access(int32_t field) const { return At(field).first; }

 private:
  struct Key {
    symbols::SymbolId base;  // of the scope that owns the binding; none: not a plain local name
    bool is_subscript = false, is_constant = false;
    parse::ConstantKind kind = parse::ConstantKind::kNone;
    parse::NameId attribute;
    std::string_view text = {};  // of a constant key
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Field {
    Key key;
    NodeId first;
  };
  struct Access {
    Key key;
    NodeId node;
    bool stores, loads;
  };
  const Field& At(int32_t field) const { return fields_[static_cast<size_t>(field)]; }
  Key KeyOf(NodeId access) const;
  static bool IsNumber(parse::ConstantKind kind);
  static bool MayAlias(const Key& key, const Key& known);
  bool Stores(NodeId access) const;

  const parse::SyntaxTree& tree_;
  const symbols::SymbolTable& symbols_;
  const ControlFlow& graph_;
  std::vector<Field> fields_;  // by key
  std::vector<Access> accesses_;
  std::vector<parse::NameId> stored_;  // attributes
  int32_t left_out_ = 0;
};

}  // namespace codeanatomy::flow
