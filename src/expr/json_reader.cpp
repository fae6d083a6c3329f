#include "expr/json_reader.h"

#include <set>

namespace codeanatomy::expr {

Result<Json> ParseJson(std::string_view text) {
  // The parser keeps the last of two equal members; the callback sees both.
  std::vector<std::set<std::string>> open;
  std::string repeated;
  const auto callback = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && repeated.empty() &&
        !open.back().insert(parsed.get<std::string>()).second) {
      repeated = parsed.get<std::string>();
    }
    return true;
  };
  try {
    Json json = Json::parse(text, callback);
    if (!repeated.empty()) {
      return Error(ErrorCode::kInvalidSpecJson, "member \"" + repeated + "\" is repeated");
    }
    return json;
  } catch (const Json::parse_error& failure) {
    return Error(ErrorCode::kInvalidSpecJson,
                 "not JSON: error at byte " + std::to_string(failure.byte));
  } catch (const Json::out_of_range&) {  // the grammar allows it, a double cannot hold it
    return Error(ErrorCode::kInvalidSpecJson, "not JSON: a number is beyond the range of doubles");
  }
}

std::string CanonicalText(const Json& json) { return json.dump(); }

void Read(JsonReader& r, const Json& json, const std::string& path, bool& out) {
  if (!json.is_boolean()) return r.Fail(path, "true or false is expected");
  out = json.get<bool>();
}

void Read(JsonReader& r, const Json& json, const std::string& path, int64_t& out) {
  const bool too_large = json.is_number_unsigned() && json.get<uint64_t>() > uint64_t{INT64_MAX};
  if (!json.is_number_integer() || too_large) return r.Fail(path, "an integer is expected");
  out = json.get<int64_t>();
}

void Read(JsonReader& r, const Json& json, const std::string& path, std::string& out) {
  if (!json.is_string()) return r.Fail(path, "text is expected");
  out = json.get<std::string>();
}

void Read(JsonReader& r, const Json& json, const std::string& path, Type& out) {
  if (!json.is_string()) return r.Fail(path, "a type is expected");
  auto type = ParseType(json.get_ref<const std::string&>());
  if (!type) return r.Fail(path, type.error().message());
  out = *std::move(type);
}

void ReadLiteral(JsonReader& r, const Json& json, const std::string& path, const Type& type,
                 Literal& out) {
  const auto mismatch = [&] { r.Fail(path, "not a value of type " + type.ToString()); };
  if (json.is_null()) {
    out = std::monostate{};
    return;
  }
  switch (type.kind) {
    case TypeKind::kBoolean:
      if (!json.is_boolean()) return mismatch();
      out = json.get<bool>();
      return;
    case TypeKind::kInt32:
    case TypeKind::kInt64: {
      int64_t value = 0;
      Read(r, json, path, value);
      if (type.kind == TypeKind::kInt32 && value != static_cast<int32_t>(value)) return mismatch();
      out = value;
      return;
    }
    case TypeKind::kFloat64:
      if (!json.is_number()) return mismatch();
      out = json.get<double>();
      return;
    case TypeKind::kUtf8:
    case TypeKind::kBinary:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
      if (!json.is_string()) return mismatch();
      out = json.get<std::string>();
      return;
    default:
      return mismatch();
  }
}

Json WriteLiteral(const Literal& literal) {
  return std::visit(
      [](const auto& value) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
          return nullptr;
        } else {
          return value;
        }
      },
      literal);
}

namespace {

/// Decodes one expression tree; counts nodes over the whole of it.
class ExprDecoder {
 public:
  explicit ExprDecoder(JsonReader& r) : r_(r) {}

  void Decode(const Json& json, const std::string& path, Expr& out, int depth) {
    if (r_.error) return;
    if (!json.is_object()) return r_.Fail(path, "an expression is expected");
    if (depth > kMaxExprDepth) return r_.Fail(path, "expression nested deeper than 64");
    if (++nodes_ > kMaxExprNodes) return r_.Fail(path, "expression of more than 4096 nodes");
    ObjectReader object(r_, json, path);
    if (json.contains("col")) {
      out.kind = ExprKind::kColumn;
      object.Required("col", out.name);
    } else if (json.contains("lit")) {
      DecodeLiteral(json, path, object, out);
    } else if (json.contains("fn")) {
      out.kind = ExprKind::kCall;
      object.Required("fn", out.name);
      object.Known("args");
      if (!json.contains("args")) return r_.Fail(path, "member \"args\" is missing");
      DecodeList(json["args"], path + ".args", out.args, depth);
    } else if (json.contains("cast")) {
      out.kind = ExprKind::kCast;
      object.Known("cast");
      object.Required("to", out.type);
      object.Default("try", out.is_try);
      Decode(json["cast"], path + ".cast", out.args.emplace_back(), depth + 1);
    } else if (json.contains("case")) {
      DecodeCase(json, path, object, out, depth);
    } else if (json.contains("is_null")) {
      out.kind = ExprKind::kIsNull;
      object.Known("is_null");
      Decode(json["is_null"], path + ".is_null", out.args.emplace_back(), depth + 1);
    } else if (json.contains("param")) {
      out.kind = ExprKind::kParam;
      object.Required("param", out.param);
      if (out.param < 1) r_.Fail(path + ".param", "positions count from 1");
    } else {
      return r_.Fail(path, "one of col, lit, fn, cast, case, is_null, param is expected");
    }
    object.Finish();
  }

