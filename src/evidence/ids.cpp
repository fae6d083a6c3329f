#include "evidence/ids.h"

namespace codeanatomy::evidence {

int64_t IdScheme::Logical(std::string_view kind, std::string_view path,
                          std::string_view qualpath) const {
  Hash64 hash;
  hash.Add(kind);
  if (!repo.empty()) hash.Add(repo);
  hash.Add(path);
  if (qualpath.data() != nullptr) hash.Add(qualpath);
  return Finish(hash);
}

int64_t IdScheme::LogicalGlobal(std::string_view kind, std::string_view name) const {
  return Finish(Hash64().Add(kind).Add(name));
}

int64_t IdScheme::InteriorBase(int64_t declaration, std::string_view own_text_hex,
                               int64_t block) const {
  Hash64 hash;
  hash.Add(declaration).Add(own_text_hex);
  if (block > 0) hash.Add(block);
  return Finish(hash) & ~(kInteriorBlock - 1);
}

int64_t IdScheme::Foreign(std::string_view name_space, std::string_view path, int64_t bstart,
                          int64_t bend) const {
  Hash64 hash;
  hash.Add(name_space);
  if (!repo.empty()) hash.Add(repo);
  return Finish(hash.Add(path).Add(bstart).Add(bend));
}

}  // namespace codeanatomy::evidence
