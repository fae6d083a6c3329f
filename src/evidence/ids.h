// Structural ids: recipes R1 to R4 of docs/formats/ids.md, and the numbering of one file's nodes.
//
// A scope declaration (module body, class, function, lambda) and everything else that has a name
// gets a logical id from its qualified path; every other node an interval id that counts the nodes
// of its innermost scope declaration. Both are functions of bytes and names only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/span.h"
#include "catalog/node_kind.h"

namespace codeanatomy::evidence {

/// What every recipe of a build begins and ends with.
struct IdScheme {
  std::string repo;  // empty: a null part
  int64_t salt = 0;  // 0: none

  int64_t Finish(Hash64 hash) const { return salt == 0 ? hash.Finish() : hash.Add(salt).Finish(); }

  /// R1 of a file, or of what belongs to one. `qualpath` with null data() is a null part.
  int64_t Logical(std::string_view kind, std::string_view path,
                  std::string_view qualpath = {}) const;
  /// R1 of what has no file: repo and path are null parts.
  int64_t LogicalGlobal(std::string_view kind, std::string_view name) const;
  /// R2: the id of the ordinal-th node (from 1) of a declaration with own text digest
  /// `own_text_hex`.
  int64_t InteriorBase(int64_t declaration, std::string_view own_text_hex, int64_t block) const;
  /// R4 of evidence without a node.
  int64_t Foreign(std::string_view name_space, std::string_view path, int64_t bstart,
                  int64_t bend) const;
  /// Start of an R3: add the key parts, then Finish(hash).
  static Hash64 Derived(std::string_view kind, int64_t owner) {
    return Hash64().Add(kind).Add(owner);
  }
};

inline constexpr int64_t kInteriorBlock = int64_t{1} << 12;

/// An identity that must be unique in a build: a logical id or the base of an interval.
struct IdRecord {
  int64_t id = 0;
  uint32_t begin = 0, end = 0;  // span on disk of what it names
  NodeKind kind = NodeKind::kFile;
  bool is_base = false;
};

}  // namespace codeanatomy::evidence
