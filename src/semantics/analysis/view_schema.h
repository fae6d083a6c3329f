// InferSchemas: the columns of every view, and with them the first type check of all declarations.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "expr/type.h"
#include "semantics/ir/model.h"
#include "semantics/ir/view.h"

namespace codeanatomy::semantics {

using Schemas = std::map<std::string, expr::Schema, std::less<>>;

/// The columns of a declared table, as the catalogue or the user's file states them.
expr::Schema SchemaOfTable(const TableInfo& table);

/// Fills `schema` of all views and returns the schemas of views and of the tables they read.
/// Errors InvalidPlan: a source that is neither a view nor a table, two views of one name, views
/// that
///        read each other; ExpressionTypeError: an expression, key or column does not fit its
///        source. The subject is the declaration, with its place in the user's file.
/// Cost   linear in the size of all expressions.
Result<Schemas> InferSchemas(std::vector<View>& views, const Model& model);

/// Errors get the declaration that made the view as subject.
Error AtDeclaration(Error error, const View& view, const Model& model);

}  // namespace codeanatomy::semantics
