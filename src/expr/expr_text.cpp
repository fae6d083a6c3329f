#include "expr/expr_text.h"

#include <charconv>

namespace codeanatomy::expr {
namespace {

bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-' || c == '+';
}

class TextReader {
 public:
  explicit TextReader(std::string_view text) : text_(text) {}

  Result<Expr> ReadAll() {
    CA_ASSIGN_OR_RETURN(Expr expr, Read(0));
    Skip();
    if (at_ != text_.size()) return Fail("end expected");
    return expr;
  }

 private:
  Error Fail(std::string_view why) const {
    return Error(
        ErrorCode::kInvalidArgument,
        std::string(why) + " at offset " + std::to_string(at_) + " of " + std::string(text_));
  }
  void Skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool Take(char c) {
    Skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Result<Expr> Read(int depth) {
    if (depth > kMaxExprDepth) return Fail("nested too deep");
    Skip();
    if (Take('\'')) return ReadQuoted();
    const size_t begin = at_;
    while (at_ < text_.size() && IsWord(text_[at_])) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (word.empty()) return Fail("expression expected");
    if (Take('(')) return ReadCall(word, depth);
    if (word == "true" || word == "false") return Bool(word == "true");
    if (word[0] == '-' || (word[0] >= '0' && word[0] <= '9')) return ReadNumber(word);
    return Column(word);
  }

  Result<Expr> ReadQuoted() {
    std::string value;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c != '\'') {
        value += c;
      } else if (at_ < text_.size() && text_[at_] == '\'') {
        value += text_[at_++];
      } else {
        return Text(value);
      }
    }
    return Fail("text without end");
  }

  Result<Expr> ReadNumber(std::string_view word) const {
    const char* end = word.data() + word.size();
    int64_t integer = 0;
    if (auto [p, e] = std::from_chars(word.data(), end, integer); e == std::errc() && p == end) {
      return Integer(integer);
    }
    double number = 0;
    if (auto [p, e] = std::from_chars(word.data(), end, number); e == std::errc() && p == end) {
      return Float(number);
    }
    return Fail("not a number");
  }

  Result<Expr> ReadCall(std::string_view word, int depth) {
    std::vector<Expr> args;
    if (!Take(')')) {
      do {
        CA_ASSIGN_OR_RETURN(Expr arg, Read(depth + 1));
        args.push_back(std::move(arg));
      } while (Take(','));
      if (!Take(')')) return Fail(") expected");
    }
    return Build(word, std::move(args));
  }

  Result<Type> TypeArgument(const std::vector<Expr>& args, size_t index) const {
    if (args.size() != index + 1 || !std::holds_alternative<std::string>(args[index].literal)) {
      return Fail("a type in quotes expected");
    }
    return ParseType(std::get<std::string>(args[index].literal));
  }

  Result<Expr> Build(std::string_view word, std::vector<Expr> args) const {
    if (word == "null") {
      CA_ASSIGN_OR_RETURN(Type type, TypeArgument(args, 0));
      return Null(std::move(type));
    }
    if (word == "cast" || word == "try_cast") {
      CA_ASSIGN_OR_RETURN(Type type, TypeArgument(args, 1));
      Expr cast = Cast(std::move(args[0]), std::move(type));
      cast.is_try = word == "try_cast";
      return cast;
    }
    if (word == "is_null") {
      if (args.size() != 1) return Fail("is_null takes one argument");
      return IsNull(std::move(args[0]));
    }
    if (word == "param") {
      if (args.size() != 1 || !std::holds_alternative<int64_t>(args[0].literal)) {
        return Fail("param takes a position");
      }
      Expr param;
      param.kind = ExprKind::kParam;
      param.param = std::get<int64_t>(args[0].literal);
      return param;
    }
    if (word == "case") {
      if (args.size() < 2) return Fail("case takes when, then, …, else");
      if (args.size() % 2 == 0) args.push_back(Null(TypeKind::kNull));
      Expr expr = Call("", std::move(args));
      expr.kind = ExprKind::kCase;
      return expr;
    }
    return Call(word, std::move(args));
  }

  std::string_view text_;
  size_t at_ = 0;
};

void AppendQuoted(std::string_view text, std::string& out) {
  out += '\'';
  for (char c : text) {
    if (c == '\'') out += c;
    out += c;
  }
  out += '\'';
}

void AppendLiteral(const Expr& expr, std::string& out) {
  if (const auto* flag = std::get_if<bool>(&expr.literal)) {
    out += *flag ? "true" : "false";
  } else if (const auto* integer = std::get_if<int64_t>(&expr.literal)) {
    out += std::to_string(*integer);
  } else if (const auto* number = std::get_if<double>(&expr.literal)) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, *number).ptr;
    std::string_view digits(buffer, static_cast<size_t>(end - buffer));
    out += digits;
    if (digits.find_first_of(".en") == std::string_view::npos) out += ".0";
  } else if (const auto* text = std::get_if<std::string>(&expr.literal)) {
    AppendQuoted(*text, out);
  } else {
    out += "null('" + expr.type.ToString() + "')";
  }
}

void Append(const Expr& expr, std::string& out) {
  std::string_view name = expr.name;
  size_t count = expr.args.size();
  switch (expr.kind) {
    case ExprKind::kColumn:
      out += expr.name;
      return;
    case ExprKind::kLiteral:
      AppendLiteral(expr, out);
      return;
    case ExprKind::kParam:
      out += "param(" + std::to_string(expr.param) + ")";
      return;
    case ExprKind::kCall:
      break;
    case ExprKind::kIsNull:
      name = "is_null";
      break;
    case ExprKind::kCast:
      name = expr.is_try ? "try_cast" : "cast";
      break;
    case ExprKind::kCase:
      name = "case";
      if (expr.args.back() == Null(TypeKind::kNull)) --count;
      break;
  }
  out += name;
  out += '(';
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) out += ", ";
    Append(expr.args[i], out);
  }
  if (expr.kind == ExprKind::kCast) out += ", '" + expr.type.ToString() + "'";
  out += ')';
}

}  // namespace

Result<Expr> ParseExprText(std::string_view text) { return TextReader(text).ReadAll(); }

std::string ToText(const Expr& expr) {
  std::string out;
  Append(expr, out);
  return out;
}

}  // namespace codeanatomy::expr
