// JsonReader: strict decoding of JSON into values described once by their fields. The first error
// sticks, with the JSON path of the offending member; everything read after it is ignored.
//
// A described type has `template <class V, class T> void Describe(V& v, T& x)` naming each member
// once, with v.Required(name, field) or v.Default(name, field); ObjectReader and ObjectWriter are
// the V. A std::optional field with Default is null when absent. Enumerations have an EnumNames
// specialisation.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "expr/expr.h"

namespace codeanatomy::expr {

using Json = nlohmann::json;

/// Text → JSON. Errors InvalidSpecJson: not JSON (offset), a repeated member, not UTF-8.
Result<Json> ParseJson(std::string_view text);
/// Members sorted by bytes, no whitespace, UTF-8 unescaped.
std::string CanonicalText(const Json& json);

struct JsonReader {
  std::optional<Error> error;
  void Fail(const std::string& path, std::string_view why) {
    if (!error) error.emplace(ErrorCode::kInvalidSpecJson, std::string(why) + " at " + path, path);
  }
};

template <typename E>
struct EnumNames;  // static constexpr std::array<std::string_view, n> names, in enumerator order

void Read(JsonReader& r, const Json& json, const std::string& path, bool& out);
void Read(JsonReader& r, const Json& json, const std::string& path, int64_t& out);
void Read(JsonReader& r, const Json& json, const std::string& path, std::string& out);
void Read(JsonReader& r, const Json& json, const std::string& path, Type& out);
/// Bounded: 64 levels, 4,096 nodes.
void Read(JsonReader& r, const Json& json, const std::string& path, Expr& out);
/// A member of any shape, which is read later as a document of its own.
inline void Read(JsonReader&, const Json& json, const std::string&, Json& out) { out = json; }
Json Write(const Type& type);
Json Write(const Expr& expr);
inline Json Write(bool value) { return value; }
inline Json Write(int64_t value) { return value; }
inline Json Write(const std::string& value) { return value; }

/// A typed constant outside of expressions; shared by literals and parameters.
void ReadLiteral(JsonReader& r, const Json& json, const std::string& path, const Type& type,
                 Literal& out);
Json WriteLiteral(const Literal& literal);

class ObjectReader {
 public:
  ObjectReader(JsonReader& r, const Json& json, const std::string& path)
      : r_(r), json_(json), path_(path) {
    if (!json.is_object()) r.Fail(path, "an object is expected");
  }
  template <typename T>
  void Required(const char* name, T& field) {
    if (const Json* member = Take(name)) {
      Read(r_, *member, path_ + "." + name, field);
    } else {
      r_.Fail(path_, std::string("member \"") + name + "\" is missing");
    }
  }
  template <typename T>
  void Default(const char* name, T& field) {
    if (const Json* member = Take(name)) Read(r_, *member, path_ + "." + name, field);
  }
  /// A member that another part has read already.
  void Known(const char* name) { Take(name); }
  void Finish() {
    if (!json_.is_object() || r_.error) return;
    for (const auto& [name, value] : json_.items()) {
      if (std::ranges::find(seen_, name) == seen_.end())
        r_.Fail(path_ + "." + name, "unknown member");
    }
  }

 private:
  const Json* Take(const char* name) {
    seen_.emplace_back(name);
    if (!json_.is_object()) return nullptr;
    const auto at = json_.find(name);
    return at == json_.end() ? nullptr : &*at;
  }
  JsonReader& r_;
  const Json& json_;
  std::string path_;
  std::vector<std::string_view> seen_;
};

template <typename E>
  requires std::is_enum_v<E>
void Read(JsonReader& r, const Json& json, const std::string& path, E& out) {
  const auto& names = EnumNames<E>::names;
  const auto at =
      json.is_string() ? std::ranges::find(names, json.get_ref<const std::string&>()) : names.end();
  if (at != names.end()) {
    out = static_cast<E>(at - names.begin());
    return;
  }
  std::string known;
  for (std::string_view name : names) known += (known.empty() ? "" : ", ") + std::string(name);
  r.Fail(path, "one of " + known + " is expected");
}

template <typename T>
void Read(JsonReader& r, const Json& json, const std::string& path, std::optional<T>& out);
template <typename T>
void Read(JsonReader& r, const Json& json, const std::string& path, std::vector<T>& out);
template <typename T>
void Read(JsonReader& r, const Json& json, const std::string& path, std::map<std::string, T>& out);

/// Structs with a Describe function.
template <typename T>
  requires requires(ObjectReader& v, T& x) { Describe(v, x); }
void Read(JsonReader& r, const Json& json, const std::string& path, T& out) {
  ObjectReader object(r, json, path);
  Describe(object, out);
  object.Finish();
}

template <typename T>
void Read(JsonReader& r, const Json& json, const std::string& path, std::optional<T>& out) {
  if (json.is_null()) {
    out.reset();
  } else {
    Read(r, json, path, out.emplace());
  }
}
template <typename T>
void Read(JsonReader& r, const Json& json, const std::string& path, std::vector<T>& out) {
  out.clear();
  if (!json.is_array()) return r.Fail(path, "an array is expected");
  for (size_t i = 0; i < json.size() && !r.error; ++i) {
    Read(r, json[i], path + "[" + std::to_string(i) + "]", out.emplace_back());
  }
}
template <typename T>
void Read(JsonReader& r, const Json& json, const std::string& path, std::map<std::string, T>& out) {
  out.clear();
  if (!json.is_object()) return r.Fail(path, "an object is expected");
  for (const auto& [name, value] : json.items()) {
    Read(r, value, std::string(path).append(".").append(name), out[name]);
  }
}

template <typename E>
  requires std::is_enum_v<E>
Json Write(E value) {
  return EnumNames<E>::names[static_cast<size_t>(value)];
}
class ObjectWriter;
template <typename T>
  requires requires(ObjectWriter& v, const T& x) { Describe(v, x); }
Json Write(const T& value);
template <typename T>
Json Write(const std::optional<T>& value);
template <typename T>
Json Write(const std::vector<T>& values);
template <typename T>
Json Write(const std::map<std::string, T>& values);

class ObjectWriter {
 public:
  template <typename T>
  void Required(const char* name, const T& field) {
    json_[name] = Write(field);
  }
  template <typename T>
  void Default(const char* name, const T& field) {
    json_[name] = Write(field);
  }
  void Known(const char*) {}
  void Set(const char* name, Json value) { json_[name] = std::move(value); }
  Json Take() && { return std::move(json_); }

 private:
  Json json_ = Json::object();
};

template <typename T>
  requires requires(ObjectWriter& v, const T& x) { Describe(v, x); }
Json Write(const T& value) {
  ObjectWriter object;
  Describe(object, value);
  return std::move(object).Take();
}
template <typename T>
Json Write(const std::optional<T>& value) {
  return value ? Write(*value) : Json(nullptr);
}
template <typename T>
Json Write(const std::vector<T>& values) {
  Json array = Json::array();
  for (const T& value : values) array.push_back(Write(value));
  return array;
}
template <typename T>
Json Write(const std::map<std::string, T>& values) {
  Json object = Json::object();
  for (const auto& [name, value] : values) object[name] = Write(value);
  return object;
}

}  // namespace codeanatomy::expr