 private:
  void DecodeList(const Json& json, const std::string& path, std::vector<Expr>& out, int depth) {
    if (!json.is_array()) return r_.Fail(path, "an array is expected");
    for (size_t i = 0; i < json.size() && !r_.error; ++i) {
      Decode(json[i], path + "[" + std::to_string(i) + "]", out.emplace_back(), depth + 1);
    }
  }

  void DecodeLiteral(const Json& json, const std::string& path, ObjectReader& object, Expr& out) {
    const Json& value = json["lit"];
    out.kind = ExprKind::kLiteral;
    object.Known("lit");
    if (value.is_string())
      out.type = TypeKind::kUtf8;
    else if (value.is_boolean())
      out.type = TypeKind::kBoolean;
    else if (value.is_number_float())
      out.type = TypeKind::kFloat64;
    else if (value.is_number())
      out.type = TypeKind::kInt64;
    else if (!json.contains("type"))
      return r_.Fail(path, "this literal needs a \"type\"");
    object.Default("type", out.type);
    ReadLiteral(r_, value, path + ".lit", out.type, out.literal);
  }

  void DecodeCase(const Json& json, const std::string& path, ObjectReader& object, Expr& out,
                  int depth) {
    out.kind = ExprKind::kCase;
    object.Known("case");
    object.Known("else");
    const Json& branches = json["case"];
    if (!branches.is_array() || branches.empty())
      return r_.Fail(path + ".case", "branches are expected");
    for (size_t i = 0; i < branches.size() && !r_.error; ++i) {
      const std::string at = path + ".case[" + std::to_string(i) + "]";
      ObjectReader branch(r_, branches[i], at);
      for (const char* part : {"when", "then"}) {
        branch.Known(part);
        if (!branches[i].is_object() || !branches[i].contains(part)) {
          return r_.Fail(at, std::string("member \"") + part + "\" is missing");
        }
        Decode(branches[i][part], at + "." + part, out.args.emplace_back(), depth + 1);
      }
      branch.Finish();
    }
    out.args.push_back(Null(TypeKind::kNull));
    if (json.contains("else") && !json["else"].is_null()) {
      out.args.back() = Expr{};
      Decode(json["else"], path + ".else", out.args.back(), depth + 1);
    }
  }

  JsonReader& r_;
  size_t nodes_ = 0;
};

}  // namespace

void Read(JsonReader& r, const Json& json, const std::string& path, Expr& out) {
  out = Expr{};
  ExprDecoder(r).Decode(json, path, out, 0);
}

Json Write(const Type& type) { return type.ToString(); }

Json Write(const Expr& expr) {
  Json json = Json::object();
  switch (expr.kind) {
    case ExprKind::kColumn:
      json["col"] = expr.name;
      break;
    case ExprKind::kLiteral:
      json["lit"] = WriteLiteral(expr.literal);
      json["type"] = expr.type.ToString();
      break;
    case ExprKind::kCall:
      json["fn"] = expr.name;
      json["args"] = Write(expr.args);
      break;
    case ExprKind::kCast:
      json["cast"] = Write(expr.args[0]);
      json["to"] = expr.type.ToString();
      json["try"] = expr.is_try;
      break;
    case ExprKind::kCase: {
      Json branches = Json::array();
      for (size_t i = 0; i + 1 < expr.args.size(); i += 2) {
        branches.push_back({{"when", Write(expr.args[i])}, {"then", Write(expr.args[i + 1])}});
      }
      json["case"] = std::move(branches);
      const bool none = expr.args.back() == Null(TypeKind::kNull);
      json["else"] = none ? Json(nullptr) : Write(expr.args.back());
      break;
    }
    case ExprKind::kIsNull:
      json["is_null"] = Write(expr.args[0]);
      break;
    case ExprKind::kParam:
      json["param"] = expr.param;
      break;
  }
  return json;
}

}  // namespace codeanatomy::expr
