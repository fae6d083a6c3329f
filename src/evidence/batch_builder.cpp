#include "evidence/batch_builder.h"

#include "base/unreachable.h"

namespace codeanatomy::evidence {
namespace {

std::unique_ptr<Column> NameAndSource() {
  StructColumn pair;
  pair.fields.emplace_back(TextColumn{});
  pair.fields.emplace_back(TextColumn{});
  return std::make_unique<Column>(std::move(pair));
}

/// A column of `rows` nulls in the layout that the declared type has.
Column NullColumn(std::string_view type, size_t rows) {
  if (type == "Utf8") return ConstantTextColumn{};
  if (type == "Int64") return ConstantInt64Column{0, true};
  if (type == "Map<Utf8,Utf8>") {
    MapColumn map;
    map.offsets.assign(rows + 1, 0);
    return map;
  }
  if (type.starts_with("List<")) {
    ListColumn list;
    list.offsets.assign(rows + 1, 0);
    list.valid.assign(rows, 0);
    if (type == "List<Int64>") {
      list.child = std::make_unique<Column>(Int64Column{});
    } else if (type == "List<Utf8>") {
      list.child = std::make_unique<Column>(TextColumn{});
    } else {
      list.child = NameAndSource();
    }
    return list;
  }
  if (type == "Int32") return Int32Column{std::vector<int32_t>(rows), std::vector<uint8_t>(rows)};
  CA_CHECK(type == "Boolean", "a column type without a null form");
  return BoolColumn{std::vector<uint8_t>(rows), std::vector<uint8_t>(rows)};
}

}  // namespace

BatchBuilder::BatchBuilder(std::string_view table, size_t rows)
    : table_(FindTable(table)), rows_(rows) {
  CA_CHECK(table_ != nullptr, "rows of a table that is not declared");
  batch_.columns.resize(table_->columns.size());
  is_made_.resize(table_->columns.size());
}

size_t BatchBuilder::IndexOf(std::string_view column) {
  for (size_t i = 0; i < table_->columns.size(); ++i) {
    if (table_->columns[i].name == column) {
      is_made_[i] = true;
      return i;
    }
  }
  CA_UNREACHABLE("a column that the table does not have");
}

CodeColumn& BatchBuilder::Codes(std::string_view column,
                                std::span<const std::string_view> dictionary) {
  CodeColumn& codes = Make<CodeColumn>(column);
  codes.dictionary = dictionary;
  return codes;
}

ListColumn& BatchBuilder::QualifiedNames(std::string_view column) {
  ListColumn& list = Make<ListColumn>(column);
  list.child = NameAndSource();
  return list;
}

void BatchBuilder::SetConstant(std::string_view column, int64_t value) {
  Make<ConstantInt64Column>(column) = {value, false};
}

void BatchBuilder::SetConstant(std::string_view column, std::string_view value) {
  Make<ConstantTextColumn>(column) = {value};
}

ColumnBatch BatchBuilder::Finish(size_t rows, std::shared_ptr<const void> keep_alive) {
  for (size_t i = 0; i < batch_.columns.size(); ++i) {
    if (!is_made_[i]) batch_.columns[i] = NullColumn(table_->columns[i].type, rows);
  }
  batch_.rows = rows;
  if (keep_alive) batch_.keep_alive.push_back(std::move(keep_alive));
  return std::move(batch_);
}

void AppendQualifiedName(ListColumn& list, std::string_view name, std::string_view source) {
  auto& fields = std::get<StructColumn>(*list.child).fields;
  std::get<TextColumn>(fields[0]).Append(name);
  std::get<TextColumn>(fields[1]).Append(source);
}

}  // namespace codeanatomy::evidence
