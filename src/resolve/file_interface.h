// FileInterface: what the rest of the repository must know of one file to resolve imports. It owns
// its text, so it outlives the file's source and tree; the ids are structural (docs/formats/ids.md)
// and opaque here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/node_kind.h"

namespace codeanatomy::resolve {

/// A declaration of a module-level name, in source order; a name may have several.
struct Export {
  std::string name;
  int64_t decl_id = 0;
  NodeKind kind = NodeKind::kLocal;
  int32_t import = -1;  // index into `imports` where the declaration is an IMPORT
};

/// One alias of an import statement, anywhere in the file.
struct ImportRecord {
  int64_t import_id = 0;
  std::string module;  // as written, without leading dots; empty for `from . import x`
  std::string name;    // `import m`: empty; `from m import n`: n; star: `*`
  std::string local;   // the name it binds; empty for a star
  int32_t level = 0;   // leading dots
  bool is_from = false;
  bool binds_module_level = false;
  bool is_conditional = false;    // below if, try, match or a loop
  bool is_type_checking = false;  // below `if TYPE_CHECKING:`
  bool is_star() const { return name == "*"; }
};

enum class ExportsKind : uint8_t { kAllStatic, kAllDynamic, kPublicNames };
inline constexpr std::string_view kExportsKindNames[] = {"all_static", "all_dynamic",
                                                         "public_names"};

struct FileInterface {
  std::string path;
  int64_t file_id = 0;
  int64_t body_id = 0;  // METHOD of the module body
  bool is_parsed = false;
  std::vector<Export> exports;
  std::vector<ImportRecord> imports;
  std::vector<std::string> all_names;  // of a static `__all__`
  ExportsKind exports_kind = ExportsKind::kPublicNames;
};

}  // namespace codeanatomy::resolve
