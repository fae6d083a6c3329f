// AddDeclarations: the declarations of a semantics.toml, added to a model.
//
// The file's form is in docs/formats/semantics.md. Every mistake is found here or by CompileModel
// and named with file, line and key.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "semantics/ir/model.h"

namespace codeanatomy::semantics {

/// `file` is its name in messages, `folder` what relative locations of tables start from.
/// Errors SemanticModelInvalid: not TOML; unknown, missing or mistyped keys; a name declared twice
/// or
///        not declared; an expression, type or key that does not parse. Subject `file:line:column:
///        key`.
Result<void> AddDeclarations(std::string_view toml, const std::string& file,
                             const std::string& folder, Model& model);

}  // namespace codeanatomy::semantics
