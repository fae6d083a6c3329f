// The grammar's text to tables. Texts are ours, so what is wrong with them is a failed check.
#include <algorithm>
#include <array>
#include <initializer_list>
#include <unordered_map>

#include "base/unreachable.h"
#include "parse/peg/grammar.h"
#include "parse/peg/grammar_text.h"

namespace codeanatomy::parse::peg {

namespace {

using lex::TokenKind;

constexpr auto kNodeNames = std::to_array<std::pair<std::string_view, NodeKind>>({
    {"Other", NodeKind::kOther},         {"Items", NodeKind::kItems},
    {"True", NodeKind::kTrue},           {"False", NodeKind::kFalse},
    {"None", NodeKind::kNone},           {"Ellipsis", NodeKind::kEllipsis},
    {"Attribute", NodeKind::kAttribute}, {"Subscript", NodeKind::kSubscript},
    {"Starred", NodeKind::kStarred},     {"List", NodeKind::kList},
    {"Tuple", NodeKind::kTuple},         {"Lambda", NodeKind::kLambda},
    {"Call", NodeKind::kCall},           {"Operation", NodeKind::kOperation},
    {"Generator", NodeKind::kGenerator}, {"Yield", NodeKind::kYield},
    {"Await", NodeKind::kAwait},         {"ListComp", NodeKind::kListComp},
    {"SetComp", NodeKind::kSetComp},     {"DictComp", NodeKind::kDictComp},
    {"Dict", NodeKind::kDict},           {"Set", NodeKind::kSet},
    {"JoinedStr", NodeKind::kJoinedStr}, {"TemplateStr", NodeKind::kTemplateStr},
    {"Compare", NodeKind::kCompare},     {"InOperand", NodeKind::kInOperand},
    {"IfExp", NodeKind::kIfExp},         {"NamedExpr", NodeKind::kNamedExpr},
    {"Keyword", NodeKind::kKeyword},     {"Unpacking", NodeKind::kUnpacking},
});

constexpr auto kTokenNames = std::to_array<std::pair<std::string_view, TokenKind>>({
    {"NAME", TokenKind::kName},
    {"NEWLINE", TokenKind::kNewline},
    {"INDENT", TokenKind::kIndent},
    {"DEDENT", TokenKind::kDedent},
    {"TYPE_COMMENT", TokenKind::kTypeComment},
    {"FSTRING_START", TokenKind::kFStringStart},
    {"FSTRING_MIDDLE", TokenKind::kFStringMiddle},
    {"FSTRING_END", TokenKind::kFStringEnd},
    {"TSTRING_START", TokenKind::kTStringStart},
    {"TSTRING_MIDDLE", TokenKind::kTStringMiddle},
    {"TSTRING_END", TokenKind::kTStringEnd},
});

constexpr auto kActionNames = std::to_array<std::pair<std::string_view, ActionKind>>({
    {"not_equal", ActionKind::kNotEqual},
    {"real", ActionKind::kReal},
    {"imaginary", ActionKind::kImaginary},
    {"conversion", ActionKind::kConversion},
    {"letter", ActionKind::kLetter},
    {"string", ActionKind::kString},
    {"strings", ActionKind::kStrings},
    {"joined", ActionKind::kJoined},
    {"bare_generator", ActionKind::kBareGenerator},
    {"argument_order", ActionKind::kArgumentOrder},
});

template <typename Table>
auto Find(const Table& table, std::string_view name) -> const decltype(table[0].second)* {
  for (const auto& entry : table) {
    if (entry.first == name) return &entry.second;
  }
  return nullptr;
}

TokenKind FixedToken(std::string_view text) {
  for (auto k = static_cast<size_t>(TokenKind::kFalse); k < lex::kTokenKindCount; ++k) {
    if (lex::kTokenTexts[k] == text) return static_cast<TokenKind>(k);
  }
  CA_UNREACHABLE("no such token in the grammar");
}

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsWordChar(char c) { return (c >= 'a' && c <= 'z') || IsUpper(c) || c == '_'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

class Compiler {
 public:
  explicit Compiler(PythonVersion version) : minor_(8 + static_cast<int>(version)) {}

  Grammar Compile(std::initializer_list<std::string_view> texts) {
    for (std::string_view text : texts) {
      text_ = text;
      at_ = 0;
      SkipSpace();
      while (at_ < text_.size()) CompileRule();
    }
    for (const Rule& rule : out_.rules) {
      CA_CHECK(rule.name.empty() || defined_.contains(rule.name), "undefined grammar rule");
    }
    out_.soft_keywords = {"_", "case", "match"};
    if (minor_ >= 12) out_.soft_keywords.push_back("type");
    out_.statement = RuleId("statement");
    out_.expression = RuleId("star_expressions");
    return std::move(out_);
  }

 private:
  struct Draft {
    std::vector<Element> elements;
    Action action;
    bool exists = true, second_pass_only = false;
  };

  // --- text ---
  void SkipSpace() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool At(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  bool Accept(std::string_view what) {
    if (!At(what)) return false;
    at_ += what.size();
    SkipSpace();
    return true;
  }
  void Expect(std::string_view what) { CA_CHECK(Accept(what), "malformed grammar text"); }
  std::string_view Word() {
    const size_t from = at_;
    while (IsWordChar(Peek()) || (at_ > from && IsDigit(Peek()))) ++at_;
    CA_CHECK(at_ > from, "a name expected in the grammar text");
    return text_.substr(from, at_ - from);
  }
  std::string_view Quoted(char quote) {
    ++at_;
    const size_t from = at_;
    while (Peek() != quote) ++at_;
    const std::string_view inside = text_.substr(from, at_ - from);
    ++at_;
    return inside;
  }
  int Number() {
    int value = 0;
    while (IsDigit(Peek())) value = value * 10 + (text_[at_++] - '0');
    return value;
  }
  bool AtRuleEnd() const { return at_ >= text_.size() || at_ == 0 || text_[at_ - 1] == '\n'; }

  // --- rules ---
  uint16_t RuleId(std::string_view name) {
    const auto [found, added] = ids_.try_emplace(name, static_cast<uint16_t>(out_.rules.size()));
    if (added) out_.rules.push_back({.name = name});
    return found->second;
  }
  void CompileRule() {
    const std::string_view name = Word();
    const uint16_t id = RuleId(name);
    CA_CHECK(defined_.emplace(name, true).second, "a grammar rule is defined twice");
    Rule rule{.name = name};
    if (Peek() == '*') rule.keeps_results = true;
    if (Peek() == '<') rule.keeps_results = rule.left_recursive = true;
    if (Peek() == '-') rule.without_errors = true;
    if (Peek() != ' ') ++at_;
    SkipSpace();
    Expect("=");
    CompileChoice(rule, '\0');
    out_.rules[id] = rule;
  }
  /// Alternatives up to `closer`, or to the end of the rule.
  void CompileChoice(Rule& rule, char closer) {
    std::vector<Draft> drafts;
    do {
      Draft draft = CompileAlternative(closer);
      if (draft.exists) drafts.push_back(std::move(draft));
    } while (Accept("/"));
    rule.first = static_cast<uint32_t>(out_.alternatives.size());
    rule.count = static_cast<uint16_t>(drafts.size());
    for (Draft& draft : drafts) {
      Alternative alternative;
      alternative.first = static_cast<uint32_t>(out_.elements.size());
      alternative.count = static_cast<uint16_t>(draft.elements.size());
      alternative.second_pass_only = draft.second_pass_only;
      alternative.has_one_value =
          std::count_if(draft.elements.begin(), draft.elements.end(), [](const Element& e) {
            return e.op != Op::kAhead && e.op != Op::kNotAhead && e.op != Op::kCut;
          }) == 1;
      alternative.action = std::move(draft.action);
      out_.elements.insert(out_.elements.end(), draft.elements.begin(), draft.elements.end());
      out_.alternatives.push_back(std::move(alternative));
    }
  }
  bool CompileGuard() {
    if (Peek() != '@') return true;
    ++at_;
    const int from = IsDigit(Peek()) ? Number() : 0;
    int to = 99;
    if (Peek() == '-') {
      ++at_;
      to = Number();
    }
    SkipSpace();
    return minor_ >= from && minor_ <= to;
  }
  Draft CompileAlternative(char closer) {
    Draft draft;
    draft.exists = CompileGuard();
    std::string_view rule_name;
    while (!AtRuleEnd() && Peek() != '/' && Peek() != closer && !At("->")) {
      rule_name = {};
      draft.elements.push_back(CompileElement(rule_name));
    }
    draft.second_pass_only = draft.elements.size() == 1 && rule_name.starts_with("invalid_");
    if (Accept("->")) draft.action = CompileAction();
    return draft;
  }

  // --- elements ---
  Element CompileElement(std::string_view& rule_name) {
    Element element;
    if (text_[at_] >= 'a' && text_[at_] <= 'd' && text_.substr(at_ + 1).starts_with("=")) {
      element.label = static_cast<uint8_t>(text_[at_] - 'a' + 1);
      at_ += 2;
    }
    if (Accept("^")) {
      element.op = Op::kCut;
      return element;
    }
    if (Peek() == '&' || Peek() == '!') {
      element.op = Peek() == '&' ? Op::kAhead : Op::kNotAhead;
      ++at_;
      CompileOperand(element, rule_name);
      rule_name = {};
      return element;
    }
    if (Peek() == '$') {
      ++at_;
      CompileOperand(element, rule_name);
      element.op = Op::kDemand;
      return element;
    }
    if (Peek() == '{') {
      ++at_;
      element.separator = FixedToken(Quoted('\''));
      SkipSpace();
      CompileOperand(element, rule_name);
      Expect("}");
      element.op = Op::kList;
      return element;
    }
    CompileOperand(element, rule_name);
    return element;
  }
  /// The operand and the suffix that says how often.
  void CompileOperand(Element& element, std::string_view& rule_name) {
    if (Peek() == '\'') {
      element.token = FixedToken(Quoted('\''));
    } else if (Peek() == '`') {
      element.operand = Operand::kSoftKeyword;
      element.id = SoftKeyword(Quoted('`'));
    } else if (Peek() == '(') {
      ++at_;
      SkipSpace();
      Rule group;
      CompileChoice(group, ')');
      CA_CHECK(Peek() == ')', "an open group in the grammar text");
      ++at_;
      element.operand = Operand::kRule;
      element.id = static_cast<uint16_t>(out_.rules.size());
      out_.rules.push_back(group);
    } else if (IsUpper(Peek())) {
      CompileTokenName(element, Word());
    } else {
      rule_name = Word();
      element.operand = Operand::kRule;
      element.id = RuleId(rule_name);
    }
    if (Peek() == '?' || Peek() == '*' || Peek() == '+') {
      element.op = Peek() == '?' ? Op::kOptional : Peek() == '*' ? Op::kRepeat : Op::kRepeatOnce;
      rule_name = {};
      ++at_;
    }
    SkipSpace();
  }
  void CompileTokenName(Element& element, std::string_view name) {
    if (name == "STRING") {
      element.operand = Operand::kString;
    } else if (name == "NUMBER") {
      element.operand = Operand::kNumber;
    } else if (name == "SOFT_KEYWORD") {
      element.operand = Operand::kAnySoftKeyword;
    } else {
      const TokenKind* kind = Find(kTokenNames, name);
      CA_CHECK(kind != nullptr, "no such token kind in the grammar");
      element.token = *kind;
    }
  }
  static uint16_t SoftKeyword(std::string_view word) {
    constexpr auto kWords = std::to_array<std::string_view>({"_", "case", "match", "type"});
    for (size_t i = 0; i < kWords.size(); ++i) {
      if (kWords[i] == word) return static_cast<uint16_t>(i);
    }
    CA_UNREACHABLE("no such soft keyword");
  }

  // --- actions ---
  uint8_t Label() {
    const char c = text_[at_++];
    CA_CHECK(c >= 'a' && c <= 'd', "a label expected in the grammar text");
    SkipSpace();
    return static_cast<uint8_t>(c - 'a' + 1);
  }
  Action CompileAction() {
    Action action;
    const std::string_view word = Word();
    SkipSpace();
    if (word == "if") {
      const std::string_view check = Word();
      action.check = check == "legacy" ? Check::kLegacyStatement : Check::kInBrackets;
      Expect("(");
      Label();
      Expect(")");
      Expect("error");
      CompileError(action);
    } else if (word == "error") {
      CompileError(action);
    } else if (word == "indentation") {
      action.kind = ActionKind::kError;
      action.indentation = true;
      action.a = 1;
      CompileMessage(action);
    } else if (word == "target") {
      action.kind = ActionKind::kTarget;
      Expect("(");
      action.a = Label();
      Expect(",");
      const std::string_view use = Word();
      action.use = use == "assign" ? TargetUse::kAssign
                   : use == "loop" ? TargetUse::kLoop
                                   : TargetUse::kDelete;
      Expect(")");
      CompileMessage(action);
    } else if (word.size() == 1) {
      action.kind = ActionKind::kLabel;
      action.a = static_cast<uint8_t>(word[0] - 'a' + 1);
    } else {
      CompileValue(action, word);
    }
    return action;
  }
  void CompileValue(Action& action, std::string_view word) {
    if (const ActionKind* named = Find(kActionNames, word)) {
      action.kind = *named;
    } else {
      const NodeKind* node = Find(kNodeNames, word);
      CA_CHECK(node != nullptr, "no such action in the grammar");
      action.kind = ActionKind::kNode;
      action.node = *node;
    }
    if (!Accept("(")) return;
    action.a = Label();
    if (Accept(",")) action.b = Label();
    Expect(")");
  }
  void CompileError(Action& action) {
    action.kind = ActionKind::kError;
    Expect("(");
    if (At("start")) {
      action.where = Where::kStart;
      at_ += 5;
    } else if (At("last") || At("next")) {
      action.where = At("last") ? Where::kLastToken : Where::kNextToken;
      at_ += 4;
    } else {
      action.a = Label();
      action.where = Where::kNode;
      if (Accept("...")) action.where = Where::kToTokenizer;
      if (Accept("$")) action.where = Where::kLastByte;
      if (Accept("^..")) {
        action.where = Where::kLastItemRange;
        action.b = Label();
      } else if (Accept("..")) {
        action.where = Where::kRange;
        action.b = Label();
      }
    }
    Expect(")");
    CompileMessage(action);
  }
  void CompileMessage(Action& action) {
    CA_CHECK(Peek() == '"', "a message expected in the grammar text");
    for (++at_; Peek() != '"'; ++at_) {
      if (Peek() == '\\') ++at_;
      action.message += Peek();
    }
    ++at_;
    SkipSpace();
  }

  int minor_;
  std::string_view text_;
  size_t at_ = 0;
  Grammar out_;
  std::unordered_map<std::string_view, uint16_t> ids_;
  std::unordered_map<std::string_view, bool> defined_;
};

template <PythonVersion kVersion>
const Grammar& Compiled() {
  static const Grammar kGrammar =
      Compiler(kVersion).Compile({kStatementRules, kExpressionRules, kErrorRules});
  return kGrammar;
}

}  // namespace

const Grammar& GrammarOf(PythonVersion version) {
  switch (version) {
    case PythonVersion::k38:
      return Compiled<PythonVersion::k38>();
    case PythonVersion::k39:
      return Compiled<PythonVersion::k39>();
    case PythonVersion::k310:
      return Compiled<PythonVersion::k310>();
    case PythonVersion::k311:
      return Compiled<PythonVersion::k311>();
    case PythonVersion::k312:
      return Compiled<PythonVersion::k312>();
    case PythonVersion::k313:
      return Compiled<PythonVersion::k313>();
    case PythonVersion::k314:
      break;
  }
  return Compiled<PythonVersion::k314>();
}

const Grammar& PredictiveGrammar() {
  static const Grammar kGrammar = Compiler(PythonVersion::k38).Compile({kPredictiveRules});
  return kGrammar;
}

}  // namespace codeanatomy::parse::peg
