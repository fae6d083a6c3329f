// The stream is a sequence of messages: 0xFFFFFFFF, length of the header, header (a FlatBuffer),
// body. The body of a record batch holds the buffers of all columns, depth first: a validity
// bitmap, then offsets for text, lists and maps, then values; each padded to 8 bytes. Source  Arrow
// columnar format 1.4, Schema.fbs and Message.fbs: field numbers below are theirs.
#include "query/format/arrow_stream.h"

#include <cstring>

#include "query/format/flat_builder.h"
#include "query/format/value_text.h"

namespace codeanatomy::query {
namespace {

using engine::Chunk;
using engine::LogicalType;
using engine::QueryResult;
using engine::VectorView;
using Offset = FlatBuilder::Offset;

/// Numbers of the union Type.
enum class ArrowType : uint8_t {
  kInt = 2,
  kFloat = 3,
  kBinary = 4,
  kText = 5,
  kBool = 6,
  kDecimal = 7,
  kDate = 8,
  kTimestamp = 10,
  kList = 12,
  kStruct = 13,
  kMap = 17
};

struct Shape {
  ArrowType type = ArrowType::kText;
  int bits = 0;  // of a value in the buffer
  bool is_signed = true;
  int precision = 0, scale = 0;
  int16_t unit = 0;  // of a timestamp: 0 s, 1 ms, 2 µs, 3 ns
  bool utc = false;
};

Shape ShapeOf(const LogicalType& type) {
  switch (type.id) {
    case DUCKDB_TYPE_BOOLEAN:
      return {ArrowType::kBool, 1};
    case DUCKDB_TYPE_TINYINT:
      return {ArrowType::kInt, 8};
    case DUCKDB_TYPE_SMALLINT:
      return {ArrowType::kInt, 16};
    case DUCKDB_TYPE_INTEGER:
      return {ArrowType::kInt, 32};
    case DUCKDB_TYPE_BIGINT:
      return {ArrowType::kInt, 64};
    case DUCKDB_TYPE_UTINYINT:
      return {ArrowType::kInt, 8, false};
    case DUCKDB_TYPE_USMALLINT:
      return {ArrowType::kInt, 16, false};
    case DUCKDB_TYPE_UINTEGER:
      return {ArrowType::kInt, 32, false};
    case DUCKDB_TYPE_UBIGINT:
      return {ArrowType::kInt, 64, false};
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
      return {ArrowType::kFloat, 64};
    case DUCKDB_TYPE_DECIMAL:
      return {ArrowType::kDecimal, 128, true, type.width, type.scale};
    case DUCKDB_TYPE_HUGEINT:
      return {ArrowType::kDecimal, 128, true, 38, 0};
    case DUCKDB_TYPE_DATE:
      return {ArrowType::kDate, 32};
    case DUCKDB_TYPE_TIMESTAMP_S:
      return {ArrowType::kTimestamp, 64, true, 0, 0, 0};
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return {ArrowType::kTimestamp, 64, true, 0, 0, 1};
    case DUCKDB_TYPE_TIMESTAMP:
      return {ArrowType::kTimestamp, 64, true, 0, 0, 2};
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return {ArrowType::kTimestamp, 64, true, 0, 0, 3};
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return {ArrowType::kTimestamp, 64, true, 0, 0, 2, true};
    case DUCKDB_TYPE_BLOB:
      return {ArrowType::kBinary};
    case DUCKDB_TYPE_LIST:
      return {ArrowType::kList};
    case DUCKDB_TYPE_STRUCT:
      return {ArrowType::kStruct};
    case DUCKDB_TYPE_MAP:
      return {ArrowType::kMap};
    default:
      return {ArrowType::kText};
  }
}

Offset TypeTable(FlatBuilder& out, const Shape& shape) {
  const Offset zone = shape.utc ? out.String("UTC") : 0;
  out.BeginTable(3);
  switch (shape.type) {
    case ArrowType::kInt:
      out.Add(0, int32_t{shape.bits});
      out.Add(1, static_cast<uint8_t>(shape.is_signed));
      break;
    case ArrowType::kFloat:
      out.Add(0, int16_t{2});  // DOUBLE
      break;
    case ArrowType::kDecimal:
      out.Add(0, int32_t{shape.precision});
      out.Add(1, int32_t{shape.scale});
      out.Add(2, int32_t{128});
      break;
    case ArrowType::kDate:
      out.Add(0, int16_t{0});  // DAY
      break;
    case ArrowType::kTimestamp:
      if (zone != 0) out.AddReference(1, zone);
      out.Add(0, shape.unit);
      break;
    default:
      break;
  }
  return out.EndTable();
}

Offset FieldTable(FlatBuilder& out, std::string_view name, const LogicalType& type,
                  bool nullable = true);

std::vector<Offset> ChildFields(FlatBuilder& out, const LogicalType& type, ArrowType shape) {
  std::vector<Offset> children;
  if (shape == ArrowType::kList)
    children.push_back(FieldTable(out, "item", type.children[0].second));
  if (shape == ArrowType::kStruct) {
    for (const auto& [name, child] : type.children)
      children.push_back(FieldTable(out, name, child));
  }
  if (shape == ArrowType::kMap) {  // a list of entries, which are structs of key and value
    const Offset pair = out.Vector({FieldTable(out, "key", type.children[0].second, false),
                                    FieldTable(out, "value", type.children[1].second)});
    const Offset entries = out.String("entries"),
                 shape_table = TypeTable(out, {ArrowType::kStruct});
    out.BeginTable(7);
    out.AddReference(0, entries);
    out.AddReference(3, shape_table);
    out.AddReference(5, pair);
    out.Add(1, uint8_t{0});
    out.Add(2, static_cast<uint8_t>(ArrowType::kStruct));
    children.push_back(out.EndTable());
  }
  return children;
}

Offset FieldTable(FlatBuilder& out, std::string_view name, const LogicalType& type, bool nullable) {
  const Shape shape = ShapeOf(type);
  const Offset children = out.Vector(ChildFields(out, type, shape.type));
  const Offset text = out.String(name), type_table = TypeTable(out, shape);
  out.BeginTable(7);
  out.AddReference(0, text);
  out.AddReference(3, type_table);
  out.AddReference(5, children);
  out.Add(1, static_cast<uint8_t>(nullable));
  out.Add(2, static_cast<uint8_t>(shape.type));
  return out.EndTable();
}

enum class Header : uint8_t { kSchema = 1, kRecordBatch = 3 };

std::string Message(FlatBuilder out, Header header, Offset table, int64_t body) {
  out.BeginTable(4);
  out.Add(3, body);
  out.AddReference(2, table);
  out.Add(0, int16_t{4});  // metadata version 5
  out.Add(1, static_cast<uint8_t>(header));
  const Offset message = out.EndTable();
  const std::string bytes = std::move(out).Finish(message);
  std::string framed(8, '\xff');
  for (size_t i = 0; i < 4; ++i) framed[4 + i] = static_cast<char>(bytes.size() >> (8 * i) & 0xff);
  return framed + bytes;
}

std::string SchemaMessage(const QueryResult& result) {
  FlatBuilder out;
  std::vector<Offset> fields;
  for (size_t i = 0; i < result.column_count(); ++i)
    fields.push_back(FieldTable(out, result.column_name(i), result.column_type(i)));
  const Offset vector = out.Vector(fields);
  out.BeginTable(4);
  out.AddReference(1, vector);
  out.Add(0, int16_t{0});  // little endian
  const Offset schema = out.EndTable();
  return Message(std::move(out), Header::kSchema, schema, 0);
}

/// The columns of some rows as nodes and buffers.
class BatchBody {
 public:
  /// `rows` are positions in the vector; those of a list's elements are gathered first.
  void AddColumn(const VectorView& column, const std::vector<size_t>& rows) {
    const Shape shape = ShapeOf(column.type());
    AddNode(column, rows);
    switch (shape.type) {
      case ArrowType::kBool:
        AddBits(rows, [&](size_t row) { return !column.is_null(row) && column.Boolean(row); });
        return;
      case ArrowType::kText:
      case ArrowType::kBinary:
        AddText(column, rows);
        return;
      case ArrowType::kList:
      case ArrowType::kMap:
        AddElements(column, rows, shape.type == ArrowType::kMap);
        return;
      case ArrowType::kStruct:
        for (size_t i = 0; i < column.child_count(); ++i) AddColumn(column.child(i), rows);
        return;
      default:
        AddValues(column, rows, shape);
    }
  }

