// TomlRecord: one [[table]] of a declaration file, read key by key. What is missing, mistyped or
// left over is an error that names file, line and key.
#pragma once

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#define TOML_EXCEPTIONS 0
#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/result.h"

namespace codeanatomy::semantics {

inline std::string PlaceIn(const std::string& file, const toml::source_region& source) {
  return fmt::format("{}:{}:{}", file, source.begin.line, source.begin.column);
}

class TomlRecord {
 public:
  /// Texts read from the record live in `texts`.
  TomlRecord(std::string kind, const toml::table& table, const std::string& file,
             std::deque<std::string>& texts, bool is_root = false)
      : kind_(std::move(kind)), table_(table), file_(file), texts_(texts), is_root_(is_root) {}

  const std::string& kind() const { return kind_; }
  std::string Place() const { return PlaceIn(file_, table_.source()); }
  bool Has(std::string_view key) const { return table_.contains(key); }

  Error Fail(std::string_view key, std::string why) const {
    const toml::node* node = table_.get(key);
    const std::string place = PlaceIn(file_, node == nullptr ? table_.source() : node->source());
    return Error(ErrorCode::kSemanticModelInvalid, std::move(why),
                 fmt::format("{}: {}.{}", place, kind_, key));
  }

  Result<std::string_view> Text(std::string_view key) {
    read_.emplace(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return Fail(key, "a required key is missing");
    const auto text = node->value_exact<std::string>();
    if (!text) return Fail(key, "text is expected");
    return Keep(*text);
  }
  Result<std::string_view> TextOr(std::string_view key, std::string_view otherwise) {
    if (!Has(key)) return otherwise;
    return Text(key);
  }
  Result<int64_t> IntegerOr(std::string_view key, int64_t otherwise) {
    read_.emplace(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return otherwise;
    const auto value = node->value_exact<int64_t>();
    if (!value) return Fail(key, "an integer is expected");
    return *value;
  }
  Result<double> NumberOr(std::string_view key, double otherwise) {
    read_.emplace(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return otherwise;
    const auto value = node->value<double>();
    if (!value || node->is_boolean()) return Fail(key, "a number is expected");
    return *value;
  }
  Result<bool> FlagOr(std::string_view key, bool otherwise) {
    read_.emplace(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return otherwise;
    const auto value = node->value_exact<bool>();
    if (!value) return Fail(key, "true or false is expected");
    return *value;
  }
  /// A list of texts; none where the key is missing.
  Result<std::vector<std::string_view>> Texts(std::string_view key) {
    read_.emplace(key);
    std::vector<std::string_view> texts;
    const toml::node* node = table_.get(key);
    if (node == nullptr) return texts;
    const toml::array* array = node->as_array();
    if (array == nullptr) return Fail(key, "a list of texts is expected");
    for (const toml::node& item : *array) {
      const auto text = item.value_exact<std::string>();
      if (!text) return Fail(key, "a list of texts is expected");
      texts.push_back(Keep(*text));
    }
    return texts;
  }
  /// A list of texts as one, separated by commas.
  Result<std::string_view> Joined(std::string_view key) {
    CA_ASSIGN_OR_RETURN(const std::vector<std::string_view> texts, Texts(key));
    std::string joined;
    for (std::string_view text : texts) {
      if (text.find(',') != std::string_view::npos) return Fail(key, "a comma in a name");
      joined += (joined.empty() ? "" : ",") + std::string(text);
    }
    return Keep(joined);
  }
  /// Name and text of each key of a table, in the order of the file.
  Result<std::vector<std::pair<std::string_view, std::string_view>>> Pairs(std::string_view key) {
    read_.emplace(key);
    std::vector<std::pair<std::string_view, std::string_view>> pairs;
    const toml::node* node = table_.get(key);
    if (node == nullptr) return pairs;
    const toml::table* table = node->as_table();
    if (table == nullptr) return Fail(key, "a table of texts is expected");
    struct Entry {
      toml::source_position at;
      std::string_view name, text;
    };
    std::vector<Entry> entries;
    for (const auto& [name, value] : *table) {
      const auto text = value.value_exact<std::string>();
      if (!text) return Fail(key, fmt::format("{}: text is expected", name.str()));
      entries.push_back({value.source().begin, Keep(std::string(name.str())), Keep(*text)});
    }
    std::ranges::stable_sort(entries, [](const Entry& a, const Entry& b) {
      return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
    });
    for (const Entry& entry : entries) pairs.emplace_back(entry.name, entry.text);
    return pairs;
  }
  /// The tables of a list, each under the kind `<kind>.<key>`, at the root `<key>`.
  Result<std::vector<TomlRecord>> Records(std::string_view key) {
    read_.emplace(key);
    std::vector<TomlRecord> records;
    const toml::node* node = table_.get(key);
    if (node == nullptr) return records;
    const toml::array* array = node->as_array();
    if (array == nullptr) return Fail(key, "a list of tables is expected");
    for (const toml::node& item : *array) {
      if (!item.is_table()) return Fail(key, "a list of tables is expected");
      records.emplace_back(is_root_ ? std::string(key) : fmt::format("{}.{}", kind_, key),
                           *item.as_table(), file_, texts_);
    }
    return records;
  }

  /// Errors for a key that nothing has read.
  Result<void> Finish() const {
    for (const auto& [key, value] : table_) {
      if (!read_.contains(key.str())) {
        return Error(ErrorCode::kSemanticModelInvalid, "unknown key",
                     fmt::format("{}: {}.{}", PlaceIn(file_, value.source()), kind_, key.str()));
      }
    }
    return {};
  }

  std::string_view Keep(std::string text) { return texts_.emplace_back(std::move(text)); }

 private:
  std::string kind_;
  const toml::table& table_;
  const std::string& file_;
  std::deque<std::string>& texts_;
  bool is_root_;
  std::set<std::string, std::less<>> read_;
};

}  // namespace codeanatomy::semantics
