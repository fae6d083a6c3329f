#include "driver/config/requires_python.h"

#define TOML_EXCEPTIONS 0
#include <algorithm>
#include <map>

#include <toml++/toml.h>

#include "base/ascii.h"
#include "parse/syntax_tree.h"
#include "source/read_file.h"

namespace codeanatomy::driver {
namespace {

using parse::NodeId;

// A set-up file that says anything of use is far smaller.
constexpr size_t kLargestSetupFile = 1 << 20;

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool IsSameKey(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    const auto folded = [](char c) { return c == '-' ? '_' : AsciiLower(c); };
    return folded(x) == folded(y);
  });
}

std::optional<std::string> InPyproject(const std::string& bytes) {
  const toml::parse_result parsed = toml::parse(bytes);
  if (!parsed) return std::nullopt;
  const toml::table& table = parsed.table();
  if (auto text = table["project"]["requires-python"].value<std::string>()) return text;
  return table["tool"]["poetry"]["dependencies"]["python"].value<std::string>();
}

/// The str that an expression is, directly or as the name of a module's constant.
std::optional<std::string> TextOf(
    const parse::SyntaxTree& tree, NodeId n,
    const std::map<std::string_view, std::string, std::less<>>& names) {
  if (!n.valid()) return std::nullopt;
  if (tree.kind(n) == AstKind::kConstant) {
    const parse::Constant& constant = tree.constant(tree.ConstantAt(n, AstField::kValue));
    if (constant.kind == parse::ConstantKind::kStr) return std::string(constant.text);
  } else if (tree.kind(n) == AstKind::kName) {
    const auto found = names.find(tree.name_text(tree.Name(n, AstField::kId)));
    if (found != names.end()) return found->second;
  }
  return std::nullopt;
}

bool CallsSetup(const parse::SyntaxTree& tree, NodeId call) {
  const NodeId function = tree.Child(call, AstField::kFunc);
  if (!function.valid()) return false;
  switch (tree.kind(function)) {
    case AstKind::kName:
      return tree.name_text(tree.Name(function, AstField::kId)) == "setup";
    case AstKind::kAttribute:
      return tree.name_text(tree.Name(function, AstField::kAttr)) == "setup";
    default:
      return false;
  }
}

/// The value of `key` in `[section]` of an INI text as setuptools reads it: continued lines joined,
/// comments dropped, `-` and `_` alike in keys.
std::optional<std::string> FindIniValue(std::string_view text, std::string_view section,
                                        std::string_view key) {
  bool inside = false, found = false;
  std::string value;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    const std::string_view content = Trim(line);
    if (content.empty() || content.front() == '#' || content.front() == ';') continue;
    const bool continues = line.front() == ' ' || line.front() == '\t';
    if (found) {
      if (!continues) break;
      value += value.empty() ? "" : ",";  // a list of clauses, one a line
      value += content;
    } else if (content.front() == '[' && !continues) {
      inside = content.ends_with(']') && Trim(content.substr(1, content.size() - 2)) == section;
    } else if (inside && !continues) {
      const size_t sign = content.find_first_of("=:");
      if (sign == std::string_view::npos || !IsSameKey(Trim(content.substr(0, sign)), key))
        continue;
      found = true;
      value = Trim(content.substr(sign + 1));
    }
  }
  if (!found || value.empty()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string> FindSetupKeyword(std::string_view source) {
  const parse::SyntaxTree tree = parse::ParseModule(source, {});
  std::map<std::string_view, std::string, std::less<>> names;
  for (const NodeId n : tree.Children(tree.root(), AstField::kBody)) {
    if (!n.valid() || tree.kind(n) != AstKind::kAssign) continue;
    const auto text = TextOf(tree, tree.Child(n, AstField::kValue), names);
    const std::string* value = text ? &*text : nullptr;
    for (const NodeId target : tree.Children(n, AstField::kTargets)) {
      if (!target.valid() || tree.kind(target) != AstKind::kName) continue;
      const std::string_view name = tree.name_text(tree.Name(target, AstField::kId));
      names.erase(name);
      if (value != nullptr) names.emplace(name, *value);
    }
  }
  for (NodeId n = tree.root(); n.value < tree.size(); ++n.value) {
    if (tree.kind(n) != AstKind::kCall || !CallsSetup(tree, n)) continue;
    for (const NodeId keyword : tree.Children(n, AstField::kKeywords)) {
      const parse::NameId name = tree.Name(keyword, AstField::kArg);
      if (name.valid() && tree.name_text(name) == "python_requires")
        return TextOf(tree, tree.Child(keyword, AstField::kValue), names);
    }
  }
  return std::nullopt;
}

std::optional<std::string> FindRequiresPython(const std::string& repository_root) {
  const auto read = [&](std::string_view name) -> std::string {
    auto bytes = source::ReadBytes(repository_root + "/" + std::string(name));
    return bytes && bytes->size() <= kLargestSetupFile ? *std::move(bytes) : std::string();
  };
  if (auto text = InPyproject(read("pyproject.toml"))) return text;
  if (auto text = FindIniValue(read("setup.cfg"), "options", "python_requires")) return text;
  const std::string setup = read("setup.py");
  return setup.empty() ? std::nullopt : FindSetupKeyword(setup);
}

}  // namespace codeanatomy::driver