  std::string ToMessage(size_t rows) && {
    FlatBuilder out;
    const Offset nodes = out.Pairs(nodes_), buffers = out.Pairs(buffers_);
    out.BeginTable(3);
    out.Add(0, static_cast<int64_t>(rows));
    out.AddReference(1, nodes);
    out.AddReference(2, buffers);
    const Offset batch = out.EndTable();
    return Message(std::move(out), Header::kRecordBatch, batch,
                   static_cast<int64_t>(body_.size())) +
           body_;
  }

 private:
  void AddNode(const VectorView& column, const std::vector<size_t>& rows) {
    int64_t nulls = 0;
    for (const size_t row : rows) nulls += column.is_null(row);
    nodes_.emplace_back(rows.size(), nulls);
    if (nulls == 0) return AddBuffer({});
    AddBits(rows, [&](size_t row) { return !column.is_null(row); });
  }

  template <typename Bit>
  void AddBits(const std::vector<size_t>& rows, Bit bit) {
    std::string bits((rows.size() + 7) / 8, '\0');
    for (size_t i = 0; i < rows.size(); ++i) {
      if (bit(rows[i])) bits[i / 8] = static_cast<char>(bits[i / 8] | 1 << (i % 8));
    }
    AddBuffer(bits);
  }

  void AddText(const VectorView& column, const std::vector<size_t>& rows) {
    const duckdb_type id = column.type().id;
    const bool plain =
        id == DUCKDB_TYPE_VARCHAR || id == DUCKDB_TYPE_BLOB || id == DUCKDB_TYPE_ENUM;
    std::string text, offsets(4, '\0'), buffer;
    for (const size_t row : rows) {
      if (!column.is_null(row)) {
        if (plain) {
          text += column.Text(row);
        } else {
          buffer.clear();
          AppendPlain(column, row, buffer);
          text += buffer;
        }
      }
      AddNumber(offsets, static_cast<int32_t>(text.size()));
    }
    AddBuffer(offsets);
    AddBuffer(text);
  }

