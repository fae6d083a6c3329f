// The canonical row digest.
//
// Rows have no order of their own, so their texts are sorted before they are hashed. Texts of one
// run lie in one buffer and are sorted through an index of 16 bytes a row: no allocation per row.
#include "base/hash.h"
#include "storage/table_io.h"

namespace codeanatomy::storage {

Result<std::string> TableDigest(const Environment& environment, const Snapshot& snapshot) {
  std::string lines;
  std::vector<std::pair<size_t, size_t>> index;  // begin, length, with the newline
  CA_RETURN_IF_ERROR(ReadTable(environment, snapshot, [&](std::span<Row> rows) -> Result<void> {
    for (const Row& row : rows) {
      const size_t begin = lines.size();
      AppendRowJson(snapshot.schema(), row, lines);
      lines += '\n';
      index.emplace_back(begin, lines.size() - begin);
    }
    return {};
  }));
  const auto text = [&](const std::pair<size_t, size_t>& at) {
    return std::string_view(lines).substr(at.first, at.second);
  };
  std::sort(index.begin(), index.end(),
            [&](const auto& a, const auto& b) { return text(a) < text(b); });
  Sha256 digest;
  for (const auto& at : index) digest.Update(text(at));
  return Hex(digest.Finish());
}

}  // namespace codeanatomy::storage
