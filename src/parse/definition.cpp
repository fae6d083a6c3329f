// Functions, classes, their parameters, type parameters and decorators.
#include <algorithm>

#include "parse/parser.h"

namespace codeanatomy::parse {

NodeRef Parser::ParseDecorated() {
  const size_t mark = stack_.size();
  while (Accept(TokenKind::kAt)) {
    stack_.push_back(AtLeast(PythonVersion::k39) ? ParseNamedExpression() : ParseOldDecorator());
    Expect(TokenKind::kNewline);
  }
  const ListRef decorators = TakeList(stack_, mark);
  switch (kind()) {
    case TokenKind::kDef:
      return ParseFunction(begin(), false, decorators);
    case TokenKind::kClass:
      return ParseClass(decorators);
    case TokenKind::kAsync:
      return ParseAsync(decorators);
    default:
      return Unexpected();
  }
}

/// 3.8's decorators: a dotted name, or a call of one.
NodeRef Parser::ParseOldDecorator() {
  const uint32_t from = begin();
  if (!At(TokenKind::kName)) return Unexpected();
  NodeRef value = ParseName();
  while (Accept(TokenKind::kDot)) {
    const uint32_t name_begin = text_spans_[pos_].begin;
    const int32_t name = ParseIdentifier();
    value = Add<AstKind::kAttribute>(SpanFrom(from), value, name,
                                     static_cast<int32_t>(ExprContext::kLoad));
    tree_.SetNameBegin(value, name_begin);
  }
  if (!At(TokenKind::kLeftParen)) return value;
  const Arguments arguments = ParseArguments();
  return Add<AstKind::kCall>(SpanFrom(from), value, arguments.args, arguments.keywords);
}

NodeRef Parser::ParseFunction(uint32_t from, bool is_async, ListRef decorators) {
  const uint32_t header = pos_;
  Advance();
  const uint32_t name_begin = text_spans_[pos_].begin;
  const int32_t name = ParseIdentifier();
  const ListRef type_params = ParseTypeParams();
  Expect(TokenKind::kLeftParen);
  const NodeRef parameters = ParseParameters(TokenKind::kRightParen);
  Expect(TokenKind::kRightParen);
  NodeRef returns = kNoNode;
  if (Accept(TokenKind::kArrow)) returns = ParseExpression();
  const ListRef body = ParseBlock("function definition", header);
  const ByteSpan span{from, BlockEnd()};
  const NodeRef function =
      is_async ? Add<AstKind::kAsyncFunctionDef>(span, name, parameters, body, decorators, returns,
                                                 kNoNode, type_params)
               : Add<AstKind::kFunctionDef>(span, name, parameters, body, decorators, returns,
                                            kNoNode, type_params);
  tree_.SetNameBegin(function, name_begin);
  return function;
}

NodeRef Parser::ParseClass(ListRef decorators) {
  const uint32_t header = pos_, from = begin();
  Advance();
  const uint32_t name_begin = text_spans_[pos_].begin;
  const int32_t name = ParseIdentifier();
  const ListRef type_params = ParseTypeParams();
  Arguments arguments{kEmptyList, kEmptyList};
  if (At(TokenKind::kLeftParen)) arguments = ParseArguments(true);
  const ListRef body = ParseBlock("class definition", header);
  const NodeRef node = Add<AstKind::kClassDef>({from, BlockEnd()}, name, arguments.args,
                                               arguments.keywords, body, decorators, type_params);
  tree_.SetNameBegin(node, name_begin);
  return node;
}

ListRef Parser::ParseTypeParams() {
  if (!At(TokenKind::kLeftBracket)) return kEmptyList;
  RequireVersion(PythonVersion::k312, spans_[pos_], "Type parameter lists are");
  Advance();
  const size_t mark = stack_.size();
  do {
    stack_.push_back(ParseTypeParam());
  } while (Accept(TokenKind::kComma) && !At(TokenKind::kRightBracket));
  Expect(TokenKind::kRightBracket);
  return TakeList(stack_, mark);
}

NodeRef Parser::ParseTypeParam() {
  const uint32_t from = begin();
  const bool is_tuple = Accept(TokenKind::kStar);
  const bool is_spec = !is_tuple && Accept(TokenKind::kDoubleStar);
  const uint32_t name_begin = text_spans_[pos_].begin;
  const int32_t name = ParseIdentifier();
  NodeRef bound = kNoNode, fallback = kNoNode;
  if (!is_tuple && !is_spec && Accept(TokenKind::kColon)) bound = ParseExpression();
  if (At(TokenKind::kEqual)) {
    RequireVersion(PythonVersion::k313, spans_[pos_], "Type parameter defaults are");
    Advance();
    fallback = is_tuple ? ParseStarExpression() : ParseExpression();
  }
  const ByteSpan span = SpanFrom(from);
  const NodeRef param = is_tuple  ? Add<AstKind::kTypeVarTuple>(span, name, fallback)
                        : is_spec ? Add<AstKind::kParamSpec>(span, name, fallback)
                                  : Add<AstKind::kTypeVar>(span, name, bound, fallback);
  tree_.SetNameBegin(param, name_begin);
  return param;
}

/// Parameters up to `closer`, which stays. Annotations are for `def` only, where the closer is `)`.
NodeRef Parser::ParseParameters(TokenKind closer) {
  Scratch &params = stacks_[kParams], &kwonly = stacks_[kKwonly],
          &kw_defaults = stacks_[kKwDefaults], &defaults = stacks_[kDefaults];
  const size_t mark = params.size(), kwonly_mark = kwonly.size(),
               kw_defaults_mark = kw_defaults.size(), defaults_mark = defaults.size();
  const bool annotated = closer == TokenKind::kRightParen;
  ByteSpan hull{begin(), begin()};
  const auto cover = [&](NodeRef n) {
    if (n >= 0) hull.end = std::max(hull.end, EndOf(n));
  };
  size_t positional_only = mark;
  NodeRef vararg = kNoNode, kwarg = kNoNode;
  bool star = false, bare = false, first = true;
  while (!At(closer) && !failed_) {
    if (kwarg >= 0) FailHere("arguments cannot follow var-keyword argument");
    NodeRef param = kNoNode, fallback = kNoNode;
    if (At(TokenKind::kSlash)) {
      if (star || params.size() == mark || positional_only != mark) {
        FailHere(params.size() == mark && !star ? "at least one argument must precede /"
                 : positional_only != mark      ? "/ may appear only once"
                                                : "/ must be ahead of *");
      }
      Accept(TokenKind::kSlash);  // not where that failed: the cursor stays at the end then
      positional_only = params.size();
    } else if (At(TokenKind::kStar)) {
      if (star) FailHere("* argument may appear only once");
      Accept(TokenKind::kStar);
      star = true;
      bare = At(TokenKind::kComma) || At(closer);
      if (!bare) param = vararg = ParseParameter(annotated, true);
    } else if (Accept(TokenKind::kDoubleStar)) {
      if (bare) FailHere("named arguments must follow bare *");
      param = kwarg = ParseParameter(annotated, false);
    } else {
      const ByteSpan name = spans_[pos_];
      param = ParseParameter(annotated, false);
      if (Accept(TokenKind::kEqual)) fallback = ParseExpression();
      if (star) {
        // 3.8 leaves the annotation out of the position.
        if (!AtLeast(PythonVersion::k39) && param >= 0) tree_.SetSpan(param, name);
        kwonly.push_back(param);
        kw_defaults.push_back(fallback);
        bare = false;
      } else {
        params.push_back(param);
        if (fallback >= 0) {
          defaults.push_back(fallback);
        } else if (defaults.size() > defaults_mark) {
          FailNode(param, AtLeast(PythonVersion::k312)
                              ? "parameter without a default follows parameter with a default"
                              : "non-default argument follows default argument");
        }
      }
    }
    if (param >= 0 && first) hull.begin = BeginOf(param);
    first = first && param < 0;
    cover(param);
    cover(fallback);
    if (!Accept(TokenKind::kComma)) break;
  }
  if (bare) FailHere("named arguments must follow bare *");
  hull.end = std::max(hull.begin, hull.end);
  const auto list = [this](const Scratch& scratch, size_t from, size_t to) {
    return tree_.AddList({scratch.data() + from, to - from});
  };
  const ListRef posonly_list = list(params, mark, positional_only);
  const ListRef args_list = list(params, positional_only, params.size());
  params.Truncate(mark);
  const ListRef kwonly_list = TakeList(kwonly, kwonly_mark);
  const ListRef kw_defaults_list = TakeList(kw_defaults, kw_defaults_mark);
  const ListRef defaults_list = TakeList(defaults, defaults_mark);
  return Add<AstKind::kArguments>(hull, posonly_list, args_list, vararg, kwonly_list,
                                  kw_defaults_list, kwarg, defaults_list);
}

/// `star`: the parameter stands behind `*`, where since 3.11 an annotation may be starred.
NodeRef Parser::ParseParameter(bool annotated, bool star) {
  const uint32_t from = begin(), name_begin = text_spans_[pos_].begin;
  const int32_t name = ParseIdentifier();
  NodeRef annotation = kNoNode;
  if (annotated && Accept(TokenKind::kColon)) {
    if (star && At(TokenKind::kStar)) {
      RequireVersion(PythonVersion::k311, spans_[pos_], "Starred annotations are");
      annotation = ParseStarExpression();
    } else {
      annotation = ParseExpression();
    }
  }
  const NodeRef param = Add<AstKind::kArg>(SpanFrom(from), name, annotation, kNoNode);
  tree_.SetNameBegin(param, name_begin);
  return param;
}

}  // namespace codeanatomy::parse