  void AddElements(const VectorView& column, const std::vector<size_t>& rows, bool map) {
    std::string offsets(4, '\0');
    std::vector<size_t> elements;
    for (const size_t row : rows) {
      if (!column.is_null(row)) {
        const auto [first, count] = column.Elements(row);
        for (size_t i = 0; i < count; ++i) elements.push_back(first + i);
      }
      AddNumber(offsets, static_cast<int32_t>(elements.size()));
    }
    AddBuffer(offsets);
    if (map) {
      nodes_.emplace_back(elements.size(), 0);  // the entries
      AddBuffer({});
    }
    for (size_t i = 0; i < column.child_count(); ++i) AddColumn(column.child(i), elements);
  }

  void AddValues(const VectorView& column, const std::vector<size_t>& rows, const Shape& shape) {
    std::string values;
    values.reserve(rows.size() * static_cast<size_t>(shape.bits) / 8);
    for (const size_t row : rows) {
      const bool null = column.is_null(row);
      if (shape.bits == 128) {
        AddNumber(values, null ? __int128{0} : column.Wide(row));
      } else if (shape.type == ArrowType::kFloat) {
        AddNumber(values, null ? 0.0 : column.Float(row));
      } else {
        const int64_t value = null ? 0 : column.Integer(row);
        values.append(reinterpret_cast<const char*>(&value), static_cast<size_t>(shape.bits) / 8);
      }
    }
    AddBuffer(values);
  }

  template <typename T>
  static void AddNumber(std::string& out, T value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  void AddBuffer(std::string_view bytes) {
    buffers_.emplace_back(body_.size(), bytes.size());
    body_ += bytes;
    body_.append((8 - body_.size() % 8) % 8, '\0');
  }

  std::vector<std::pair<int64_t, int64_t>> nodes_, buffers_;
  std::string body_;
};

}  // namespace

Result<size_t> WriteArrowStream(QueryResult& result, const TextSink& sink) {
  CA_RETURN_IF_ERROR(sink(SchemaMessage(result)));
  size_t total = 0;
  while (true) {
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
    if (chunk == nullptr) break;
    std::vector<size_t> rows(chunk->rows());
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = i;
    BatchBody body;
    for (size_t i = 0; i < result.column_count(); ++i) body.AddColumn(chunk->column(i), rows);
    CA_RETURN_IF_ERROR(sink(std::move(body).ToMessage(rows.size())));
    total += rows.size();
  }
  CA_RETURN_IF_ERROR(sink(std::string_view("\xff\xff\xff\xff\0\0\0\0", 8)));
  return total;
}

}  // namespace codeanatomy::query
