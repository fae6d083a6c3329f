// ReferencePage: what the catalogue declares on one subject, as tables that print as text, Markdown
// or JSON. `codeanatomy catalog` shows them, docs/reference/ holds their Markdown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codeanatomy::driver {

struct ReferenceCell {
  ReferenceCell(std::string_view text) : text(text) {}  // NOLINT: cells convert
  ReferenceCell(const char* text) : text(text) {}       // NOLINT
  ReferenceCell(int64_t number) : text(std::to_string(number)), is_text(false) {}  // NOLINT
  ReferenceCell(bool value) : text(value ? "true" : "false"), is_text(false) {}    // NOLINT

  ReferenceCell(double number);  // NOLINT: in the shortest form

  std::string text;
  bool is_text = true;  // else a JSON number or boolean
};

struct ReferenceColumn {
  std::string_view name;
  bool is_code = false;  // Markdown sets the cells as code
};

struct ReferenceSection {
  std::string title;  // empty: the page has one section
  std::string text;   // what stands above the rows
  std::string sql;    // of a view; empty: none
  std::vector<ReferenceColumn> columns;
  std::vector<std::vector<ReferenceCell>> rows;
};

struct ReferencePage {
  std::string_view subject;  // word of the command line
  std::string_view file;     // below docs/reference/
  std::string_view title;
  std::string_view intro;
  std::vector<ReferenceSection> sections;
};

/// Aligned columns, for a terminal.
std::string ToText(const ReferencePage& page);
/// A whole Markdown file that says that it is generated.
std::string ToMarkdown(const ReferencePage& page);
/// {"subject","title","sections":[{"title","rows":[{column: value}]}]}, one line.
std::string ToJson(const ReferencePage& page);

}  // namespace codeanatomy::driver
