// The grammar's statements. The notation is described in grammar_text.h.
#include "parse/peg/grammar_text.h"

namespace codeanatomy::parse::peg {

const std::string_view kStatementRules = R"peg(
statement = compound_stmt / simple_stmts
statements = statement+
simple_stmts = simple_stmt !';' NEWLINE / {';' simple_stmt} ';'? NEWLINE

simple_stmt* =
    assignment
  / @12 &`type` type_alias
  / star_expressions
  / &'return' return_stmt
  / &('import' / 'from') import_stmt
  / &'raise' raise_stmt
  / &'pass' pass_stmt
  / &'del' del_stmt
  / &'yield' yield_stmt
  / &'assert' assert_stmt
  / &'break' break_stmt
  / &'continue' continue_stmt
  / &'global' global_stmt
  / &'nonlocal' nonlocal_stmt
pass_stmt = 'pass'
break_stmt = 'break'
continue_stmt = 'continue'

compound_stmt =
    &('def' / '@' / 'async') function_def
  / &'if' if_stmt
  / &('class' / '@') class_def
  / &('with' / 'async') with_stmt
  / &('for' / 'async') for_stmt
  / &'try' try_stmt
  / &'while' while_stmt
  / @10 match_stmt

assignment =
    NAME ':' expression ('=' annotated_rhs)?
  / ('(' single_target ')' / single_subscript_attribute_target) ':' expression ('=' annotated_rhs)?
  / (star_targets '=')+ annotated_rhs !'=' TYPE_COMMENT?
  / single_target augassign ^ annotated_rhs
  / invalid_assignment
annotated_rhs = yield_expr / star_expressions
augassign =
    '+=' / '-=' / '*=' / '@=' / '/=' / '%=' / '&=' / '|=' / '^=' / '<<=' / '>>=' / '**=' / '//='

return_stmt = 'return' star_expressions?
raise_stmt = 'raise' expression ('from' expression)? / 'raise'
global_stmt = 'global' {',' NAME}
nonlocal_stmt = 'nonlocal' {',' NAME}
del_stmt = 'del' del_targets &(';' / NEWLINE) / invalid_del_stmt
yield_stmt = yield_expr
assert_stmt = 'assert' expression (',' expression)?

import_stmt = @12 invalid_import / import_name / import_from
import_name = 'import' dotted_as_names
import_from =
    'from' ('.' / '...')* dotted_name 'import' import_from_targets
  / 'from' ('.' / '...')+ 'import' import_from_targets
import_from_targets =
    '(' import_from_as_names ','? ')'
  / import_from_as_names !','
  / '*'
  / invalid_import_from_targets
import_from_as_names = {',' import_from_as_name}
import_from_as_name = @14 invalid_import_from_as_name / NAME ('as' NAME)?
dotted_as_names = {',' dotted_as_name}
dotted_as_name = @14 invalid_dotted_as_name / dotted_name ('as' NAME)?
dotted_name< = dotted_name '.' NAME / NAME

block* = NEWLINE INDENT statements DEDENT / simple_stmts / invalid_block
decorators = ('@' named_expression NEWLINE)+
class_def = decorators class_def_raw / class_def_raw
class_def_raw =
    invalid_class_def_raw
  / @-9 'class' NAME ('(' arguments? ')')? ':' block
  / @10 'class' NAME type_params? ('(' arguments? ')')? ':' block
function_def = decorators function_def_raw / function_def_raw
function_def_raw =
    invalid_def_raw
  / @-9 'def' NAME '(' params? ')' ('->' expression)? ':' func_type_comment? block
  / @-9 'async' 'def' NAME '(' params? ')' ('->' expression)? ':' func_type_comment? block
  / @10-10 'def' NAME '(' params? ')' ('->' expression)? $':' func_type_comment? block
  / @10-10 'async' 'def' NAME '(' params? ')' ('->' expression)? $':' func_type_comment? block
  / @11-12 'def' NAME type_params? $'(' params? ')' ('->' expression)? $':' func_type_comment? block
  / @11-12 'async' 'def' NAME type_params? $'(' params? ')' ('->' expression)? $':'
      func_type_comment? block
  / @13 'def' NAME type_params? '(' params? ')' ('->' expression)? ':' func_type_comment? block
  / @13 'async' 'def' NAME type_params? '(' params? ')' ('->' expression)? ':'
      func_type_comment? block
func_type_comment = NEWLINE TYPE_COMMENT &(NEWLINE INDENT) / TYPE_COMMENT

params = invalid_parameters / parameters
parameters =
    slash_no_default param_no_default* param_with_default* star_etc?
  / slash_with_default param_with_default* star_etc?
  / param_no_default+ param_with_default* star_etc?
  / param_with_default+ star_etc?
  / star_etc
slash_no_default = param_no_default+ '/' ',' / param_no_default+ '/' &')'
slash_with_default =
    param_no_default* param_with_default+ '/' ','
  / param_no_default* param_with_default+ '/' &')'
star_etc =
    @11 invalid_star_etc
  / '*' param_no_default param_maybe_default* kwds?
  / @11 '*' param_no_default_star_annotation param_maybe_default* kwds?
  / '*' ',' param_maybe_default+ kwds?
  / kwds
  / @-10 invalid_star_etc
kwds = @11 invalid_kwds / '**' param_no_default
param_no_default = a=param ',' TYPE_COMMENT? -> a / a=param TYPE_COMMENT? &')' -> a
param_no_default_star_annotation =
    param_star_annotation ',' TYPE_COMMENT?
  / param_star_annotation TYPE_COMMENT? &')'
param_with_default = param default ',' TYPE_COMMENT? / param default TYPE_COMMENT? &')'
param_maybe_default = param default? ',' TYPE_COMMENT? / param default? TYPE_COMMENT? &')'
param = NAME annotation? -> Other
param_star_annotation = NAME star_annotation
annotation = ':' expression
star_annotation = ':' star_expression
default = '=' expression / @11 invalid_default

if_stmt =
    invalid_if_stmt
  / 'if' named_expression ':' block elif_stmt
  / 'if' named_expression ':' block else_block?
elif_stmt =
    invalid_elif_stmt
  / 'elif' named_expression ':' block elif_stmt
  / 'elif' named_expression ':' block else_block?
else_block = invalid_else_stmt / @-9 'else' ':' block / @10 'else' $':' block
while_stmt = invalid_while_stmt / 'while' named_expression ':' block else_block?
for_stmt =
    invalid_for_stmt
  / 'for' star_targets 'in' ^ star_expressions ':' TYPE_COMMENT? block else_block?
  / 'async' 'for' star_targets 'in' ^ star_expressions ':' TYPE_COMMENT? block else_block?
  / invalid_for_target
with_stmt =
    invalid_with_stmt_indent
  / @9-12 'with' '(' {',' with_item} ','? ')' ':' block
  / @13 'with' '(' {',' with_item} ','? ')' ':' TYPE_COMMENT? block
  / 'with' {',' with_item} ':' TYPE_COMMENT? block
  / @9 'async' 'with' '(' {',' with_item} ','? ')' ':' block
  / 'async' 'with' {',' with_item} ':' TYPE_COMMENT? block
  / invalid_with_stmt
with_item = expression 'as' star_target &(',' / ')' / ':') / invalid_with_item / expression

try_stmt =
    invalid_try_stmt
  / @-9 'try' ':' block finally_block
  / @-9 'try' ':' block except_block+ else_block? finally_block?
  / @10 'try' $':' block finally_block
  / @10 'try' $':' block except_block+ else_block? finally_block?
  / @11 'try' $':' block except_star_block+ else_block? finally_block?
except_block =
    invalid_except_stmt_indent
  / @-13 'except' expression ('as' NAME)? ':' block
  / @14 'except' expression ':' block
  / @14 'except' expression 'as' NAME ':' block
  / @14 'except' expressions ':' block
  / 'except' ':' block
  / invalid_except_stmt
except_star_block =
    invalid_except_star_stmt_indent
  / @-13 'except' '*' expression ('as' NAME)? ':' block
  / @14 'except' '*' expression ':' block
  / @14 'except' '*' expression 'as' NAME ':' block
  / @14 'except' '*' expressions ':' block
  / @-13 invalid_except_stmt
  / @14 invalid_except_star_stmt
finally_block = invalid_finally_stmt / @-9 'finally' ':' block / @10 'finally' $':' block

match_stmt =
    `match` subject_expr ':' NEWLINE INDENT case_block+ DEDENT
  / invalid_match_stmt
subject_expr = star_named_expression ',' star_named_expressions? / named_expression
case_block = invalid_case_block / `case` patterns guard? ':' block
guard = 'if' named_expression
patterns = open_sequence_pattern / pattern
pattern = as_pattern / or_pattern
as_pattern = or_pattern 'as' pattern_capture_target / invalid_as_pattern
or_pattern = {'|' closed_pattern}
closed_pattern* =
    literal_pattern
  / capture_pattern
  / wildcard_pattern
  / value_pattern
  / group_pattern
  / sequence_pattern
  / mapping_pattern
  / class_pattern
literal_pattern =
    signed_number !('+' / '-')
  / complex_number
  / strings
  / 'None'
  / 'True'
  / 'False'
literal_expr =
    signed_number !('+' / '-')
  / complex_number
  / @-13 strings
  / @14 &(STRING / FSTRING_START / TSTRING_START) strings
  / 'None'
  / 'True'
  / 'False'
complex_number =
    signed_real_number '+' imaginary_number
  / signed_real_number '-' imaginary_number
signed_number = NUMBER / '-' NUMBER
signed_real_number = real_number / '-' real_number
real_number = a=NUMBER -> real(a)
imaginary_number = a=NUMBER -> imaginary(a)
capture_pattern = pattern_capture_target
pattern_capture_target = !`_` a=NAME !('.' / '(' / '=') -> a
wildcard_pattern = `_`
value_pattern = attr !('.' / '(' / '=')
attr< = name_or_attr '.' NAME -> Attribute
name_or_attr = attr / NAME
group_pattern = '(' pattern ')'
sequence_pattern = '[' maybe_sequence_pattern? ']' / '(' open_sequence_pattern? ')'
open_sequence_pattern = maybe_star_pattern ',' maybe_sequence_pattern?
maybe_sequence_pattern = {',' maybe_star_pattern} ','?
maybe_star_pattern = star_pattern / pattern
star_pattern* = '*' pattern_capture_target / '*' wildcard_pattern
mapping_pattern =
    '{' '}'
  / '{' double_star_pattern ','? '}'
  / '{' items_pattern ',' double_star_pattern ','? '}'
  / '{' items_pattern ','? '}'
items_pattern = {',' key_value_pattern}
key_value_pattern = (literal_expr / attr) ':' pattern
double_star_pattern = '**' pattern_capture_target
class_pattern =
    name_or_attr '(' ')'
  / name_or_attr '(' positional_patterns ','? ')'
  / name_or_attr '(' keyword_patterns ','? ')'
  / name_or_attr '(' positional_patterns ',' keyword_patterns ','? ')'
  / invalid_class_pattern
positional_patterns = a={',' positional_pattern} -> a
positional_pattern = pattern -> Other
keyword_patterns = {',' keyword_pattern}
keyword_pattern = NAME '=' pattern

type_alias = `type` NAME type_params? '=' expression
type_params = @13 invalid_type_params / @12 '[' type_param_seq ']'
type_param_seq = {',' type_param} ','?
type_param* =
    @12 NAME type_param_bound? type_param_default?
  / @14 invalid_type_param
  / @12-13 '*' NAME a=':' b=expression -> error(a...)
      "cannot use {b:bound} with TypeVarTuple"
  / @12 '*' NAME type_param_starred_default?
  / @12-13 '**' NAME a=':' b=expression -> error(a...) "cannot use {b:bound} with ParamSpec"
  / @12 '**' NAME type_param_default?
type_param_bound = ':' expression
type_param_default = @13 '=' expression
type_param_starred_default = @13 '=' star_expression
)peg";

}  // namespace codeanatomy::parse::peg
