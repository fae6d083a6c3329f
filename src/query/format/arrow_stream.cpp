// The stream is a sequence of messages: 0xFFFFFFFF, length of the header, header (a FlatBuffer),
// body. The body of a record batch holds the buffers of all columns, depth first: a validity
// bitmap, then offsets for text, lists and maps, then values; each padded to 8 bytes. A text view
// has 16 bytes instead of an offset: its length, and either up to 12 bytes of its own or the first
// four, the number of a further buffer (ours has one) and a place in it. A dictionary is a batch of
// one column of its own, before the others. Source  Arrow columnar format 1.4, Schema.fbs and
// Message.fbs: field numbers below are theirs.
#include "query/format/arrow_stream.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

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
  kMap = 17,
  kBinaryView = 23,
  kTextView = 24
};

struct Shape {
  ArrowType type = ArrowType::kText;
  int bits = 0;  // of a value in the buffer
  bool is_signed = true;
  int precision = 0, scale = 0;
  int16_t unit = 0;  // of a timestamp: 0 s, 1 ms, 2 µs, 3 ns
  bool utc = false;
};

Shape PlainShape(const LogicalType& type) {
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

Shape ShapeOf(const LogicalType& type, bool text_views) {
  Shape shape = PlainShape(type);
  if (text_views && shape.type == ArrowType::kText) shape.type = ArrowType::kTextView;
  if (text_views && shape.type == ArrowType::kBinary) shape.type = ArrowType::kBinaryView;
  return shape;
}

bool IsDictionary(const LogicalType& type, const ArrowOptions& options) {
  return options.dictionaries && type.id == DUCKDB_TYPE_ENUM;
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

struct FieldOptions {
  bool text_views = false, nullable = true;
  std::optional<int64_t> dictionary = {};  // its number
};
Offset FieldTable(FlatBuilder& out, std::string_view name, const LogicalType& type,
                  const FieldOptions& options);

std::vector<Offset> ChildFields(FlatBuilder& out, const LogicalType& type, ArrowType shape,
                                bool text_views) {
  std::vector<Offset> children;
  const FieldOptions options{.text_views = text_views};
  if (shape == ArrowType::kList)
    children.push_back(FieldTable(out, "item", type.children[0].second, options));
  if (shape == ArrowType::kStruct) {
    for (const auto& [name, child] : type.children)
      children.push_back(FieldTable(out, name, child, options));
  }
  if (shape == ArrowType::kMap) {  // a list of entries, which are structs of key and value
    const Offset pair = out.Vector(
        {FieldTable(out, "key", type.children[0].second, {text_views, /*nullable=*/false}),
         FieldTable(out, "value", type.children[1].second, options)});
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

/// Its number, and indexes of 32 bits.
Offset DictionaryTable(FlatBuilder& out, int64_t number) {
  const Offset index = TypeTable(out, {ArrowType::kInt, 32});
  out.BeginTable(4);
  out.Add(0, number);
  out.AddReference(1, index);
  return out.EndTable();
}

Offset FieldTable(FlatBuilder& out, std::string_view name, const LogicalType& type,
                  const FieldOptions& options) {
  const Shape shape = ShapeOf(type, options.text_views);
  const Offset children = out.Vector(ChildFields(out, type, shape.type, options.text_views));
  const Offset dictionary = options.dictionary ? DictionaryTable(out, *options.dictionary) : 0;
  const Offset text = out.String(name), type_table = TypeTable(out, shape);
  out.BeginTable(7);
  out.AddReference(0, text);
  out.AddReference(3, type_table);
  if (dictionary != 0) out.AddReference(4, dictionary);
  out.AddReference(5, children);
  out.Add(1, static_cast<uint8_t>(options.nullable));
  out.Add(2, static_cast<uint8_t>(shape.type));
  return out.EndTable();
}

enum class Header : uint8_t { kSchema = 1, kDictionaryBatch = 2, kRecordBatch = 3 };

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

std::string SchemaMessage(const QueryResult& result, const ArrowOptions& options) {
  FlatBuilder out;
  std::vector<Offset> fields;
  for (size_t i = 0; i < result.column_count(); ++i) {
    FieldOptions field{.text_views = options.text_views};
    if (IsDictionary(result.column_type(i), options)) field.dictionary = static_cast<int64_t>(i);
    fields.push_back(FieldTable(out, result.column_name(i), result.column_type(i), field));
  }
  const Offset vector = out.Vector(fields);
  out.BeginTable(4);
  out.AddReference(1, vector);
  out.Add(0, int16_t{0});  // little endian
  const Offset schema = out.EndTable();
  return Message(std::move(out), Header::kSchema, schema, 0);
}

/// Rows of one column, and of the columns below it, until they are written as a batch.
class ColumnRows {
 public:
  ColumnRows(const LogicalType& type, bool text_views) : shape_(ShapeOf(type, text_views)) {
    if (HasOffsets()) AddNumber(offsets_, int32_t{0});
    if (!Nests()) return;
    for (const auto& [name, child] : type.children) children_.emplace_back(child, text_views);
  }
  /// Of indexes into a dictionary.
  static ColumnRows Indexes() { return ColumnRows(Shape{ArrowType::kInt, 32}); }

  void AppendText(std::string_view text) {
    AddBit(valid_, count_++, true);
    AddText(text);
  }

  /// `rows` are positions in the vector; those of a list's elements are gathered first.
  void Append(const VectorView& column, const std::vector<size_t>& rows) {
    for (const size_t row : rows) AddBit(valid_, count_++, !column.is_null(row));
    for (const size_t row : rows) nulls_ += column.is_null(row);
    switch (shape_.type) {
      case ArrowType::kBool: {
        size_t at = count_ - rows.size();
        for (const size_t row : rows)
          AddBit(values_, at++, !column.is_null(row) && column.Boolean(row));
        return;
      }
      case ArrowType::kText:
      case ArrowType::kBinary:
      case ArrowType::kTextView:
      case ArrowType::kBinaryView:
        AppendTexts(column, rows);
        return;
      case ArrowType::kList:
      case ArrowType::kMap:
        AppendElements(column, rows);
        return;
      case ArrowType::kStruct:
        for (size_t i = 0; i < children_.size(); ++i) children_[i].Append(column.child(i), rows);
        return;
      default:
        AppendValues(column, rows);
    }
  }

  size_t bytes() const {
    size_t bytes = valid_.size() + offsets_.size() + values_.size();
    for (const ColumnRows& child : children_) bytes += child.bytes();
    return bytes;
  }

  template <typename Node, typename Buffer>
  void Write(const Node& node, const Buffer& buffer) const {
    node(count_, nulls_);
    buffer(nulls_ == 0 ? std::string_view() : std::string_view(valid_));
    if (HasOffsets() || IsView()) buffer(offsets_);
    if (shape_.type == ArrowType::kMap) {
      node(elements_, size_t{0});  // the entries
      buffer(std::string_view());
    }
    if (!Nests()) buffer(values_);
    for (const ColumnRows& child : children_) child.Write(node, buffer);
  }
  /// How many columns, of those below too, have a buffer of texts behind their views.
  size_t views() const {
    size_t count = IsView() ? 1 : 0;
    for (const ColumnRows& child : children_) count += child.views();
    return count;
  }

 private:
  explicit ColumnRows(const Shape& shape) : shape_(shape) {}

  bool IsView() const {
    return shape_.type == ArrowType::kTextView || shape_.type == ArrowType::kBinaryView;
  }
  bool Nests() const {
    return shape_.type == ArrowType::kList || shape_.type == ArrowType::kMap ||
           shape_.type == ArrowType::kStruct;
  }
  bool HasOffsets() const {
    return shape_.type == ArrowType::kText || shape_.type == ArrowType::kBinary ||
           shape_.type == ArrowType::kList || shape_.type == ArrowType::kMap;
  }

  static void AddBit(std::string& bits, size_t at, bool value) {
    if (at % 8 == 0) bits += '\0';
    if (value) bits.back() = static_cast<char>(bits.back() | 1 << (at % 8));
  }

  void AppendTexts(const VectorView& column, const std::vector<size_t>& rows) {
    const duckdb_type id = column.type().id;
    const bool plain =
        id == DUCKDB_TYPE_VARCHAR || id == DUCKDB_TYPE_BLOB || id == DUCKDB_TYPE_ENUM;
    std::string buffer;
    for (const size_t row : rows) {
      if (column.is_null(row)) {
        AddText({});
      } else if (plain) {
        AddText(column.Text(row));
      } else {
        buffer.clear();
        AppendPlain(column, row, buffer);
        AddText(buffer);
      }
    }
  }

  void AddText(std::string_view text) {
    if (!IsView()) {
      values_ += text;
      return AddNumber(offsets_, static_cast<int32_t>(values_.size()));
    }
    constexpr size_t kInline = 12, kPrefix = 4;
    AddNumber(offsets_, static_cast<int32_t>(text.size()));
    if (text.size() <= kInline) {
      offsets_ += text;
      offsets_.append(kInline - text.size(), '\0');
      return;
    }
    offsets_ += text.substr(0, kPrefix);
    AddNumber(offsets_, int32_t{0});  // the buffer
    AddNumber(offsets_, static_cast<int32_t>(values_.size()));
    values_ += text;
  }

  void AppendElements(const VectorView& column, const std::vector<size_t>& rows) {
    std::vector<size_t> elements;
    for (const size_t row : rows) {
      if (!column.is_null(row)) {
        const auto [first, count] = column.Elements(row);
        for (size_t i = 0; i < count; ++i) elements.push_back(first + i);
      }
      AddNumber(offsets_, static_cast<int32_t>(elements_ + elements.size()));
    }
    elements_ += elements.size();
    for (size_t i = 0; i < children_.size(); ++i) children_[i].Append(column.child(i), elements);
  }

  void AppendValues(const VectorView& column, const std::vector<size_t>& rows) {
    for (const size_t row : rows) {
      const bool null = column.is_null(row);
      if (shape_.bits == 128) {
        AddNumber(values_, null ? __int128{0} : column.Wide(row));
      } else if (shape_.type == ArrowType::kFloat) {
        AddNumber(values_, null ? 0.0 : column.Float(row));
      } else {
        const int64_t value = null ? 0 : column.Integer(row);
        values_.append(reinterpret_cast<const char*>(&value), static_cast<size_t>(shape_.bits) / 8);
      }
    }
  }

  template <typename T>
  static void AddNumber(std::string& out, T value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  Shape shape_;
  size_t count_ = 0, nulls_ = 0, elements_ = 0;
  // valid_, and values_ of Booleans, are bits; of views offsets_ holds the views.
  std::string valid_, offsets_, values_;
  std::vector<ColumnRows> children_;
};

/// Columns as a RecordBatch, whose buffers are appended to `body`.
Offset BatchTable(FlatBuilder& out, const std::vector<ColumnRows>& columns, size_t rows,
                  std::string& body) {
  std::vector<std::pair<int64_t, int64_t>> nodes, buffers;
  const auto node = [&](size_t count, size_t nulls) { nodes.emplace_back(count, nulls); };
  const auto buffer = [&](std::string_view bytes) {
    buffers.emplace_back(body.size(), bytes.size());
    body += bytes;
    body.append((8 - body.size() % 8) % 8, '\0');
  };
  size_t views = 0;
  for (const ColumnRows& column : columns) {
    column.Write(node, buffer);
    views += column.views();
  }
  const Offset node_table = out.Pairs(nodes), buffer_table = out.Pairs(buffers);
  const Offset variadic = views == 0 ? 0 : out.Numbers(std::vector<int64_t>(views, 1));
  out.BeginTable(5);
  out.Add(0, static_cast<int64_t>(rows));
  out.AddReference(1, node_table);
  out.AddReference(2, buffer_table);
  if (variadic != 0) out.AddReference(4, variadic);  // buffers behind each column of views
  return out.EndTable();
}

/// The values of an ENUM, as a message.
std::string DictionaryMessage(const LogicalType& type, int64_t number, bool text_views) {
  std::vector<ColumnRows> values;
  values.emplace_back(type, text_views);
  for (const std::string& value : type.dictionary) values[0].AppendText(value);
  FlatBuilder out;
  std::string body;
  const Offset batch = BatchTable(out, values, type.dictionary.size(), body);
  out.BeginTable(3);
  out.Add(0, number);
  out.AddReference(1, batch);
  const Offset table = out.EndTable();
  return Message(std::move(out), Header::kDictionaryBatch, table,
                 static_cast<int64_t>(body.size())) +
         body;
}

/// The rows of a batch that is being gathered.
class BatchRows {
 public:
  BatchRows(const QueryResult& result, const ArrowOptions& options)
      : result_(result), options_(options) {
    Begin();
  }

  size_t count() const { return count_; }
  bool IsFull() const {
    size_t bytes = 0;
    for (const ColumnRows& column : columns_) bytes += column.bytes();
    return count_ >= options_.batch_rows || bytes >= kMostBytes;
  }

  void Append(const Chunk& chunk, size_t first, size_t count) {
    std::vector<size_t> rows(count);
    std::iota(rows.begin(), rows.end(), first);
    for (size_t i = 0; i < columns_.size(); ++i) columns_[i].Append(chunk.column(i), rows);
    count_ += count;
  }

  /// As a message; begins anew.
  std::string Take() {
    FlatBuilder out;
    std::string body;
    const Offset batch = BatchTable(out, columns_, count_, body);
    std::string message =
        Message(std::move(out), Header::kRecordBatch, batch, static_cast<int64_t>(body.size())) +
        body;
    Begin();
    return message;
  }

 private:
  static constexpr size_t kMostBytes = 64 << 20;  // offsets of a batch have 32 bits

  void Begin() {
    columns_.clear();
    for (size_t i = 0; i < result_.column_count(); ++i) {
      const LogicalType& type = result_.column_type(i);
      columns_.push_back(IsDictionary(type, options_) ? ColumnRows::Indexes()
                                                      : ColumnRows(type, options_.text_views));
    }
    count_ = 0;
  }

  const QueryResult& result_;
  const ArrowOptions& options_;
  std::vector<ColumnRows> columns_;
  size_t count_ = 0;
};

}  // namespace

Result<size_t> WriteArrowStream(QueryResult& result, const ArrowOptions& options,
                                const TextSink& sink) {
  CA_RETURN_IF_ERROR(sink(SchemaMessage(result, options)));
  for (size_t i = 0; i < result.column_count(); ++i) {
    const LogicalType& type = result.column_type(i);
    if (!IsDictionary(type, options)) continue;
    CA_RETURN_IF_ERROR(sink(DictionaryMessage(type, static_cast<int64_t>(i), options.text_views)));
  }
  size_t total = 0;
  BatchRows batch(result, options);
  while (true) {
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
    if (chunk == nullptr) break;
    for (size_t first = 0; first < chunk->rows();) {
      const size_t count = std::min(options.batch_rows - batch.count(), chunk->rows() - first);
      batch.Append(*chunk, first, count);
      first += count;
      if (batch.IsFull()) CA_RETURN_IF_ERROR(sink(batch.Take()));
    }
    total += chunk->rows();
  }
  if (batch.count() > 0) CA_RETURN_IF_ERROR(sink(batch.Take()));
  CA_RETURN_IF_ERROR(sink(std::string_view("\xff\xff\xff\xff\0\0\0\0", 8)));
  return total;
}

}  // namespace codeanatomy::query
