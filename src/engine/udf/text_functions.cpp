#include <cstdlib>

#include <fmt/format.h>
#include <utf8proc.h>

#include "engine/udf/argument.h"
#include "engine/udf/evaluators.h"

namespace codeanatomy::engine {
namespace {

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

/// utf8proc's options of a normal form, or -1.
int NormalForm(std::string_view form) {
  if (form == "NFC") return UTF8PROC_STABLE | UTF8PROC_COMPOSE;
  if (form == "NFD") return UTF8PROC_STABLE | UTF8PROC_DECOMPOSE;
  if (form == "NFKC") return UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT;
  if (form == "NFKD") return UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT;
  return -1;
}

std::string Lower(std::string_view text) {
  std::string lowered;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (size_t at = 0; at < text.size();) {
    utf8proc_int32_t point = 0;
    const auto length =
        utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &point);
    if (length <= 0) break;
    utf8proc_uint8_t encoded[4];
    const auto count = utf8proc_encode_char(utf8proc_tolower(point), encoded);
    lowered.append(reinterpret_cast<const char*>(encoded), static_cast<size_t>(count));
    at += static_cast<size_t>(length);
  }
  return lowered;
}

std::string CollapseSpaces(std::string_view text) {
  std::string collapsed;
  for (const char c : text) {
    if (!IsSpace(c)) {
      collapsed += c;
    } else if (collapsed.empty() || collapsed.back() != ' ') {
      collapsed += ' ';
    }
  }
  return collapsed;
}

std::string Normalize(std::string_view text, int form, bool casefold, bool collapse) {
  text = Trim(text);
  utf8proc_uint8_t* mapped = nullptr;
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                   static_cast<utf8proc_option_t>(form));
  std::string normal(text);
  if (length >= 0) {
    normal.assign(reinterpret_cast<const char*>(mapped), static_cast<size_t>(length));
  }
  std::free(mapped);
  if (casefold) normal = Lower(normal);
  if (collapse) normal = CollapseSpaces(normal);
  return std::string(Trim(normal));
}

enum class Unit : uint8_t { kByte, kUtf16, kUtf32 };

Unit ParseUnit(std::string_view text) {
  std::string name;
  for (const char c : Trim(text)) {
    if (c != '-') name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  auto has = [&](std::string_view part) { return name.find(part) != std::string::npos; };
  if (name == "1" || has("BYTE") || has("UTF8")) return Unit::kByte;
  if (name == "2" || has("UTF16")) return Unit::kUtf16;
  return Unit::kUtf32;
}

/// Bytes before column `column` of the line, -1 where the column lies inside a character.
int64_t ColumnToByte(std::string_view line, int64_t column, Unit unit) {
  if (column <= 0) return 0;
  int64_t units = 0;
  for (size_t at = 0; at < line.size();) {
    if (units == column) return static_cast<int64_t>(at);
    if (units > column) return -1;
    const auto lead = static_cast<unsigned char>(line[at]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (unit == Unit::kByte) {
      units += static_cast<int64_t>(length);
    } else {
      units += unit == Unit::kUtf16 && length == 4 ? 2 : 1;
    }
    at += length;
  }
  return units > column ? -1 : static_cast<int64_t>(line.size());
}

}  // namespace

void EvaluateUtf8Normalize(duckdb_function_info info, duckdb_data_chunk arguments,
                           duckdb_vector result) {
  const Library& library = Library::Loaded();
  const size_t rows = library.duckdb_data_chunk_get_size(arguments);
  const Argument value(library, arguments, 0), form(library, arguments, 1);
  const Argument casefold(library, arguments, 2), collapse(library, arguments, 3);
  ResultColumn out(library, result);
  for (size_t row = 0; row < rows; ++row) {
    if (value.is_null(row) || form.is_null(row)) {
      out.SetNull(row);
      continue;
    }
    const int options = NormalForm(form.Text(row));
    if (options < 0) {
      library.duckdb_scalar_function_set_error(
          info,
          fmt::format("{} is no normal form: NFC, NFD, NFKC or NFKD", form.Text(row)).c_str());
      return;
    }
    const std::string normal =
        Normalize(value.Text(row), options, !casefold.is_null(row) && casefold.Boolean(row),
                  !collapse.is_null(row) && collapse.Boolean(row));
    if (normal.empty()) {
      out.SetNull(row);
    } else {
      out.Set(row, std::string_view(normal));
    }
  }
}

void EvaluateColToByte(duckdb_function_info info, duckdb_data_chunk arguments,
                       duckdb_vector result) {
  const Library& library = Library::Loaded();
  const size_t rows = library.duckdb_data_chunk_get_size(arguments);
  const Argument text(library, arguments, 0), column(library, arguments, 1);
  const Argument unit(library, arguments, 2);
  ResultColumn out(library, result);
  for (size_t row = 0; row < rows; ++row) {
    if (text.is_null(row) || column.is_null(row)) {
      out.SetNull(row);
      continue;
    }
    const Unit counted = unit.is_null(row) ? Unit::kUtf32 : ParseUnit(unit.Text(row));
    const int64_t byte = ColumnToByte(text.Text(row), column.Integer(row), counted);
    if (byte < 0) {
      library.duckdb_scalar_function_set_error(
          info, fmt::format("column {} lies inside a character", column.Integer(row)).c_str());
      return;
    }
    out.Set(row, byte);
  }
}

}  // namespace codeanatomy::engine
