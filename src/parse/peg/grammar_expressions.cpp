// The grammar's expressions, calls, strings and targets. Notation: grammar_text.h.
#include "parse/peg/grammar_text.h"

namespace codeanatomy::parse::peg {

const std::string_view kExpressionRules = R"peg(
expressions =
    a=expression b=(',' c=expression -> c)+ ','? -> Tuple(a, b)
  / a=expression ',' -> Tuple(a)
  / expression
expression* =
    invalid_expression
  / invalid_legacy_expression
  / disjunction 'if' disjunction 'else' expression -> IfExp
  / disjunction
  / lambdef
yield_expr = 'yield' 'from' expression -> Yield / 'yield' star_expressions? -> Yield
star_expressions =
    a=star_expression b=(',' c=star_expression -> c)+ ','? -> Tuple(a, b)
  / a=star_expression ',' -> Tuple(a)
  / star_expression
star_expression* = '*' a=bitwise_or -> Starred(a) / expression
star_named_expressions = a={',' star_named_expression} ','? -> a
star_named_expression = '*' a=bitwise_or -> Starred(a) / named_expression
assignment_expression = NAME ':=' ^ expression -> NamedExpr
named_expression =
    @-9 NAME ':=' ^ expression -> NamedExpr
  / @10 assignment_expression
  / @10 invalid_named_expression
  / a=expression !':=' -> a
  / @-9 invalid_named_expression

disjunction* = conjunction ('or' conjunction)+ -> Operation / conjunction
conjunction* = inversion ('and' inversion)+ -> Operation / inversion
inversion* = 'not' inversion -> Operation / comparison
comparison = a=bitwise_or b=compare_op_bitwise_or_pair+ -> Compare(a, b) / bitwise_or
compare_op_bitwise_or_pair =
    '==' bitwise_or -> Other
  / not_equal bitwise_or -> Other
  / '<=' bitwise_or -> Other
  / '<' bitwise_or -> Other
  / '>=' bitwise_or -> Other
  / '>' bitwise_or -> Other
  / 'not' 'in' bitwise_or -> Other
  / 'in' bitwise_or -> InOperand
  / 'is' 'not' bitwise_or -> Other
  / 'is' bitwise_or -> Other
not_equal = a='!=' -> not_equal(a)
bitwise_or< = bitwise_or '|' bitwise_xor -> Operation / bitwise_xor
bitwise_xor< = bitwise_xor '^' bitwise_and -> Operation / bitwise_and
bitwise_and< = bitwise_and '&' shift_expr -> Operation / shift_expr
shift_expr< =
    shift_expr '<<' sum -> Operation
  / shift_expr '>>' sum -> Operation
  / @13 invalid_arithmetic
  / sum
sum< = sum '+' term -> Operation / sum '-' term -> Operation / term
term< =
    term '*' factor -> Operation
  / term '/' factor -> Operation
  / term '//' factor -> Operation
  / term '%' factor -> Operation
  / term '@' factor -> Operation
  / @13 invalid_factor
  / factor
factor* =
    '+' factor -> Operation
  / '-' factor -> Operation
  / '~' factor -> Operation
  / power
power = await_primary '**' factor -> Operation / await_primary
await_primary* = 'await' primary -> Await / primary
primary< =
    @-9 invalid_primary
  / primary '.' NAME -> Attribute
  / primary genexp -> Call
  / primary '(' arguments? ')' -> Call
  / primary '[' slices ']' -> Subscript
  / atom
slices =
    a=slice !',' -> a
  / @-10 a={',' slice} ','? -> Tuple(a)
  / @11 a={',' (slice / starred_expression)} ','? -> Tuple(a)
slice =
    expression? ':' expression? (':' expression?)? -> Other
  / @-9 expression
  / @10 named_expression
atom =
    NAME
  / 'True' -> True
  / 'False' -> False
  / 'None' -> None
  / @-11 &STRING strings
  / @12 &(STRING / FSTRING_START / TSTRING_START) strings
  / NUMBER
  / &'(' (tuple / group / genexp)
  / &'[' (list / listcomp)
  / &'{' (dict / set / dictcomp / setcomp)
  / '...' -> Ellipsis
group = '(' a=(yield_expr / named_expression) ')' -> a / invalid_group

lambdef = 'lambda' lambda_params? ':' expression -> Lambda
lambda_params = invalid_lambda_parameters / lambda_parameters
lambda_parameters =
    lambda_slash_no_default lambda_param_no_default* lambda_param_with_default* lambda_star_etc?
  / lambda_slash_with_default lambda_param_with_default* lambda_star_etc?
  / lambda_param_no_default+ lambda_param_with_default* lambda_star_etc?
  / lambda_param_with_default+ lambda_star_etc?
  / lambda_star_etc
lambda_slash_no_default =
    lambda_param_no_default+ '/' ','
  / lambda_param_no_default+ '/' &':'
lambda_slash_with_default =
    lambda_param_no_default* lambda_param_with_default+ '/' ','
  / lambda_param_no_default* lambda_param_with_default+ '/' &':'
lambda_star_etc =
    @11 invalid_lambda_star_etc
  / '*' lambda_param_no_default lambda_param_maybe_default* lambda_kwds?
  / '*' ',' lambda_param_maybe_default+ lambda_kwds?
  / lambda_kwds
  / @-10 invalid_lambda_star_etc
lambda_kwds = @11 invalid_lambda_kwds / '**' lambda_param_no_default
lambda_param_no_default = a=lambda_param ',' -> a / a=lambda_param &':' -> a
lambda_param_with_default = lambda_param default ',' / lambda_param default &':'
lambda_param_maybe_default = lambda_param default? ',' / lambda_param default? &':'
lambda_param = NAME -> Other

fstring_middle = fstring_replacement_field / FSTRING_MIDDLE
fstring_replacement_field =
    '{' annotated_rhs '='? a=fstring_conversion? fstring_full_format_spec? '}' -> letter(a)
  / invalid_replacement_field
fstring_conversion = a='!' b=NAME -> conversion(a, b)
fstring_full_format_spec = ':' fstring_format_spec*
fstring_format_spec = FSTRING_MIDDLE / fstring_replacement_field
fstring = a=FSTRING_START fstring_middle* FSTRING_END -> joined(a)
tstring_format_spec_replacement_field =
    '{' annotated_rhs '='? a=fstring_conversion? tstring_full_format_spec? '}' -> letter(a)
  / invalid_tstring_replacement_field
tstring_format_spec = TSTRING_MIDDLE / tstring_format_spec_replacement_field
tstring_full_format_spec = ':' tstring_format_spec*
tstring_replacement_field =
    '{' annotated_rhs '='? a=fstring_conversion? tstring_full_format_spec? '}' -> letter(a)
  / invalid_tstring_replacement_field
tstring_middle = tstring_replacement_field / TSTRING_MIDDLE
tstring* = a=TSTRING_START tstring_middle* TSTRING_END -> joined(a)
string = a=STRING -> string(a)
strings* =
    @-11 a=STRING+ -> strings(a)
  / @14 invalid_string_tstring_concat
  / @12 a=(fstring / string)+ -> strings(a)
  / @14 a=tstring+ -> TemplateStr

list = '[' a=star_named_expressions? ']' -> List(a)
tuple =
    '(' a=(b=star_named_expression ',' c=star_named_expressions? -> Items(b, c))? ')' -> Tuple(a)
set = '{' star_named_expressions '}' -> Set
dict = '{' double_starred_kvpairs? '}' -> Dict / @10 '{' invalid_double_starred_kvpairs '}'
double_starred_kvpairs = {',' double_starred_kvpair} ','?
double_starred_kvpair = '**' bitwise_or / kvpair
kvpair = expression ':' expression

for_if_clauses = a=for_if_clause+ -> a
for_if_clause =
    'async' 'for' star_targets 'in' ^ a=disjunction b=('if' c=disjunction -> c)* -> Items(a, b)
  / 'for' star_targets 'in' ^ a=disjunction b=('if' c=disjunction -> c)* -> Items(a, b)
  / @13-13 'async'? 'for' (bitwise_or (',' bitwise_or)* ','?) !'in' -> error(last)
      "'in' expected after for-loop variables"
  / @14 invalid_for_if_clause
  / invalid_for_target
listcomp =
    @-9 '[' named_expression ^ for_if_clauses ']' -> ListComp
  / @10 '[' named_expression for_if_clauses ']' -> ListComp
  / invalid_comprehension
setcomp =
    @-9 '{' named_expression ^ for_if_clauses '}' -> SetComp
  / @10 '{' named_expression for_if_clauses '}' -> SetComp
  / invalid_comprehension
genexp =
    @-9 '(' named_expression ^ for_if_clauses ')' -> Generator
  / @10 '(' (assignment_expression / expression !':=') for_if_clauses ')' -> Generator
  / invalid_comprehension
dictcomp = '{' kvpair for_if_clauses '}' -> DictComp / invalid_dict_comprehension

arguments* = a=args ','? &')' -> a / invalid_arguments
args =
    @-9 a={',' (starred_expression / b=named_expression !'=' -> b)} c=(',' d=kwargs -> d)?
      -> Call(a, c)
  / @10 a={',' (starred_expression
              / b=(assignment_expression / d=expression !':=' -> d) !'=' -> b)}
      c=(',' d=kwargs -> d)? -> Call(a, c)
  / a=kwargs -> Call(a)
kwargs =
    a={',' kwarg_or_starred} ',' b={',' kwarg_or_double_starred} -> Items(a, b)
  / {',' kwarg_or_starred}
  / {',' kwarg_or_double_starred}
starred_expression =
    @12-13 invalid_starred_expression
  / @14 invalid_starred_expression_unpacking
  / '*' a=expression -> Starred(a)
  / @13-13 '*' -> error(last) "Invalid star expression"
  / @14 invalid_starred_expression
kwarg_or_starred =
    @10 invalid_kwarg
  / NAME '=' expression -> Keyword
  / starred_expression
  / @-9 invalid_kwarg
kwarg_or_double_starred =
    @10 invalid_kwarg
  / NAME '=' expression -> Keyword
  / '**' expression -> Unpacking
  / @-9 invalid_kwarg

star_targets =
    a=star_target !',' -> a
  / a=star_target b=(',' c=star_target -> c)* ','? -> Tuple(a, b)
star_targets_list_seq = {',' star_target} ','?
star_targets_tuple_seq = star_target (',' star_target)+ ','? / star_target ','
star_target* = '*' (!'*' star_target) -> Starred / target_with_star_atom
target_with_star_atom* =
    t_primary '.' NAME !t_lookahead -> Attribute
  / t_primary '[' slices ']' !t_lookahead -> Subscript
  / star_atom
star_atom =
    NAME
  / '(' a=target_with_star_atom ')' -> a
  / '(' star_targets_tuple_seq? ')' -> Tuple
  / '[' star_targets_list_seq? ']' -> List
single_target =
    single_subscript_attribute_target
  / NAME
  / '(' a=single_target ')' -> a
single_subscript_attribute_target =
    t_primary '.' NAME !t_lookahead -> Attribute
  / t_primary '[' slices ']' !t_lookahead -> Subscript
t_primary< =
    t_primary '.' NAME &t_lookahead -> Attribute
  / t_primary '[' slices ']' &t_lookahead -> Subscript
  / t_primary genexp &t_lookahead -> Call
  / t_primary '(' arguments? ')' &t_lookahead -> Call
  / a=atom &t_lookahead -> a
t_lookahead = '(' / '[' / '.'
del_targets = {',' del_target} ','?
del_target* =
    t_primary '.' NAME !t_lookahead -> Attribute
  / t_primary '[' slices ']' !t_lookahead -> Subscript
  / del_t_atom
del_t_atom = NAME / '(' del_target ')' / '(' del_targets? ')' / '[' del_targets? ']'
)peg";

}  // namespace codeanatomy::parse::peg
