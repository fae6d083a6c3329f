// AstKind, AstField: the abstract grammar as data. `kAstKinds[kind].fields` gives a kind's fields
// in ASDL order, which is the order of ast.dump, ast.iter_child_nodes and of our preorder.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace codeanatomy {

enum class AstKind : uint8_t {
#define CA_AST_NODE(Name, ...) k##Name,
#include "catalog/ast_kind.def"
};

enum class AstField : uint8_t {
#define CA_AST_FIELD_NAME(Name, ...) k##Name,
#include "catalog/ast_field.def"
};

enum class AstSort : uint8_t {
  kMod,
  kStmt,
  kExpr,
  kComprehension,
  kExceptHandler,
  kArguments,
  kArg,
  kKeyword,
  kAlias,
  kWithItem,
  kMatchCase,
  kPattern,
  kTypeIgnore,
  kTypeParam,
  kError
};

/// What a field's 32-bit slot holds.
enum class AstFieldType : uint8_t {
  kNode,                 // NodeId, never none in a tree without errors
  kOptNode,              // NodeId or none
  kNodeList,             // list of NodeId; elements may be none (Dict.keys, arguments.kw_defaults)
  kName,                 // NameId
  kOptName,              // NameId or none
  kNameList,             // list of NameId
  kInt,                  // plain integer (level, simple, is_async, conversion, lineno)
  kConstant,             // ConstantId
  kOptString,            // ConstantId of a string (Constant.kind, type comments) or none
  kExprContext,          // ExprContext
  kOperator,             // AstOperator
  kBoolOperator,         // AstOperator
  kUnaryOperator,        // AstOperator
  kCompareOperatorList,  // list of AstOperator
};

enum class ExprContext : uint8_t { kLoad, kStore, kDel };
inline constexpr auto kExprContextNames = std::to_array<std::string_view>({"Load", "Store", "Del"});

/// Class names of ast.operator, boolop, unaryop and cmpop, in one enumeration.
enum class AstOperator : uint8_t {
  kAnd,
  kOr,
  kAdd,
  kSub,
  kMult,
  kMatMult,
  kDiv,
  kMod,
  kPow,
  kLShift,
  kRShift,
  kBitOr,
  kBitXor,
  kBitAnd,
  kFloorDiv,
  kInvert,
  kNot,
  kUAdd,
  kUSub,
  kEq,
  kNotEq,
  kLt,
  kLtE,
  kGt,
  kGtE,
  kIs,
  kIsNot,
  kIn,
  kNotIn,
};
inline constexpr auto kAstOperatorNames = std::to_array<std::string_view>(
    {"And", "Or",     "Add",    "Sub",   "Mult",   "MatMult", "Div",      "Mod",
     "Pow", "LShift", "RShift", "BitOr", "BitXor", "BitAnd",  "FloorDiv", "Invert",
     "Not", "UAdd",   "USub",   "Eq",    "NotEq",  "Lt",      "LtE",      "Gt",
     "GtE", "Is",     "IsNot",  "In",    "NotIn"});

inline constexpr size_t kMaxAstFields = 7;

struct AstFieldInfo {
  AstField field;
  AstFieldType type;
};

struct AstKindInfo {
  AstKind kind;
  std::string_view name;  // Python's class name
  AstSort sort;
  bool has_position;
  uint8_t field_count;
  std::array<AstFieldInfo, kMaxAstFields> field_array;
  constexpr std::span<const AstFieldInfo> fields() const {
    return {field_array.data(), field_count};
  }
};

inline constexpr auto kAstFieldNames = std::to_array<std::string_view>({
#define CA_AST_FIELD_NAME(Name, text) text,
#include "catalog/ast_field.def"
});

namespace internal {
// The macro's fields arrive as "{field, type}" pieces without separators, hence the operator chain.
struct FieldChain {
  uint8_t count = 0;
  std::array<AstFieldInfo, kMaxAstFields> fields{};
};
constexpr FieldChain operator+(FieldChain chain, AstFieldInfo field) {
  chain.fields[chain.count++] = field;
  return chain;
}
constexpr AstKindInfo FromChain(AstKind kind, std::string_view name, AstSort sort,
                                bool has_position, FieldChain chain) {
  return {kind, name, sort, has_position, chain.count, chain.fields};
}
}  // namespace internal

inline constexpr auto kAstKinds = std::to_array<AstKindInfo>({
#define CA_AST_FIELD(Field, Type) +AstFieldInfo{AstField::k##Field, AstFieldType::k##Type}
#define CA_AST_NODE(Name, text, sort, has_position, ...)      \
  internal::FromChain(                                        \
      AstKind::k##Name, text, AstSort::k##sort, has_position, \
      internal::FieldChain {} __VA_ARGS__),
#include "catalog/ast_kind.def"
#undef CA_AST_FIELD
});

constexpr const AstKindInfo& GetAstKindInfo(AstKind kind) {
  return kAstKinds[static_cast<size_t>(kind)];
}
constexpr std::string_view AstKindName(AstKind kind) { return GetAstKindInfo(kind).name; }
constexpr std::string_view AstFieldName(AstField field) {
  return kAstFieldNames[static_cast<size_t>(field)];
}
constexpr std::string_view AstOperatorName(AstOperator op) {
  return kAstOperatorNames[static_cast<size_t>(op)];
}

namespace internal {
inline constexpr uint8_t kNoSlot = 0xff;
/// [kind][field] → position of the field among the kind's fields, kNoSlot where it has none.
inline constexpr auto kAstFieldSlots = [] {
  std::array<std::array<uint8_t, kAstFieldNames.size()>, kAstKinds.size()> slots{};
  for (size_t k = 0; k < kAstKinds.size(); ++k) {
    slots[k].fill(kNoSlot);
    for (uint8_t f = 0; f < kAstKinds[k].field_count; ++f) {
      slots[k][static_cast<size_t>(kAstKinds[k].field_array[f].field)] = f;
    }
  }
  return slots;
}();
}  // namespace internal

/// Position of `field` among the fields of `kind`; internal::kNoSlot where the kind has no such
/// field.
constexpr uint8_t AstFieldSlot(AstKind kind, AstField field) {
  return internal::kAstFieldSlots[static_cast<size_t>(kind)][static_cast<size_t>(field)];
}

/// True for the kinds that open an interior-id scope: module body, class, function, lambda.
constexpr bool IsScopeDeclaration(AstKind kind) {
  return kind == AstKind::kModule || kind == AstKind::kClassDef || kind == AstKind::kFunctionDef ||
         kind == AstKind::kAsyncFunctionDef || kind == AstKind::kLambda;
}

}  // namespace codeanatomy
