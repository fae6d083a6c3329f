#include "expr/type.h"

#include <array>

namespace codeanatomy::expr {
namespace {

struct ScalarName {
  TypeKind kind;
  std::string_view name;
};
constexpr std::array kScalars = {ScalarName{TypeKind::kNull, "Null"},
                                 ScalarName{TypeKind::kBoolean, "Boolean"},
                                 ScalarName{TypeKind::kInt32, "Int32"},
                                 ScalarName{TypeKind::kInt64, "Int64"},
                                 ScalarName{TypeKind::kFloat64, "Float64"},
                                 ScalarName{TypeKind::kUtf8, "Utf8"},
                                 ScalarName{TypeKind::kBinary, "Binary"},
                                 ScalarName{TypeKind::kDate, "Date"},
                                 ScalarName{TypeKind::kTimestamp, "Timestamp"},
                                 ScalarName{TypeKind::kTimestampNtz, "TimestampNtz"},
                                 ScalarName{TypeKind::kSpan, "Span"}};

/// Reads one type from the front of `text_`; the whole text is one type.
class TypeReader {
 public:
  explicit TypeReader(std::string_view text) : text_(text) {}

  Result<Type> ReadAll() {
    CA_ASSIGN_OR_RETURN(Type type, Read(0));
    if (at_ != text_.size()) return Fail("text after the type");
    return type;
  }

 private:
  Error Fail(std::string_view why) const {
    return Error(ErrorCode::kInvalidSpecJson,
                 "not a type: " + std::string(text_) + " (" + std::string(why) + ")");
  }
  bool Take(std::string_view part) {
    if (!text_.substr(at_).starts_with(part)) return false;
    at_ += part.size();
    return true;
  }
  std::string_view Word(std::string_view stops) {
    const size_t end = std::min(text_.find_first_of(stops, at_), text_.size());
    const std::string_view word = text_.substr(at_, end - at_);
    at_ = end;
    return word;
  }

  Result<Type> Read(int depth) {
    if (depth > kMaxTypeDepth) return Fail("nested too deep");
    const std::string_view word = Word("<>,");
    if (word == "List" && Take("<")) {
      CA_ASSIGN_OR_RETURN(Type element, Read(depth + 1));
      if (!Take(">")) return Fail("> expected");
      return Type::List(std::move(element));
    }
    if (word == "Map" && Take("<Utf8,")) {
      CA_ASSIGN_OR_RETURN(Type value, Read(depth + 1));
      if (!Take(">")) return Fail("> expected");
      return Type::Map(std::move(value));
    }
    if (word == "Struct" && Take("<")) return ReadStruct(depth);
    for (const ScalarName& scalar : kScalars) {
      if (word == scalar.name) return Type(scalar.kind);
    }
    return Fail("unknown name");
  }

  Result<Type> ReadStruct(int depth) {
    Type type(TypeKind::kStruct);
    do {
      const std::string_view name = Word(":<>,");
      if (name.empty() || !Take(":")) return Fail("name: expected");
      CA_ASSIGN_OR_RETURN(Type field, Read(depth + 1));
      type.fields.emplace_back(name);
      type.children.push_back(std::move(field));
    } while (Take(","));
    if (!Take(">")) return Fail("> expected");
    return type;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Type Type::List(Type element) {
  Type type(TypeKind::kList);
  type.children.push_back(std::move(element));
  return type;
}

Type Type::Map(Type value) {
  Type type(TypeKind::kMap);
  type.children.push_back(std::move(value));
  return type;
}

Type Type::Struct(std::vector<std::pair<std::string, Type>> fields) {
  Type type(TypeKind::kStruct);
  for (auto& [name, field] : fields) {
    type.fields.push_back(std::move(name));
    type.children.push_back(std::move(field));
  }
  return type;
}

std::string Type::ToString() const {
  switch (kind) {
    case TypeKind::kList:
      return "List<" + children[0].ToString() + ">";
    case TypeKind::kMap:
      return "Map<Utf8," + children[0].ToString() + ">";
    case TypeKind::kStruct: {
      std::string text = "Struct<";
      for (size_t i = 0; i < children.size(); ++i) {
        text += (i == 0 ? "" : ",") + fields[i] + ":" + children[i].ToString();
      }
      return text + ">";
    }
    default:
      break;
  }
  for (const ScalarName& scalar : kScalars) {
    if (scalar.kind == kind) return std::string(scalar.name);
  }
  return "";
}

Result<Type> ParseType(std::string_view text) { return TypeReader(text).ReadAll(); }

bool Widens(const Type& from, const Type& to) {
  if (from == to || from.kind == TypeKind::kNull) return true;
  if (from.kind == TypeKind::kInt32)
    return to.kind == TypeKind::kInt64 || to.kind == TypeKind::kFloat64;
  if (from.kind == TypeKind::kInt64) return to.kind == TypeKind::kFloat64;
  if (from.kind != to.kind || from.fields != to.fields ||
      from.children.size() != to.children.size()) {
    return false;
  }
  for (size_t i = 0; i < from.children.size(); ++i) {
    if (!Widens(from.children[i], to.children[i])) return false;
  }
  return !from.children.empty();
}

Result<Type> CommonType(const Type& a, const Type& b) {
  if (Widens(a, b)) return b;
  if (Widens(b, a)) return a;
  return Error(ErrorCode::kExpressionTypeError,
               "no common type of " + a.ToString() + " and " + b.ToString());
}

const Field* Schema::Find(std::string_view name) const {
  for (const Field& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

}  // namespace codeanatomy::expr
