// ImportResolver: what every imported alias of the repository refers to.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "resolve/file_interface.h"
#include "resolve/module_name.h"

namespace codeanatomy::resolve {

enum class ImportTargetKind : uint8_t { kModule, kBinding, kStar, kExternal, kUnresolved };
inline constexpr std::string_view kImportTargetKindNames[] = {"module", "binding", "star",
                                                              "external", "unresolved"};

enum class ImportReason : uint8_t {
  kNone,
  kModuleNotFound,
  kNameNotInModule,
  kBeyondTopLevel,
  kCycle,
  kDynamic,
};
inline constexpr std::string_view kImportReasonNames[] = {
    "", "module_not_found", "name_not_in_module", "beyond_top_level", "cycle", "dynamic"};

/// One possible target of an alias.
struct ImportTarget {
  ImportTargetKind kind = ImportTargetKind::kUnresolved;
  ImportReason reason = ImportReason::kNone;
  int32_t module = -1;          // index of the file that holds the target; -1: none
  int64_t target_id = 0;        // declaration; 0 for modules (see `module`) and where there is none
  std::string resolved_module;  // dotted, absolute
  std::vector<int64_t> via;     // IMPORT nodes of re-exports passed on the way
};

class ImportResolver {
 public:
  /// `files` in path order; must outlive the resolver. Linear in files and names.
  explicit ImportResolver(std::span<const FileInterface> files);

  const ModuleName& name(int32_t file) const { return names_[static_cast<size_t>(file)]; }
  /// The file that wins the module's name in imports; the file itself where it does.
  int32_t WinnerOf(int32_t file) const;

  /// Targets of an alias in source order of their declarations; never empty.
  std::vector<ImportTarget> Resolve(int32_t file, const ImportRecord& import) const;
  /// Names that `from module import *` binds, in order, without repetitions.
  std::vector<std::string_view> StarNames(int32_t file) const;

 private:
  /// A declaration still to be looked at: an alias to follow, or the end of the way.
  struct Step {
    int32_t file = -1;
    const ImportRecord* import = nullptr;  // nullptr: `decl_id` is the target
    int64_t decl_id = 0;
    std::vector<int64_t> via;
  };
  /// A star import of a file and the module it reads.
  struct StarImport {
    int64_t import_id = 0;
    int32_t module = -1;
  };
  /// The module that itself declares a name, and the star imports passed on the way.
  struct Holder {
    int32_t module = -1;
    std::vector<int64_t> via;
  };

  int32_t FindModule(std::string_view dotted, int32_t importer) const;
  bool IsInRepository(std::string_view dotted, int32_t importer) const;
  /// Module and dotted name an import statement reads from, before names are looked at.
  ImportTarget BaseOf(int32_t file, const ImportRecord& import) const;
  Holder FindHolder(int32_t module, std::string_view wanted) const;
  ImportTarget SubmoduleOrNothing(int32_t file, const ImportRecord& import,
                                  ImportTarget base) const;
  std::string_view PackageRoot(int32_t file) const;

  std::span<const FileInterface> files_;
  std::vector<ModuleName> names_;
  std::vector<std::string>
      rooted_names_;  // relative to the outermost package, e.g. lib/pkg/a.py: pkg.a
  std::unordered_map<std::string_view, int32_t> by_name_;
  std::unordered_map<std::string_view, std::vector<int32_t>> by_rooted_name_;
  std::unordered_set<std::string> namespaces_;  // dotted names of folders that hold modules
  std::vector<std::unordered_map<std::string_view, std::vector<int32_t>>> exports_;  // per file
  std::vector<std::vector<StarImport>> stars_;  // per file, in source order
};

}  // namespace codeanatomy::resolve
