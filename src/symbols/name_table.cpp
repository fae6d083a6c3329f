#include "symbols/name_table.h"

#include <cstring>
#include <string>

namespace codeanatomy::symbols {

NameTable::NameTable(const parse::SyntaxTree& tree) {
  const int32_t count = tree.name_count();
  texts_.reserve(static_cast<size_t>(count) + 16);
  ids_.reserve(static_cast<size_t>(count) + 16);
  for (int32_t i = 0; i < count; ++i) {
    texts_.push_back(tree.name_text(NameId{i}));
    ids_.emplace(texts_.back(), i);
  }
}

NameId NameTable::Intern(std::string_view text) {
  if (const auto found = ids_.find(text); found != ids_.end()) return NameId{found->second};
  auto buffer = std::make_unique<char[]>(text.size() + 1);
  std::memcpy(buffer.get(), text.data(), text.size());
  texts_.emplace_back(buffer.get(), text.size());
  buffers_.push_back(std::move(buffer));
  const int32_t id = size() - 1;
  ids_.emplace(texts_.back(), id);
  return NameId{id};
}

NameId NameTable::Mangle(NameId klass, NameId name) {
  if (!klass.valid()) return name;
  const std::string_view text = texts_[name.index()];
  if (!text.starts_with("__") || text.ends_with("__") || text.find('.') != std::string_view::npos)
    return name;
  std::string_view prefix = texts_[klass.index()];
  const size_t first = prefix.find_first_not_of('_');
  if (first == std::string_view::npos) return name;
  const uint64_t key = IdMap::Key(klass.value, name.value);
  if (const int32_t known = mangled_.Find(key); known >= 0) return NameId{known};
  prefix.remove_prefix(first);
  const NameId id = Intern(std::string("_").append(prefix).append(text));
  mangled_.Insert(key, id.value);
  return id;
}

}  // namespace codeanatomy::symbols
