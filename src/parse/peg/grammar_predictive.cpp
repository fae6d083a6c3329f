// The grammar of 3.8, which a predictive parser read with one token of lookahead. Notation:
// grammar_text.h.
//
// Where alternatives and optional parts differ in their first token, ordered choice accepts what
// that parser accepts and reads no token more than it does: the last token read is the one that it
// stopped at. So rules are factored by first tokens here, and hold no lookahead and no errors. What
// that parser accepts is more than Python; what else is wrong was found in the tree afterwards,
// and the rules of the other grammar tell that.
//
// Source: The Python Language Reference 3.8, "Full Grammar specification".
#include "parse/peg/grammar_text.h"

namespace codeanatomy::parse::peg {

const std::string_view kPredictiveRules = R"peg(
statement = compound_stmt / simple_stmt
simple_stmt = {';' small_stmt} ';'? NEWLINE
small_stmt =
    'del' exprlist
  / 'pass'
  / 'break'
  / 'continue'
  / 'return' testlist_star_expr?
  / yield_expr
  / 'raise' (test ('from' test)?)?
  / 'import' {',' dotted_as_name}
  / 'from' (('.' / '...')+ dotted_name? / dotted_name) 'import' import_names
  / 'global' {',' NAME}
  / 'nonlocal' {',' NAME}
  / 'assert' test (',' test)?
  / expr_stmt
expr_stmt = testlist_star_expr (annassign / augassign assigned / ('=' assigned_star)+)?
annassign = ':' test ('=' assigned_star)?
assigned = yield_expr / testlist
assigned_star = yield_expr / testlist_star_expr
augassign =
    '+=' / '-=' / '*=' / '@=' / '/=' / '%=' / '&=' / '|=' / '^=' / '<<=' / '>>=' / '**=' / '//='
import_names = '*' / '(' import_as_names ')' / import_as_names
import_as_names = {',' import_as_name} ','?
import_as_name = NAME ('as' NAME)?
dotted_as_name = dotted_name ('as' NAME)?
dotted_name = {'.' NAME}

compound_stmt =
    'if' namedexpr_test ':' suite ('elif' namedexpr_test ':' suite)* else_suite?
  / 'while' namedexpr_test ':' suite else_suite?
  / for_stmt
  / 'try' ':' suite (except_clauses / 'finally' ':' suite)
  / with_stmt
  / funcdef
  / classdef
  / ('@' dotted_name ('(' arglist? ')')? NEWLINE)+ (classdef / funcdef / 'async' funcdef)
  / 'async' (funcdef / with_stmt / for_stmt)
else_suite = 'else' ':' suite
for_stmt = 'for' exprlist 'in' testlist ':' suite else_suite?
except_clauses =
    ('except' (test ('as' NAME)?)? ':' suite)+ else_suite? ('finally' ':' suite)?
with_stmt = 'with' {',' with_item} ':' suite
with_item = test ('as' expr)?
classdef = 'class' NAME ('(' arglist? ')')? ':' suite
funcdef = 'def' NAME '(' typedargslist? ')' ('->' test)? ':' suite
suite = NEWLINE INDENT statement+ DEDENT / simple_stmt

typedargslist = tfpdef_default typed_positional? / typed_keyword_only
typed_positional =
    ',' (tfpdef_default typed_positional? / '/' (',' typed_behind_slash?)? / typed_keyword_only)?
typed_behind_slash = tfpdef_default typed_arguments? / typed_keyword_only
typed_arguments = ',' (tfpdef_default typed_arguments? / typed_keyword_only)?
typed_keyword_only = '*' tfpdef? typed_keywords? / '**' tfpdef ','?
typed_keywords = ',' (tfpdef_default typed_keywords? / '**' tfpdef ','?)?
tfpdef_default = tfpdef ('=' test)?
tfpdef = NAME (':' test)?
varargslist = vfpdef_default var_positional? / var_keyword_only
var_positional =
    ',' (vfpdef_default var_positional? / '/' (',' var_behind_slash?)? / var_keyword_only)?
var_behind_slash = vfpdef_default var_arguments? / var_keyword_only
var_arguments = ',' (vfpdef_default var_arguments? / var_keyword_only)?
var_keyword_only = '*' NAME? var_keywords? / '**' NAME ','?
var_keywords = ',' (vfpdef_default var_keywords? / '**' NAME ','?)?
vfpdef_default = NAME ('=' test)?

namedexpr_test = test (':=' test)?
test = or_test ('if' or_test 'else' test)? / 'lambda' varargslist? ':' test
test_nocond = or_test / 'lambda' varargslist? ':' test_nocond
or_test = {'or' and_test}
and_test = {'and' not_test}
not_test = 'not' not_test / comparison
comparison = expr (comp_op expr)*
comp_op =
    '<' / '>' / '==' / '>=' / '<=' / a='!=' -> not_equal(a) / 'in' / 'not' 'in' / 'is' 'not'?
star_expr = '*' expr
expr = {'|' xor_expr}
xor_expr = {'^' and_expr}
and_expr = {'&' shift_expr}
shift_expr = arith_expr (('<<' / '>>') arith_expr)*
arith_expr = term (('+' / '-') term)*
term = factor (('*' / '@' / '/' / '%' / '//') factor)*
factor = ('+' / '-' / '~') factor / power
power = 'await'? atom trailer* ('**' factor)?
atom =
    NAME
  / NUMBER
  / STRING+
  / 'None'
  / 'True'
  / 'False'
  / '...'
  / '(' (yield_expr / testlist_comp)? ')'
  / '[' testlist_comp? ']'
  / '{' dictorsetmaker? '}'
trailer = '(' arglist? ')' / '[' {',' subscript} ','? ']' / '.' NAME
testlist_comp = (namedexpr_test / star_expr) (comp_for / (',' (namedexpr_test / star_expr))* ','?)
subscript = test (':' test? sliceop?)? / ':' test? sliceop?
sliceop = ':' test?
exprlist = {',' (expr / star_expr)} ','?
testlist = {',' test} ','?
testlist_star_expr = {',' (test / star_expr)} ','?
dictorsetmaker =
    '**' expr dict_rest
  / star_expr set_rest
  / test (':' test dict_rest / set_rest)
dict_rest = comp_for / (',' (test ':' test / '**' expr))* ','?
set_rest = comp_for / (',' (test / star_expr))* ','?
arglist = {',' argument} ','?
argument = test (comp_for / ':=' test / '=' test)? / '**' test / '*' test
comp_iter = comp_for / 'if' test_nocond comp_iter?
comp_for = 'async'? 'for' exprlist 'in' or_test comp_iter?
yield_expr = 'yield' ('from' test / testlist_star_expr)?
star_expressions = testlist NEWLINE
)peg";

}  // namespace codeanatomy::parse::peg
