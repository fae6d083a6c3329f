// Glob lists in gitignore syntax (git-scm.com/docs/gitignore, "PATTERN FORMAT").
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace codeanatomy::source {

/// An ordered list of patterns. The last pattern that matches decides; `!pattern` takes back.
/// Matching is by RE2, so linear in the path on any pattern.
class GlobList {
 public:
  GlobList();
  ~GlobList();
  GlobList(GlobList&&) noexcept;
  GlobList& operator=(GlobList&&) noexcept;

  /// Errors: InvalidArgument naming the pattern.
  static Result<GlobList> Compile(const std::vector<std::string>& patterns);

  bool empty() const { return rules_.empty(); }

  /// The index of the pattern that decides for `path` (repository-relative, no leading slash), or
  /// nullopt. A pattern that matches a parent directory matches everything below it.
  std::optional<int> Decide(std::string_view path, bool is_directory) const;
  /// Whether the decision, if any, is to match (not a `!` pattern).
  bool Matches(std::string_view path, bool is_directory) const;

 private:
  struct Rule {
    std::unique_ptr<re2::RE2> self;   // the path itself
    std::unique_ptr<re2::RE2> below;  // something below a matched directory
    bool negated = false;
    bool directory_only = false;
  };
  std::vector<Rule> rules_;
};

}  // namespace codeanatomy::source
