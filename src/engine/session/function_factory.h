// CreateFunction: functions that a caller of the embedding interface defines for its own session.
//
//   CREATE FUNCTION twice(x BIGINT) RETURNS BIGINT LANGUAGE sql AS 'x * 2'
//
// The text never passes the SQL policy's statement list and never reaches the engine: it is read
// here, its body is judged by the policy like a query, and a macro is made of it.
#pragma once

#include <string_view>

#include "engine/session/session.h"

namespace codeanatomy::engine {

/// Makes the function in the session, until it ends: a scalar macro whose arguments and result are
/// cast to the types of the definition.
///
/// Grammar: CREATE [TEMPORARY | TEMP] FUNCTION name "(" [name [type], …] ")" RETURNS type
/// [LANGUAGE sql] (AS 'body' | AS $$body$$ | RETURN body). Keywords in any case.
/// Errors SqlInvalid with the place, or the body does not bind; SqlPolicyViolation: OR REPLACE,
///        another language, a table or aggregate function, which are not made, the gate
///        function_factory is off, a body that reads tables or that the policy refuses;
///        AlreadyExists: a function has that name.
Result<void> CreateFunction(Session& session, std::string_view text);

}  // namespace codeanatomy::engine
