// Grammar: the grammar of one Python version as tables, which the recognizer interprets.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/python_version.h"
#include "lex/token.h"

namespace codeanatomy::parse::peg {

/// What an expression is, as far as messages tell.
enum class NodeKind : uint8_t {
  kOther,
  kItems,  // elements of a list under construction
  kName,
  kLiteral,
  kTrue,
  kFalse,
  kNone,
  kEllipsis,
  kAttribute,
  kSubscript,
  kStarred,
  kList,
  kTuple,
  kLambda,
  kCall,
  kOperation,
  kGenerator,
  kYield,
  kAwait,
  kListComp,
  kSetComp,
  kDictComp,
  kDict,
  kSet,
  kJoinedStr,
  kTemplateStr,
  kCompare,
  kInOperand,
  kIfExp,
  kNamedExpr,
  kKeyword,
  kUnpacking,
};

enum class Op : uint8_t {
  kMatch,
  kOptional,
  kRepeat,
  kRepeatOnce,
  kList,
  kAhead,
  kNotAhead,
  kCut,
  kDemand
};
enum class Operand : uint8_t { kToken, kString, kNumber, kSoftKeyword, kAnySoftKeyword, kRule };

/// One element of an alternative.
struct Element {
  Op op = Op::kMatch;
  Operand operand = Operand::kToken;
  uint8_t label = 0;       // 1 a, 2 b, 3 c, 4 d; 0 none
  lex::TokenKind token{};  // kToken, kDemand
  lex::TokenKind separator{};
  uint16_t id = 0;  // of the rule or the soft keyword
};

enum class ActionKind : uint8_t {
  kPass,      // the value of the only element, else a mere match
  kLabel,     // the value of `a`
  kNode,      // a node with the elements of `a` and `b`
  kError,     // the message at `where`
  kTarget,    // the message at the part of `a` that is no target
  kNotEqual,  // `!=`, not `<>`
  kReal,
  kImaginary,
  kConversion,
  kLetter,
  kString,
  kStrings,
  kJoined,
  kBareGenerator,
  kArgumentOrder,
};
enum class Where : uint8_t {
  kNode,
  kRange,
  kLastItemRange,
  kToTokenizer,
  kLastByte,
  kStart,
  kLastToken,
  kNextToken
};
enum class Check : uint8_t { kNone, kLegacyStatement, kInBrackets };
enum class TargetUse : uint8_t { kAssign, kLoop, kDelete };

struct Action {
  ActionKind kind = ActionKind::kPass;
  NodeKind node = NodeKind::kOther;
  uint8_t a = 0, b = 0;  // labels
  Where where = Where::kLastToken;
  Check check = Check::kNone;
  TargetUse use = TargetUse::kAssign;
  bool indentation = false;
  std::string message;  // with placeholders
};

struct Alternative {
  uint32_t first = 0;  // elements
  uint16_t count = 0;
  bool second_pass_only = false;
  bool has_one_value = false;  // a single element that is no lookahead
  Action action;
};

struct Rule {
  std::string_view name;  // empty for groups
  uint32_t first = 0;     // alternatives
  uint16_t count = 0;
  bool keeps_results = false, left_recursive = false, without_errors = false;
};

struct Grammar {
  std::vector<Rule> rules;
  std::vector<Alternative> alternatives;
  std::vector<Element> elements;
  std::vector<std::string_view> soft_keywords;
  uint16_t statement = 0;   // rule
  uint16_t expression = 0;  // rule of a replacement field before 3.12: star_expressions

  std::span<const Alternative> Of(const Rule& rule) const {
    return {alternatives.data() + rule.first, rule.count};
  }
  std::span<const Element> Of(const Alternative& alternative) const {
    return {elements.data() + alternative.first, alternative.count};
  }
};

/// Compiled on the first use per version; immutable, shared by all threads. That of 3.8 says what
/// is wrong in a text that PredictiveGrammar() accepts.
const Grammar& GrammarOf(PythonVersion version);

/// What 3.8 reads text with (grammar_predictive.cpp).
const Grammar& PredictiveGrammar();

}  // namespace codeanatomy::parse::peg
