#include "base/packed_batch.h"

#include <random>

#include <doctest/doctest.h>

namespace codeanatomy {
namespace {

constexpr std::string_view kWords[] = {"Load", "Store", "Del"};

/// Columns of every kind, their values drawn from `random`.
class RandomBatch {
 public:
  explicit RandomBatch(std::mt19937& random) : random_(random) {}

  ColumnBatch Make() {
    ColumnBatch batch;
    rows_ = Below(40);
    batch.rows = rows_;
    batch.columns.emplace_back(Fixed<BoolColumn>());
    batch.columns.emplace_back(Fixed<Int32Column>());
    batch.columns.emplace_back(Fixed<Int64Column>());
    batch.columns.emplace_back(Fixed<Float64Column>());
    batch.columns.emplace_back(Texts(rows_));
    batch.columns.emplace_back(Codes());
    batch.columns.emplace_back(ConstantTextColumn{Text()});
    batch.columns.emplace_back(ConstantInt64Column{Below(100), Below(2) == 0});
    batch.columns.emplace_back(Lists());
    StructColumn pair;
    pair.fields.emplace_back(Texts(rows_));
    pair.fields.emplace_back(Fixed<Int64Column>());
    batch.columns.emplace_back(std::move(pair));
    batch.columns.emplace_back(Maps());
    batch.keep_alive.push_back(arena_);
    return batch;
  }

 private:
  uint32_t Below(uint32_t end) { return random_() % end; }
  std::string_view Text() {
    const uint32_t size = Below(12);
    return size == 11 ? std::string_view()
                      : arena_->Copy(std::string(size, static_cast<char>('a' + size)));
  }
  template <typename C>
  C Fixed() {
    C column;
    for (size_t i = 0; i < rows_; ++i) {
      if (Below(5) == 0) {
        column.AppendNull();
      } else {
        column.Append(static_cast<decltype(column.values)::value_type>(Below(1000)));
      }
    }
    return column;
  }
  TextColumn Texts(size_t rows) {
    TextColumn column;
    for (size_t i = 0; i < rows; ++i) column.values.push_back(Text());
    return column;
  }
  CodeColumn Codes() {
    CodeColumn column{.dictionary = kWords, .codes = {}};
    for (size_t i = 0; i < rows_; ++i)
      column.Append(Below(4) == 0 ? CodeColumn::kNull : static_cast<uint16_t>(Below(3)));
    return column;
  }
  ListColumn Lists() {
    ListColumn list;
    list.child = std::make_unique<Column>(TextColumn{});
    for (size_t i = 0; i < rows_; ++i) {
      for (uint32_t left = Below(4); left > 0; --left)
        std::get<TextColumn>(*list.child).values.push_back(Text());
      list.CloseRow();
    }
    return list;
  }
  MapColumn Maps() {
    MapColumn map;
    for (size_t i = 0; i < rows_; ++i) {
      for (uint32_t left = Below(3); left > 0; --left) map.Append("key", Text());
      map.CloseRow();
    }
    return map;
  }

  std::mt19937& random_;
  std::shared_ptr<TextArena> arena_ = std::make_shared<TextArena>();
  size_t rows_ = 0;
};

void CheckEqual(const TextColumn& a, const TextColumn& b) {
  CHECK(a.values == b.values);
  for (size_t i = 0; i < a.size(); ++i) CHECK(a.is_null(i) == b.is_null(i));
}

void CheckEqual(const ColumnBatch& a, const ColumnBatch& b) {
  REQUIRE(a.rows == b.rows);
  REQUIRE(a.columns.size() == b.columns.size());
  const auto fixed = [&]<typename C>(size_t i, C*) {
    CHECK(std::get<C>(a.columns[i]).values == std::get<C>(b.columns[i]).values);
    CHECK(std::get<C>(a.columns[i]).valid == std::get<C>(b.columns[i]).valid);
  };
  fixed(0, static_cast<BoolColumn*>(nullptr));
  fixed(1, static_cast<Int32Column*>(nullptr));
  fixed(2, static_cast<Int64Column*>(nullptr));
  fixed(3, static_cast<Float64Column*>(nullptr));
  CheckEqual(std::get<TextColumn>(a.columns[4]), std::get<TextColumn>(b.columns[4]));
  const auto& codes = std::get<CodeColumn>(b.columns[5]);
  CHECK(std::get<CodeColumn>(a.columns[5]).codes == codes.codes);
  CHECK(codes.dictionary.data() == kWords);
  CHECK(codes.dictionary.size() == std::size(kWords));
  const auto& text = std::get<ConstantTextColumn>(b.columns[6]);
  CHECK(std::get<ConstantTextColumn>(a.columns[6]).value == text.value);
  CHECK((std::get<ConstantTextColumn>(a.columns[6]).value.data() == nullptr) ==
        (text.value.data() == nullptr));
  const auto& number = std::get<ConstantInt64Column>(b.columns[7]);
  CHECK(std::get<ConstantInt64Column>(a.columns[7]).value == number.value);
  CHECK(std::get<ConstantInt64Column>(a.columns[7]).is_null == number.is_null);
  const auto& list = std::get<ListColumn>(b.columns[8]);
  CHECK(std::get<ListColumn>(a.columns[8]).offsets == list.offsets);
  CheckEqual(std::get<TextColumn>(*std::get<ListColumn>(a.columns[8]).child),
             std::get<TextColumn>(*list.child));
  const auto& pair = std::get<StructColumn>(b.columns[9]);
  CheckEqual(std::get<TextColumn>(std::get<StructColumn>(a.columns[9]).fields[0]),
             std::get<TextColumn>(pair.fields[0]));
  const auto& map = std::get<MapColumn>(b.columns[10]);
  CHECK(std::get<MapColumn>(a.columns[10]).offsets == map.offsets);
  CheckEqual(std::get<MapColumn>(a.columns[10]).keys, map.keys);
  CheckEqual(std::get<MapColumn>(a.columns[10]).values, map.values);
}

TEST_CASE("packed batches come back as they were, and own their text") {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<ColumnBatch> batches;
    for (uint32_t left = random() % 4; left > 0; --left)
      batches.push_back(RandomBatch(random).Make());
    const auto bytes = std::make_shared<const std::string>(PackBatches(batches));
    const std::vector<ColumnBatch> back = UnpackBatches(bytes);
    REQUIRE(back.size() == batches.size());
    for (size_t i = 0; i < back.size(); ++i) {
      CheckEqual(batches[i], back[i]);
      CHECK(back[i].keep_alive.size() == 1);
      for (const std::string_view text : std::get<TextColumn>(back[i].columns[4]).values) {
        if (text.empty()) continue;
        CHECK(text.data() >= bytes->data());
        CHECK(text.data() + text.size() <= bytes->data() + bytes->size());
      }
    }
  }
}

TEST_CASE("a batch counts the room of its columns") {
  ColumnBatch batch;
  Int64Column numbers;
  numbers.values.reserve(100);
  batch.columns.emplace_back(std::move(numbers));
  CHECK(HeldBytes(batch) >= 100 * sizeof(int64_t) + sizeof(Column));
}

}  // namespace
}  // namespace codeanatomy
