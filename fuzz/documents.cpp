#include <algorithm>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "evidence/extract.h"
#include "parse/syntax_tree.h"
#include "semantics/ir/model.h"
#include "semantics/ir/model_file.h"
#include "source/encoding.h"
#include "source/notebook.h"
#include "spec/spec.h"
#include "storage/log/action.h"
#include "targets.h"

namespace codeanatomy::fuzz {
namespace {

source::SourceFile FileOf(std::string path, std::string_view bytes) {
  source::SourceFile file;
  file.path = std::move(path);
  file.bytes = bytes;
  file.sha256 = std::string(64, '0');
  file.size_bytes = static_cast<int64_t>(bytes.size());
  return file;
}

/// What a consumer of the column relies on: as many values as `rows`, texts of valid UTF-8.
struct ColumnCheck {
  size_t rows;
  bool is_right = true;

  template <typename Fixed>
  void operator()(const Fixed& column) {
    is_right = is_right && column.size() == rows;
  }
  void operator()(const TextColumn& column) {
    is_right = is_right && column.size() == rows && std::ranges::all_of(column.values, IsText);
  }
  void operator()(const ConstantTextColumn& column) { is_right = is_right && IsText(column.value); }
  void operator()(const ConstantInt64Column&) {}
  void operator()(const MapColumn& column) {
    is_right = is_right && column.size() == rows && column.keys.size() == column.offsets.back() &&
               column.values.size() == column.keys.size();
  }
  static bool IsText(std::string_view text) { return source::IsValidUtf8(text, nullptr); }
};

// Lists and structs one within the other are followed by a stack of what is left to look at.
bool IsRight(const Column& whole, size_t rows) {
  std::vector<std::pair<const Column*, size_t>> left{{&whole, rows}};
  while (!left.empty()) {
    const auto [column, wanted] = left.back();
    left.pop_back();
    if (const auto* list = std::get_if<ListColumn>(column)) {
      if (list->size() != wanted) return false;
      left.emplace_back(list->child.get(), list->offsets.back());
    } else if (const auto* structure = std::get_if<StructColumn>(column)) {
      for (const Column& field : structure->fields) left.emplace_back(&field, wanted);
    } else {
      ColumnCheck check{wanted};
      std::visit(
          [&](const auto& values) {
            using Values = std::decay_t<decltype(values)>;
            if constexpr (!std::is_same_v<Values, ListColumn> &&
                          !std::is_same_v<Values, StructColumn>) {
              check(values);
            }
          },
          *column);
      if (!check.is_right) return false;
    }
  }
  return true;
}

}  // namespace

std::string RunEvidence(std::string_view bytes, PythonVersion version) {
  source::SourceFile file = FileOf("package/module.py", bytes);
  source::DecodeSource(file);
  const evidence::FileEvidence made =
      evidence::ExtractFile(file, {.version = version, .include_cst = true});
  for (const evidence::TableRows& table : made.tables) {
    for (const Column& column : table.rows.columns) {
      if (!IsRight(column, table.rows.rows)) {
        return fmt::format("a column of {} is uneven or holds bytes that are no text",
                           table.table->name);
      }
    }
  }
  return {};
}

std::string RunNotebook(std::string_view bytes) {
  source::SourceFile file = FileOf("package/notebook.ipynb", bytes);
  source::ReadNotebook(file);
  if (!file.is_readable) return file.problems.empty() ? "not readable, and nothing says why" : "";
  uint32_t last = 0;
  for (const source::NotebookCell& cell : file.cells) {
    if (cell.span.begin < last || cell.span.end < cell.span.begin ||
        cell.span.end > file.bytes.size()) {
      return fmt::format("cell {} is not in the module", cell.index);
    }
    last = cell.span.end;
  }
  if (file.text().empty()) return {};
  return RunFrontEnd(file.text(), kNewestPythonVersion);
}

std::string RunDocument(std::string_view bytes) {
  if (const Result<spec::Spec> parsed = spec::ParseSpec(bytes)) {
    const std::string canonical = spec::CanonicalJson(*parsed);
    const Result<spec::Spec> again = spec::ParseSpec(canonical);
    if (!again) return "the canonical form is refused: " + again.error().message();
    if (spec::CanonicalJson(*again) != canonical) return "the canonical form is not canonical";
  }
  static_cast<void>(storage::ParseActions(bytes, "00000000000000000000.json"));
  semantics::Model model = semantics::CatalogueModel();
  static_cast<void>(semantics::AddDeclarations(bytes, "semantics.toml", "/", model));
  return {};
}

}  // namespace codeanatomy::fuzz
