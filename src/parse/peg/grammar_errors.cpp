// The grammar of what is wrong: rules that match common mistakes and name them. They take part in
// the second pass only. Notation: grammar_text.h.
#include "parse/peg/grammar_text.h"

namespace codeanatomy::parse::peg {

const std::string_view kErrorRules = R"peg(
invalid_arguments =
    @10-10 a=args ',' '*' -> error(a)
      "iterable argument unpacking follows keyword argument unpacking"
  / @11-12 (({',' (starred_expression / (assignment_expression / expression !':=') !'=')} ',' kwargs)
            / kwargs) ',' a='*' -> error(a)
      "iterable argument unpacking follows keyword argument unpacking"
  / @13 (({',' (starred_expression / (assignment_expression / expression !':=') !'=')} ',' kwargs)
         / kwargs) a=',' {',' (starred_expression !'=')} -> error(a...)
      "iterable argument unpacking follows keyword argument unpacking"
  / @-9 args ',' '*' -> error(last)
      "iterable argument unpacking follows keyword argument unpacking"
  / @10 a=expression b=for_if_clauses ',' (args / expression for_if_clauses)? -> error(a..b)
      "Generator expression must be parenthesized"
  / @-9 a=expression for_if_clauses ',' (args / expression for_if_clauses)? -> error(a)
      "Generator expression must be parenthesized"
  / @10 a=NAME b='=' expression for_if_clauses -> error(a..b)
      "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"
  / @12 (args ',')? a=NAME b='=' &(',' / ')') -> error(a..b) "expected argument value expression"
  / a=args b=for_if_clauses -> bare_generator(a, b)
  / @10 args ',' a=expression b=for_if_clauses -> error(a..b)
      "Generator expression must be parenthesized"
  / @-9 args ',' a=expression for_if_clauses -> error(a)
      "Generator expression must be parenthesized"
  / a=args ',' b=args -> argument_order(a, b)
invalid_kwarg =
    @10 a=('True' / 'False' / 'None') b='=' -> error(a..b) "cannot assign to {a:text}"
  / @10 a=NAME b='=' expression for_if_clauses -> error(a..b)
      "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"
  / @10 !(NAME '=') a=expression b='=' -> error(a..b)
      "expression cannot contain assignment, perhaps you meant \"==\"?"
  / @-9 !(NAME '=') a=expression '=' -> error(a)
      "expression cannot contain assignment, perhaps you meant \"==\"?"
  / @12 a='**' expression '=' b=expression -> error(a..b)
      "cannot assign to keyword argument unpacking"

expression_without_invalid- =
    disjunction 'if' disjunction 'else' expression -> IfExp
  / disjunction
  / lambdef
invalid_legacy_expression =
    @10 a=NAME !'(' b=star_expressions -> if legacy(a) error(a..b)
      "Missing parentheses in call to '{a:text}'. Did you mean {a:text}(...)?"
invalid_expression =
    @14 STRING a=(!STRING b=expression_without_invalid -> b)+ STRING -> error(a)
      "invalid syntax. Is this intended to be part of the string?"
  / @10 !(NAME STRING / SOFT_KEYWORD) a=disjunction b=expression_without_invalid
      -> if in_brackets(a) error(a..b) "invalid syntax. Perhaps you forgot a comma?"
  / @10 a=disjunction 'if' b=disjunction !('else' / ':') -> error(a..b)
      "expected 'else' after 'if' expression"
  / @14 disjunction 'if' disjunction 'else' !expression -> error(next)
      "expected expression after 'else', but statement is given"
  / @14 a=(pass_stmt / break_stmt / continue_stmt) 'if' disjunction 'else' simple_stmt -> error(a)
      "expected expression before 'if', but statement is given"
  / @12 a='lambda' lambda_params? b=':' &FSTRING_MIDDLE -> error(a..b)
      "f-string: lambda expressions are not allowed without parentheses"
  / @14 a='lambda' lambda_params? b=':' &TSTRING_MIDDLE -> error(a..b)
      "t-string: lambda expressions are not allowed without parentheses"
invalid_named_expression* =
    a=expression ':=' expression -> error(a)
      "cannot use assignment expressions with {a:kind}"
  / @10 a=NAME '=' b=bitwise_or !('=' / ':=') -> error(a..b)
      "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"
  / @10 !(list / tuple / genexp / 'True' / 'None' / 'False') a=bitwise_or '=' bitwise_or
      !('=' / ':=') -> error(a)
      "cannot assign to {a:kind} here. Maybe you meant '==' instead of '='?"

invalid_assignment =
    a=invalid_ann_assign_target ':' expression -> error(a)
      "only single target (not {a:kind}) can be annotated"
  / a=star_named_expression ',' star_named_expressions* ':' expression -> error(a)
      "only single target (not tuple) can be annotated"
  / a=expression ':' expression -> error(a) "illegal target for annotation"
  / (star_targets '=')* a=star_expressions '=' -> target(a, assign) "cannot assign to {a:kind}"
  / (star_targets '=')* a=yield_expr '=' -> error(a)
      "assignment to yield expression not possible"
  / a=star_expressions augassign annotated_rhs -> error(a)
      "'{a:kind}' is an illegal expression for augmented assignment"
invalid_ann_assign_target = list / tuple / '(' a=invalid_ann_assign_target ')' -> a
invalid_primary = primary a='{' -> error(a) "invalid syntax"
invalid_del_stmt = 'del' a=star_expressions -> target(a, delete) "cannot delete {a:kind}"
invalid_block = NEWLINE !INDENT -> indentation "expected an indented block"
invalid_comprehension =
    ('[' / '(' / '{') a=starred_expression for_if_clauses -> error(a)
      "iterable unpacking cannot be used in comprehension"
  / @10 ('[' / '{') a=star_named_expression ',' b=star_named_expressions for_if_clauses
      -> error(a..b) "did you forget parentheses around the comprehension target?"
  / @10 ('[' / '{') a=star_named_expression b=',' for_if_clauses -> error(a..b)
      "did you forget parentheses around the comprehension target?"
invalid_dict_comprehension =
    '{' a='**' bitwise_or for_if_clauses '}' -> error(a)
      "dict unpacking cannot be used in dict comprehension"

invalid_parameters =
    @-8 param_no_default* invalid_parameters_helper param_no_default -> error(start)
      "non-default argument follows default argument"
  / @9-9 param_no_default* invalid_parameters_helper param_no_default -> error(last)
      "non-default argument follows default argument"
  / @10-11 param_no_default* invalid_parameters_helper a=param_no_default -> error(a)
      "non-default argument follows default argument"
  / @11-11 param_no_default* a='(' param_no_default+ ','? b=')' -> error(a..b)
      "Function parameters cannot be parenthesized"
  / @11 a='/' ',' -> error(a) "at least one argument must precede /"
  / @11 (slash_no_default / slash_with_default) param_maybe_default* a='/' -> error(a)
      "/ may appear only once"
  / @12 slash_no_default? param_no_default* invalid_parameters_helper a=param_no_default -> error(a)
      "parameter without a default follows parameter with a default"
  / @12 param_no_default* a='(' param_no_default+ ','? b=')' -> error(a..b)
      "Function parameters cannot be parenthesized"
  / @11 (slash_no_default / slash_with_default)? param_maybe_default* '*'
      (',' / param_no_default) param_maybe_default* a='/' -> error(a) "/ must be ahead of *"
  / @11 param_maybe_default+ '/' a='*' -> error(a) "expected comma between / and *"
invalid_parameters_helper = slash_with_default / param_with_default+
invalid_default = a='=' &(')' / ',') -> error(a) "expected default value expression"
invalid_star_etc =
    @-8 '*' ','? ')' -> error(start) "named arguments must follow bare *"
  / @-9 '*' (')' / ',' (')' / '**')) -> error(last) "named arguments must follow bare *"
  / @10 a='*' (')' / ',' (')' / '**')) -> error(a) "named arguments must follow bare *"
  / @11 '*' param a='=' -> error(a) "var-positional argument cannot have default value"
  / @11 '*' (param_no_default / ',') param_maybe_default* a='*' (param_no_default / ',') -> error(a)
      "* argument may appear only once"
invalid_kwds =
    '**' param a='=' -> error(a) "var-keyword argument cannot have default value"
  / '**' param ',' a=param -> error(a) "arguments cannot follow var-keyword argument"
  / '**' param ',' a=('*' / '**' / '/') -> error(a)
      "arguments cannot follow var-keyword argument"
invalid_lambda_parameters =
    @-8 lambda_param_no_default* invalid_lambda_parameters_helper lambda_param_no_default
      -> error(start) "non-default argument follows default argument"
  / @9-9 lambda_param_no_default* invalid_lambda_parameters_helper lambda_param_no_default
      -> error(last) "non-default argument follows default argument"
  / @10-11 lambda_param_no_default* invalid_lambda_parameters_helper a=lambda_param_no_default
      -> error(a) "non-default argument follows default argument"
  / @11-11 lambda_param_no_default* a='(' {',' lambda_param} ','? b=')' -> error(a..b)
      "Lambda expression parameters cannot be parenthesized"
  / @11 a='/' ',' -> error(a) "at least one argument must precede /"
  / @11 (lambda_slash_no_default / lambda_slash_with_default) lambda_param_maybe_default* a='/'
      -> error(a) "/ may appear only once"
  / @12 lambda_slash_no_default? lambda_param_no_default* invalid_lambda_parameters_helper
      a=lambda_param_no_default -> error(a)
      "parameter without a default follows parameter with a default"
  / @12 lambda_param_no_default* a='(' {',' lambda_param} ','? b=')' -> error(a..b)
      "Lambda expression parameters cannot be parenthesized"
  / @11 (lambda_slash_no_default / lambda_slash_with_default)? lambda_param_maybe_default* '*'
      (',' / lambda_param_no_default) lambda_param_maybe_default* a='/' -> error(a)
      "/ must be ahead of *"
  / @11 lambda_param_maybe_default+ '/' a='*' -> error(a) "expected comma between / and *"
invalid_lambda_parameters_helper = lambda_slash_with_default / lambda_param_with_default+
invalid_lambda_star_etc =
    @-8 '*' ','? ':' -> error(start) "named arguments must follow bare *"
  / '*' (':' / ',' (':' / '**')) -> error(last) "named arguments must follow bare *"
  / @11 '*' lambda_param a='=' -> error(a) "var-positional argument cannot have default value"
  / @11 '*' (lambda_param_no_default / ',') lambda_param_maybe_default* a='*'
      (lambda_param_no_default / ',') -> error(a) "* argument may appear only once"
invalid_lambda_kwds =
    '**' lambda_param a='=' -> error(a) "var-keyword argument cannot have default value"
  / '**' lambda_param ',' a=lambda_param -> error(a)
      "arguments cannot follow var-keyword argument"
  / '**' lambda_param ',' a=('*' / '**' / '/') -> error(a)
      "arguments cannot follow var-keyword argument"

invalid_with_item =
    @-9 expression 'as' a=expression -> target(a, assign) "cannot assign to {a:kind}"
  / @10 expression 'as' a=expression &(',' / ')' / ':') -> target(a, assign)
      "cannot assign to {a:kind}"
invalid_for_if_clause =
    'async'? 'for' (bitwise_or (',' bitwise_or)* ','?) !'in' -> error(last)
      "'in' expected after for-loop variables"
invalid_for_target =
    'async'? 'for' a=star_expressions -> target(a, loop) "cannot assign to {a:kind}"
invalid_group =
    @-9 '(' a=starred_expression ')' -> error(a) "can't use starred expression here"
  / @10 '(' a=starred_expression ')' -> error(a) "cannot use starred expression here"
  / @10 '(' a='**' expression ')' -> error(a) "cannot use double starred expression here"
invalid_import =
    a='import' {',' dotted_name} 'from' dotted_name -> error(a...)
      "Did you mean to use 'from ... import ...' instead?"
  / @13 'import' a=NEWLINE -> error(a...) "Expected one or more names after 'import'"
invalid_dotted_as_name =
    dotted_name 'as' !(NAME (',' / ')' / ';' / NEWLINE)) a=expression -> error(a)
      "cannot use {a:kind} as import target"
invalid_import_from_as_name =
    NAME 'as' !(NAME (',' / ')' / ';' / NEWLINE)) a=expression -> error(a)
      "cannot use {a:kind} as import target"
invalid_import_from_targets =
    @-8 import_from_as_names ',' NEWLINE -> error(start)
      "trailing comma not allowed without surrounding parentheses"
  / @9 import_from_as_names ',' NEWLINE -> error(last)
      "trailing comma not allowed without surrounding parentheses"
  / @13 a=NEWLINE -> error(a...) "Expected one or more names after 'import'"

invalid_with_stmt =
    @10 'async'? 'with' {',' (expression ('as' star_target)?)} NEWLINE -> error(last)
      "expected ':'"
  / @10 'async'? 'with' '(' {',' (expressions ('as' star_target)?)} ','? ')' NEWLINE
      -> error(last) "expected ':'"
invalid_with_stmt_indent =
    @10 'async'? a='with' {',' (expression ('as' star_target)?)} ':' NEWLINE !INDENT -> indentation
      "expected an indented block after 'with' statement on line {a:line}"
  / @10 'async'? a='with' '(' {',' (expressions ('as' star_target)?)} ','? ')' ':' NEWLINE !INDENT
      -> indentation "expected an indented block after 'with' statement on line {a:line}"
invalid_try_stmt =
    @10 a='try' ':' NEWLINE !INDENT -> indentation
      "expected an indented block after 'try' statement on line {a:line}"
  / @10 'try' ':' block !('except' / 'finally') -> error(last)
      "expected 'except' or 'finally' block"
  / @11 'try' ':' block* except_block+ a='except' b='*' expression ('as' NAME)? ':' -> error(a..b)
      "cannot have both 'except' and 'except*' on the same 'try'"
  / @11 'try' ':' block* except_star_block+ a='except' (expression ('as' NAME)?)? ':' -> error(a)
      "cannot have both 'except' and 'except*' on the same 'try'"
invalid_except_stmt =
    @10-10 'except' a=expression ',' expressions ('as' NAME)? ':' -> error(a...)
      "multiple exception types must be parenthesized"
  / @11-13 'except' '*'? a=expression ',' expressions ('as' NAME)? ':' -> error(a...)
      "multiple exception types must be parenthesized"
  / @14 'except' a=expression ',' expressions 'as' NAME ':' -> error(a...)
      "multiple exception types must be parenthesized when using 'as'"
  / @10-10 'except' expression ('as' NAME)? NEWLINE -> error(last) "expected ':'"
  / @11-13 'except' '*'? expression ('as' NAME)? NEWLINE -> error(last) "expected ':'"
  / @14 'except' expression ('as' NAME)? NEWLINE -> error(last) "expected ':'"
  / @10 'except' NEWLINE -> error(last) "expected ':'"
  / @11-13 'except' '*' (NEWLINE / ':') -> error(last) "expected one or more exception types"
  / @14 'except' expression 'as' a=expression ':' block -> error(a)
      "cannot use except statement with {a:kind}"
invalid_except_star_stmt =
    'except' '*' a=expression ',' expressions 'as' NAME ':' -> error(a...)
      "multiple exception types must be parenthesized when using 'as'"
  / 'except' '*' expression ('as' NAME)? NEWLINE -> error(last) "expected ':'"
  / 'except' '*' (NEWLINE / ':') -> error(last) "expected one or more exception types"
  / 'except' '*' expression 'as' a=expression ':' block -> error(a)
      "cannot use except* statement with {a:kind}"
invalid_finally_stmt =
    @10 a='finally' ':' NEWLINE !INDENT -> indentation
      "expected an indented block after 'finally' statement on line {a:line}"
invalid_except_stmt_indent =
    @10 a='except' expression ('as' NAME)? ':' NEWLINE !INDENT -> indentation
      "expected an indented block after 'except' statement on line {a:line}"
  / @10 a='except' ':' NEWLINE !INDENT -> indentation
      "expected an indented block after 'except' statement on line {a:line}"
invalid_except_star_stmt_indent =
    a='except' '*' expression ('as' NAME)? ':' NEWLINE !INDENT -> indentation
      "expected an indented block after 'except*' statement on line {a:line}"
invalid_match_stmt =
    `match` subject_expr NEWLINE -> error(last) "expected ':'"
  / a=`match` subject_expr ':' NEWLINE !INDENT -> indentation
      "expected an indented block after 'match' statement on line {a:line}"
invalid_case_block =
    `case` patterns guard? NEWLINE -> error(last) "expected ':'"
  / a=`case` patterns guard? ':' NEWLINE !INDENT -> indentation
      "expected an indented block after 'case' statement on line {a:line}"
invalid_as_pattern =
    or_pattern 'as' a=`_` -> error(a) "cannot use '_' as a target"
  / @-13 or_pattern 'as' !NAME a=expression -> error(a) "invalid pattern target"
  / @14 or_pattern 'as' a=expression -> error(a) "cannot use {a:kind} as pattern target"
invalid_class_pattern =
    name_or_attr '(' a=invalid_class_argument_pattern -> error(a)
      "positional patterns follow keyword patterns"
invalid_class_argument_pattern =
    (positional_patterns ',')? keyword_patterns ',' a=positional_patterns -> a
invalid_if_stmt =
    @10 'if' named_expression NEWLINE -> error(last) "expected ':'"
  / @10 'if' a=named_expression ':' NEWLINE !INDENT -> indentation
      "expected an indented block after 'if' statement on line {a:line}"
invalid_elif_stmt =
    @10 'elif' named_expression NEWLINE -> error(last) "expected ':'"
  / @10 a='elif' named_expression ':' NEWLINE !INDENT -> indentation
      "expected an indented block after 'elif' statement on line {a:line}"
invalid_else_stmt =
    @10 a='else' ':' NEWLINE !INDENT -> indentation
      "expected an indented block after 'else' statement on line {a:line}"
  / @14 'else' ':' block 'elif' -> error(last) "'elif' block follows an 'else' block"
invalid_while_stmt =
    @10 'while' named_expression NEWLINE -> error(last) "expected ':'"
  / @10 a='while' named_expression ':' NEWLINE !INDENT -> indentation
      "expected an indented block after 'while' statement on line {a:line}"
invalid_for_stmt =
    @10 'async'? 'for' star_targets 'in' star_expressions NEWLINE -> error(last) "expected ':'"
  / @10 'async'? a='for' star_targets 'in' star_expressions ':' NEWLINE !INDENT -> indentation
      "expected an indented block after 'for' statement on line {a:line}"
invalid_def_raw =
    @10 'async'? a='def' NAME type_params? '(' params? ')' ('->' expression)? ':' NEWLINE !INDENT
      -> indentation
      "expected an indented block after function definition on line {a:line}"
  / @13 'async'? 'def' NAME type_params? $'(' params? ')' ('->' expression)? $':'
      func_type_comment? block
invalid_class_def_raw =
    @10 'class' NAME type_params? ('(' arguments? ')')? NEWLINE -> error(last) "expected ':'"
  / @10 a='class' NAME type_params? ('(' arguments? ')')? ':' NEWLINE !INDENT -> indentation
      "expected an indented block after class definition on line {a:line}"

invalid_double_starred_kvpairs =
    {',' double_starred_kvpair} ',' invalid_kvpair
  / expression ':' a='*' bitwise_or -> error(a...)
      "cannot use a starred expression in a dictionary value"
  / expression a=':' &('}' / ',') -> error(a)
      "expression expected after dictionary key and ':'"
invalid_kvpair =
    a=expression !':' -> error(a$) "':' expected after dictionary key"
  / expression ':' a='*' bitwise_or -> error(a...)
      "cannot use a starred expression in a dictionary value"
  / expression a=':' &('}' / ',') -> error(a)
      "expression expected after dictionary key and ':'"
invalid_starred_expression_unpacking =
    a='*' expression '=' b=expression -> error(a..b)
      "cannot assign to iterable argument unpacking"
invalid_starred_expression =
    @12-13 a='*' expression '=' b=expression -> error(a..b)
      "cannot assign to iterable argument unpacking"
  / @14 '*' -> error(last) "Invalid star expression"

invalid_replacement_field =
    '{' a='=' -> error(a) "f-string: valid expression required before '='"
  / '{' a='!' -> error(a) "f-string: valid expression required before '!'"
  / '{' a=':' -> error(a) "f-string: valid expression required before ':'"
  / '{' a='}' -> error(a) "f-string: valid expression required before '}'"
  / '{' !annotated_rhs -> error(next) "f-string: expecting a valid expression after '{'"
  / '{' annotated_rhs !('=' / '!' / ':' / '}') -> error(next)
      "f-string: expecting '=', or '!', or ':', or '}'"
  / '{' annotated_rhs '=' !('!' / ':' / '}') -> error(next)
      "f-string: expecting '!', or ':', or '}'"
  / '{' annotated_rhs '='? invalid_conversion_character
  / '{' annotated_rhs '='? ('!' NAME)? !(':' / '}') -> error(next)
      "f-string: expecting ':' or '}'"
  / '{' annotated_rhs '='? ('!' NAME)? ':' fstring_format_spec* !'}' -> error(next)
      "f-string: expecting '}', or format specs"
  / '{' annotated_rhs '='? ('!' NAME)? !'}' -> error(next) "f-string: expecting '}'"
invalid_conversion_character =
    '!' &(':' / '}') -> error(next) "f-string: missing conversion character"
  / '!' !NAME -> error(next) "f-string: invalid conversion character"
invalid_tstring_replacement_field =
    '{' a='=' -> error(a) "t-string: valid expression required before '='"
  / '{' a='!' -> error(a) "t-string: valid expression required before '!'"
  / '{' a=':' -> error(a) "t-string: valid expression required before ':'"
  / '{' a='}' -> error(a) "t-string: valid expression required before '}'"
  / '{' !annotated_rhs -> error(next) "t-string: expecting a valid expression after '{'"
  / '{' annotated_rhs !('=' / '!' / ':' / '}') -> error(next)
      "t-string: expecting '=', or '!', or ':', or '}'"
  / '{' annotated_rhs '=' !('!' / ':' / '}') -> error(next)
      "t-string: expecting '!', or ':', or '}'"
  / '{' annotated_rhs '='? invalid_tstring_conversion_character
  / '{' annotated_rhs '='? ('!' NAME)? !(':' / '}') -> error(next)
      "t-string: expecting ':' or '}'"
  / '{' annotated_rhs '='? ('!' NAME)? ':' fstring_format_spec* !'}' -> error(next)
      "t-string: expecting '}', or format specs"
  / '{' annotated_rhs '='? ('!' NAME)? !'}' -> error(next) "t-string: expecting '}'"
invalid_tstring_conversion_character =
    '!' &(':' / '}') -> error(next) "t-string: missing conversion character"
  / '!' !NAME -> error(next) "t-string: invalid conversion character"
invalid_string_tstring_concat =
    a=(fstring / string)+ b=tstring -> error(a^..b)
      "cannot mix t-string literals with string or bytes literals"
  / a=tstring+ b=(fstring / string) -> error(a^..b)
      "cannot mix t-string literals with string or bytes literals"

invalid_arithmetic =
    sum ('+' / '-' / '*' / '/' / '%' / '//' / '@') a='not' b=inversion -> error(a..b)
      "'not' after an operator must be parenthesized"
invalid_factor =
    ('+' / '-' / '~') a='not' b=factor -> error(a..b)
      "'not' after an operator must be parenthesized"
invalid_type_params = '[' a=']' -> error(a...) "Type parameter list cannot be empty"
invalid_type_param =
    '*' NAME a=':' b=expression -> error(a...) "cannot use {b:bound} with TypeVarTuple"
  / '**' NAME a=':' b=expression -> error(a...) "cannot use {b:bound} with ParamSpec"
)peg";

}  // namespace codeanatomy::parse::peg
