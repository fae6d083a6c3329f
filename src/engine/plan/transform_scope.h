// TransformScope: what the lowering of one transform is made of: scans of its sources, columns
// checked against them, and errors that name the place in the spec.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/plan/lower.h"
#include "engine/plan/relation.h"
#include "spec/spec.h"

namespace codeanatomy::engine {

class TransformScope {
 public:
  /// `context` outlives it.
  explicit TransformScope(const LowerContext& context)
      : context_(context), path_(context.json_path + ".transform") {}

 protected:
  /// `at` is a path below the transform's: ".join_keys[0]".
  Error Fail(ErrorCode code, std::string_view at, std::string_view why) const;
  Error TypeError(std::string_view at, std::string_view why) const;
  Error Unknown(std::string_view column, std::string_view at) const;

  /// `op` over one relation, with its schema.
  static Relation Over(RelationOp op, Relation input);

  /// An input or an earlier view, under the predicates that parameters put on it.
  Result<Relation> Scan(std::string_view name) const;

  Result<Relation> Project(Relation source, std::vector<NamedExpr> columns,
                           std::string_view at) const;
  /// The columns' types over `input`; their names are not repeated.
  Result<expr::Schema> Types(const std::vector<NamedExpr>& columns, const expr::Schema& input,
                             std::string_view at) const;

  /// All columns of all sources, each of the type that fits all.
  Result<expr::Schema> UnionSchema(const std::vector<std::string>& sources, bool sorted) const;
  /// One source with exactly the columns of `schema`, cast where it has another type.
  Result<Relation> Shaped(const std::string& source, const expr::Schema& schema,
                          const std::optional<std::string>& discriminator) const;
  Result<Relation> UnionOf(const std::vector<std::string>& sources, const expr::Schema& schema,
                           const std::optional<std::string>& discriminator) const;

  /// Copies the named fields of `input`.
  Result<void> AddFields(const std::vector<std::string>& names, const expr::Schema& input,
                         std::string_view at, expr::Schema& out) const;
  Result<void> CheckOrder(const std::vector<spec::SortKey>& keys, const expr::Schema& input,
                          std::string_view at) const;

  const LowerContext& context_;
  std::string path_;
};

}  // namespace codeanatomy::engine
