// NameTable: the tree's names plus those that stand in no source text (mangled, implicit), as dense
// ids.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parse/syntax_tree.h"
#include "symbols/id_map.h"

namespace codeanatomy::symbols {

using parse::NameId;

/// Ids below tree.name_count() are the tree's own. Equal text is one id.
class NameTable {
 public:
  explicit NameTable(const parse::SyntaxTree& tree);

  int32_t size() const { return static_cast<int32_t>(texts_.size()); }
  std::string_view text(NameId id) const { return texts_[id.index()]; }
  /// `text` is copied if it is new.
  NameId Intern(std::string_view text);
  /// Class-private names: `__x` in class `_C` is `_C__x` (Language Reference 6.2.1). `klass` may be
  /// none.
  NameId Mangle(NameId klass, NameId name);
  /// Hands over what the texts of interned names point to.
  std::vector<std::unique_ptr<char[]>> TakeBuffers() { return std::move(buffers_); }

 private:
  std::vector<std::string_view> texts_;
  std::unordered_map<std::string_view, int32_t> ids_;
  IdMap mangled_;  // (class, name) → name
  std::vector<std::unique_ptr<char[]>> buffers_;
};

}  // namespace codeanatomy::symbols
