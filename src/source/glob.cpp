#include "source/glob.h"

#include <fmt/format.h>
#include <re2/re2.h>

namespace codeanatomy::source {
namespace {

/// A bracket expression beginning at `i`; nullopt when it is not closed (then `[` is literal).
std::optional<std::string> TranslateBracket(std::string_view glob, size_t* i) {
  size_t p = *i + 1;
  std::string set = "[";
  if (p < glob.size() && (glob[p] == '!' || glob[p] == '^')) {
    set += "^/";  // a negated set never matches the separator
    ++p;
  }
  const size_t first = p;
  for (; p < glob.size() && (glob[p] != ']' || p == first); ++p) {
    if (glob[p] == '\\' && p + 1 < glob.size()) ++p;
    if (glob[p] == '-') {
      set += '-';
    } else {
      set += RE2::QuoteMeta(std::string(1, glob[p]));
    }
  }
  if (p >= glob.size()) return std::nullopt;
  *i = p;
  return set + "]";
}

/// The regular expression of a pattern without its `!`, leading and trailing slash.
std::string TranslateGlob(std::string_view glob) {
  std::string regex;
  for (size_t i = 0; i < glob.size(); ++i) {
    const char c = glob[i];
    const bool at_start = i == 0 || glob[i - 1] == '/';
    if (c == '*' && i + 1 < glob.size() && glob[i + 1] == '*' && at_start) {
      if (i + 2 == glob.size()) {  // a/** : everything below
        regex += ".+";
        i += 1;
        continue;
      }
      if (glob[i + 2] == '/') {  // **/ : any number of directories
        regex += "(?:.*/)?";
        i += 2;
        continue;
      }
    }
    if (c == '*') {
      while (i + 1 < glob.size() && glob[i + 1] == '*') ++i;
      regex += "[^/]*";
    } else if (c == '?') {
      regex += "[^/]";
    } else if (c == '[') {
      if (auto set = TranslateBracket(glob, &i)) {
        regex += *set;
      } else {
        regex += "\\[";
      }
    } else {
      if (c == '\\' && i + 1 < glob.size()) ++i;
      regex += RE2::QuoteMeta(std::string(1, glob[i]));
    }
  }
  return regex;
}

std::string_view StripTrailingSpaces(std::string_view pattern) {
  while (!pattern.empty() && pattern.back() == ' ' && !pattern.ends_with("\\ "))
    pattern.remove_suffix(1);
  return pattern;
}

}  // namespace

GlobList::GlobList() = default;
GlobList::~GlobList() = default;
GlobList::GlobList(GlobList&&) noexcept = default;
GlobList& GlobList::operator=(GlobList&&) noexcept = default;

Result<GlobList> GlobList::Compile(const std::vector<std::string>& patterns) {
  GlobList list;
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);  // paths are bytes
  options.set_dot_nl(true);
  options.set_log_errors(false);
  for (const std::string& text : patterns) {
    std::string_view pattern = StripTrailingSpaces(text);
    Rule rule;
    if (pattern.starts_with('!')) {
      rule.negated = true;
      pattern.remove_prefix(1);
    }
    if (pattern.ends_with('/')) {
      rule.directory_only = true;
      pattern.remove_suffix(1);
    }
    const bool anchored = pattern.find('/') != std::string_view::npos;
    if (pattern.starts_with('/')) pattern.remove_prefix(1);
    if (pattern.empty()) return Error(ErrorCode::kInvalidArgument, "empty glob pattern", text);
    const std::string body = (anchored ? "" : "(?:.*/)?") + TranslateGlob(pattern);
    rule.self = std::make_unique<RE2>(body, options);
    rule.below = std::make_unique<RE2>("(?:" + body + ")/.+", options);
    if (!rule.self->ok()) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("invalid glob pattern: {}", rule.self->error()), text,
                   "use gitignore syntax, such as tests/** or *.pyi");
    }
    list.rules_.push_back(std::move(rule));
  }
  return list;
}

std::optional<int> GlobList::Decide(std::string_view path, bool is_directory) const {
  const re2::StringPiece piece(path.data(), path.size());
  for (int i = static_cast<int>(rules_.size()) - 1; i >= 0; --i) {
    const Rule& rule = rules_[static_cast<size_t>(i)];
    if ((!rule.directory_only || is_directory) && RE2::FullMatch(piece, *rule.self)) return i;
    if (RE2::FullMatch(piece, *rule.below)) return i;
  }
  return std::nullopt;
}

bool GlobList::Matches(std::string_view path, bool is_directory) const {
  const auto rule = Decide(path, is_directory);
  return rule.has_value() && !rules_[static_cast<size_t>(*rule)].negated;
}

}  // namespace codeanatomy::source
