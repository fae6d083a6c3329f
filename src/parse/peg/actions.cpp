// What alternatives do when they match: values, checks, the texts of errors.
#include <array>

#include "parse/peg/recognizer.h"

namespace codeanatomy::parse::peg {

using lex::TokenKind;

namespace {

/// By NodeKind.
constexpr auto kKindNames = std::to_array<std::string_view>({
    "expression",
    "expression",
    "name",
    "literal",
    "True",
    "False",
    "None",
    "ellipsis",
    "attribute",
    "subscript",
    "starred",
    "list",
    "tuple",
    "lambda",
    "function call",
    "expression",
    "generator expression",
    "yield expression",
    "await expression",
    "list comprehension",
    "set comprehension",
    "dict comprehension",
    "dict literal",
    "set display",
    "f-string expression",
    "t-string expression",
    "comparison",
    "comparison",
    "conditional expression",
    "named expression",
    "keyword",
    "keyword",
});
static_assert(kKindNames.size() == static_cast<size_t>(NodeKind::kUnpacking) + 1);

}  // namespace

NodeKind Recognizer::KindOf(Value v) const {
  if (!IsToken(v)) return nodes_[static_cast<size_t>(v)].kind;
  switch (tokens_.kinds[FirstToken(v)]) {
    case TokenKind::kName:
      return NodeKind::kName;
    case TokenKind::kInteger:
    case TokenKind::kFloat:
    case TokenKind::kImaginary:
    case TokenKind::kString:
    case TokenKind::kBytes:
      return NodeKind::kLiteral;
    case TokenKind::kFormatString:
      return NodeKind::kJoinedStr;
    default:
      return NodeKind::kOther;
  }
}

std::string_view Recognizer::KindName(Value v) const {
  const NodeKind kind = KindOf(v);
  if (version_ < PythonVersion::k310) {
    if (kind == NodeKind::kDict) return "dict display";
    if (kind == NodeKind::kEllipsis) return "Ellipsis";
    if (kind == NodeKind::kOperation) return "operator";
  }
  return kKindNames[static_cast<size_t>(kind)];
}

Value Recognizer::Act(const Action& action, const Value* labels, Value only, uint32_t start) {
  const Value a = labels[action.a], b = labels[action.b];
  switch (action.kind) {
    case ActionKind::kPass:
      return only;
    case ActionKind::kLabel:
      return a;
    case ActionKind::kNode:
      return MakeNode(action.node, a, b, start);
    case ActionKind::kError:
      if (Holds(action.check, labels)) {
        Raise(action, labels, action.where == Where::kStart ? TokenValue(start) : a);
      }
      return kFailed;
    case ActionKind::kTarget: {
      const Value invalid = FindInvalidTarget(a, action.use);
      if (invalid != kMatched) {
        const Value named[5] = {kMatched, invalid, kMatched, kMatched, kMatched};
        const Value at = version_ < PythonVersion::k39 ? a : invalid;
        RaiseRange(FirstToken(at), LastToken(at), Render(action, named));
      }
      return kFailed;
    }
    case ActionKind::kNotEqual:
      return TextOf(FirstToken(a)) == "!=" ? a : kFailed;
    case ActionKind::kReal:
    case ActionKind::kImaginary: {
      const bool imaginary = tokens_.kinds[FirstToken(a)] == TokenKind::kImaginary;
      if (imaginary == (action.kind == ActionKind::kImaginary)) return a;
      RaiseRange(FirstToken(a), FirstToken(a),
                 imaginary ? "real number required in complex literal"
                           : "imaginary number required in complex literal");
      return kFailed;
    }
    case ActionKind::kConversion:
      return CheckConversion(a, b);
    case ActionKind::kLetter:
      if (CheckLetter(a) == kFailed) return kFailed;
      return MakeNode(NodeKind::kOther, kMatched, kMatched, start);
    case ActionKind::kString:
      return CheckStrings(a);
    case ActionKind::kStrings:
      if (MixesBytes(FirstToken(a), LastToken(a))) return kFailed;
      return version_ < PythonVersion::k312 ? CheckStrings(a) : JoinStrings(a, start);
    case ActionKind::kJoined:
      return CheckMiddles(a);
    case ActionKind::kBareGenerator:
      return CheckBareGenerator(a, b);
    case ActionKind::kArgumentOrder:
      return CheckArgumentOrder(a, b);
  }
  return kFailed;
}

void Recognizer::AppendElements(Value v) {
  if (v == kMatched) return;
  if (!IsToken(v) && nodes_[static_cast<size_t>(v)].kind == NodeKind::kItems) {
    const Node items = nodes_[static_cast<size_t>(v)];
    for (uint32_t i = 0; i < items.count; ++i)
      elements_.push_back(Value{elements_[items.elements + i]});
    return;
  }
  elements_.push_back(v);
}

/// Covers the tokens of the alternative; items cover their elements.
Value Recognizer::MakeNode(NodeKind kind, Value a, Value b, uint32_t start) {
  const auto from = static_cast<uint32_t>(elements_.size());
  AppendElements(a);
  AppendElements(b);
  const auto count = static_cast<uint32_t>(elements_.size()) - from;
  uint32_t first = start, last = mark_ == start ? start : mark_ - 1;
  while (last > first && lex::IsLayout(tokens_.kinds[last])) --last;
  if (kind == NodeKind::kItems && count > 0) {
    first = FirstToken(elements_[from]);
    last = LastToken(elements_.back());
  }
  nodes_.push_back({kind, first, last, from, count});
  return static_cast<Value>(nodes_.size()) - 1;
}

/// A format string since 3.12, whose literal text is decoded once its end is read.
Value Recognizer::CheckMiddles(Value begin) {
  const uint32_t start = FirstToken(begin);
  const bool raw = TextOf(start).find_first_of("rR") != std::string_view::npos;
  for (uint32_t token = start + 1; !raw && token < mark_; ++token) {
    const TokenKind kind = tokens_.kinds[token];
    const bool is_middle = kind == TokenKind::kFStringMiddle || kind == TokenKind::kTStringMiddle;
    if (!is_middle || levels_[token] != levels_[start]) continue;
    if (auto error = check_strings_(token, token + 1)) {
      RaiseAtLastRead(std::move(error->message));
      return kFailed;
    }
  }
  const bool interpolates = tokens_.kinds[start] == TokenKind::kTStringStart;
  return MakeNode(interpolates ? NodeKind::kTemplateStr : NodeKind::kJoinedStr, kMatched, kMatched,
                  start);
}

/// Adjacent strings since 3.12; one of them with fields makes all of them one with fields.
Value Recognizer::JoinStrings(Value strings, uint32_t start) {
  NodeKind kind = NodeKind::kLiteral;
  const Node& node = nodes_[static_cast<size_t>(strings)];
  for (uint32_t i = 0; i < node.count; ++i) {
    if (KindOf(elements_[node.elements + i]) == NodeKind::kJoinedStr) kind = NodeKind::kJoinedStr;
  }
  return MakeNode(kind, strings, kMatched, start);
}

Value Recognizer::LastElement(Value v) const {
  if (IsToken(v) || nodes_[static_cast<size_t>(v)].count == 0) return v;
  const Node& node = nodes_[static_cast<size_t>(v)];
  return elements_[node.elements + node.count - 1];
}

/// The first part of `v` that cannot be assigned to or deleted; kMatched if there is none.
Value Recognizer::FindInvalidTarget(Value v, TargetUse use) const {
  std::vector<Value> todo{v};
  while (!todo.empty()) {
    const Value at = todo.back();
    todo.pop_back();
    const NodeKind kind = KindOf(at);
    const Node* node = IsToken(at) ? nullptr : &nodes_[static_cast<size_t>(at)];
    switch (kind) {
      case NodeKind::kName:
      case NodeKind::kSubscript:
      case NodeKind::kAttribute:
        break;
      case NodeKind::kList:
      case NodeKind::kTuple:
        for (uint32_t i = node->count; i > 0; --i)
          todo.push_back(elements_[node->elements + i - 1]);
        break;
      case NodeKind::kStarred:
        if (use == TargetUse::kDelete) return at;
        if (node->count > 0) todo.push_back(elements_[node->elements]);
        break;
      case NodeKind::kCompare:
        // `a in b` of `for a in b` reads as a comparison; what stands left of `in` is the target.
        if (use != TargetUse::kLoop) return at;
        if (KindOf(elements_[node->elements + 1]) == NodeKind::kInOperand) {
          todo.push_back(elements_[node->elements]);
        }
        break;
      default:
        return at;
    }
  }
  return kMatched;
}

/// Before 3.14 the letter is looked at when its field is complete.
Value Recognizer::CheckConversion(Value exclamation, Value name) {
  const uint32_t mark = FirstToken(exclamation), letter = FirstToken(name);
  if (tokens_.spans[mark].end == tokens_.spans[letter].begin) {
    return version_ < PythonVersion::k314 ? name : CheckLetter(name);
  }
  const std::string_view word =
      version_ < PythonVersion::k314 ? "exclamanation" : "exclamation";  // as CPython spells it
  std::string message = StringKindAt(mark);
  message.append(": conversion type must come right after the ").append(word).append(" mark");
  RaiseRange(mark, letter, std::move(message));
  return kFailed;
}

Value Recognizer::CheckLetter(Value name) {
  if (!IsToken(name)) return name;
  const uint32_t letter = FirstToken(name);
  const std::string_view text = TextOf(letter);
  if (text == "s" || text == "r" || text == "a") return name;
  std::string message = StringKindAt(letter);
  message.append(": invalid conversion character '").append(text);
  RaiseRange(letter, letter, message.append("': expected 's', 'r', or 'a'"));
  return kFailed;
}

std::string Recognizer::StringKindAt(uint32_t token) const {
  for (; token > 0; --token) {
    if (tokens_.kinds[token] == TokenKind::kTStringStart) return "t-string";
    if (tokens_.kinds[token] == TokenKind::kFStringStart) break;
  }
  return "f-string";
}

/// Raises if str and bytes literals adjoin; the values of those up to the clash are checked before.
bool Recognizer::MixesBytes(uint32_t first, uint32_t last) {
  const auto is_bytes = [&](uint32_t token) { return tokens_.kinds[token] == TokenKind::kBytes; };
  const bool bytes = is_bytes(first);
  uint32_t clash = first;
  while (clash <= last && is_bytes(clash) == bytes) ++clash;
  if (clash > last) return false;
  // In a replacement field bytes stand for themselves.
  if (!bytes && version_ >= PythonVersion::k312 && levels_[clash] != levels_[first]) return false;
  for (uint32_t token = first; token <= clash; ++token) {
    if (version_ < PythonVersion::k312 && tokens_.kinds[token] != TokenKind::kFormatString &&
        CheckStrings(TokenValue(token)) == kFailed) {
      return true;
    }
  }
  RaiseAtString(first, "cannot mix bytes and nonbytes literals");
  return true;
}

/// Before 3.9 what is wrong with adjacent strings stands at the first of them.
void Recognizer::RaiseAtString(uint32_t first, std::string message) {
  if (version_ >= PythonVersion::k39) return RaiseAtLastRead(std::move(message));
  RaiseRange(first, first, std::move(message));
}

Value Recognizer::CheckStrings(Value strings) {
  const uint32_t first = FirstToken(strings), end = LastToken(strings) + 1;
  if (auto error = check_strings_(first, end)) {
    if (error->reported.line != 0) {  // of a replacement field
      if (field_ != nullptr && version_ >= PythonVersion::k39) {
        error->reported.line += field_->first_line - 1;
        error->reported_end.line += field_->first_line - 1;
      }
      error_ = std::move(error);
      stopped_ = true;
      return kFailed;
    }
    // What is wrong with the value itself is known when the token behind is read.
    const bool of_bytes = error->message.starts_with("bytes");
    const bool of_value = error->message.starts_with("f-string") || error->message[0] == '(';
    if (of_value || (of_bytes && version_ < PythonVersion::k311)) {
      RaiseAtString(first, std::move(error->message));
    } else {
      const Place place = PlaceOf(error->span.end);
      RaiseAt(PlaceOf(error->span.begin), place, EndOffset(place), std::move(error->message),
              error->type);
    }
    return kFailed;
  }
  for (uint32_t token = first; token < end; ++token) {
    if (tokens_.kinds[token] != TokenKind::kFormatString) continue;
    nodes_.push_back({NodeKind::kJoinedStr, first, end - 1, 0, 0});
    return static_cast<Value>(nodes_.size()) - 1;
  }
  nodes_.push_back({NodeKind::kLiteral, first, end - 1, 0, 0});
  return static_cast<Value>(nodes_.size()) - 1;
}

Value Recognizer::CheckArgumentOrder(Value call, Value behind) {
  const Node& node = nodes_[static_cast<size_t>(call)];
  bool unpacks = false;
  for (uint32_t i = 0; i < node.count; ++i) {
    unpacks |= KindOf(elements_[node.elements + i]) == NodeKind::kUnpacking;
  }
  std::string message = unpacks ? "positional argument follows keyword argument unpacking"
                                : "positional argument follows keyword argument";
  if (version_ < PythonVersion::k39) {
    RaiseRange(FirstToken(behind), FirstToken(behind), std::move(message));
  } else {
    RaiseAtLastRead(std::move(message));
  }
  return kFailed;
}

/// `f(a, b for b in c)`; a single argument before `for` is what it looks like.
Value Recognizer::CheckBareGenerator(Value call, Value clauses) {
  const Node& node = nodes_[static_cast<size_t>(call)];
  uint32_t positional = 0;
  Value last = kMatched;
  for (uint32_t i = 0; i < node.count; ++i) {
    const Value argument = elements_[node.elements + i];
    const NodeKind kind = KindOf(argument);
    if (kind == NodeKind::kKeyword || kind == NodeKind::kUnpacking) continue;
    ++positional;
    last = argument;
  }
  if (positional <= 1) return kFailed;
  if (version_ == PythonVersion::k39) {
    RaiseAtLastRead("Generator expression must be parenthesized");
  } else {
    RaiseRange(FirstToken(last), LastToken(clauses), "Generator expression must be parenthesized");
  }
  return kFailed;
}

bool Recognizer::Holds(Check check, const Value* labels) const {
  if (check == Check::kNone) return true;
  const std::string_view text = IsToken(labels[1]) ? TextOf(FirstToken(labels[1])) : "";
  const bool legacy = text == "print" || text == "exec";
  if (check == Check::kLegacyStatement) return legacy;
  return !legacy && levels_[mark_ - 1] != 0;
}

std::string Recognizer::Render(const Action& action, const Value* labels) const {
  std::string out;
  const std::string_view message = action.message;
  size_t at = 0;
  while (at < message.size()) {
    if (message[at] != '{' || at + 2 >= message.size() || message[at + 2] != ':') {
      out += message[at++];
      continue;
    }
    const size_t end = message.find('}', at);
    const Value value = labels[message[at + 1] - 'a' + 1];
    const std::string_view what = message.substr(at + 3, end - at - 3);
    if (what == "kind") {
      out += KindName(value);
    } else if (what == "text") {
      out += TextOf(FirstToken(value));
    } else if (what == "line") {
      out += std::to_string(LineIndex(text_).Find(tokens_.spans[FirstToken(value)].begin).line);
    } else {
      out += KindOf(value) == NodeKind::kTuple ? "constraints" : "bound";
    }
    at = end + 1;
  }
  return out;
}

}  // namespace codeanatomy::parse::peg
