// Import resolution inside the repository.
//
// A module is looked up by its dotted name from the repository root or `src/`; where that misses,
// by its name from its outermost package (the topmost folder chain with __init__ files), if the
// importer lies under the same root or the name belongs to one package of the repository only.
// Whatever is found in neither way is external, unless its first component is a package of ours:
// then it is unresolved.
//
//   # pkg/__init__.py                 from pkg import f          target f of pkg/core.py,
//   from .core import f               in another file:           via the alias in pkg/__init__.py
//
// `from m import n` takes the module-level declarations of n in m, one row each. A declaration that
// is an import is followed, at most kMaxReexports far; star imports of m are searched when m has no
// n itself. A submodule m.n comes after the declarations, as in Python's import machinery.
#include "resolve/import_resolver.h"

#include <algorithm>
#include <set>
#include <utility>

namespace codeanatomy::resolve {
namespace {

constexpr size_t kMaxReexports = 32;

/// Runtime modules win over stubs, packages over modules, as in Python's path finder.
int Precedence(const FileInterface& file, const ModuleName& name) {
  int rank = name.is_package ? 0 : 1;
  if (file.path.ends_with(".pyi")) rank += 2;
  if (!file.path.ends_with(".py") && !file.path.ends_with(".pyi")) rank += 4;
  return rank;
}

std::string_view FolderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view("") : path.substr(0, slash);
}

bool IsPublic(std::string_view name) { return !name.starts_with('_'); }

}  // namespace

ImportResolver::ImportResolver(std::span<const FileInterface> files) : files_(files) {
  std::unordered_set<std::string_view> packages;  // folders with an __init__ file
  for (const FileInterface& file : files) {
    names_.push_back(ModuleNameOf(file.path));
    if (file.path == "__init__.py" || file.path.ends_with("/__init__.py") ||
        file.path.ends_with("/__init__.pyi")) {
      packages.insert(FolderOf(file.path));
    }
  }
  rooted_names_.resize(files.size());
  exports_.resize(files.size());
  for (size_t f = 0; f < files.size(); ++f) {
    // The folder of the outermost package around the file.
    std::string_view root = FolderOf(files[f].path);
    while (!root.empty() && packages.contains(root)) root = FolderOf(root);
    const std::string_view below = root.empty()
                                       ? std::string_view(files[f].path)
                                       : std::string_view(files[f].path).substr(root.size() + 1);
    rooted_names_[f] = ModuleNameOf(below).dotted;
    for (size_t e = 0; e < files[f].exports.size(); ++e) {
      exports_[f][files[f].exports[e].name].push_back(static_cast<int32_t>(e));
    }
  }
  for (size_t f = 0; f < files.size(); ++f) {
    const auto index = static_cast<int32_t>(f);
    auto [at, is_new] = by_name_.emplace(names_[f].dotted, index);
    if (!is_new) {
      const auto held = static_cast<size_t>(at->second);
      if (Precedence(files[f], names_[f]) < Precedence(files[held], names_[held]))
        at->second = index;
    }
    by_rooted_name_[rooted_names_[f]].push_back(index);
    std::string_view package = names_[f].dotted;
    for (size_t dot; (dot = package.rfind('.')) != std::string_view::npos;) {
      package = package.substr(0, dot);
      if (!namespaces_.emplace(package).second) break;
    }
  }
  stars_.resize(files.size());
  for (size_t f = 0; f < files.size(); ++f) {
    for (const ImportRecord& import : files[f].imports) {
      if (!import.is_star() || !import.binds_module_level) continue;
      const ImportTarget base = BaseOf(static_cast<int32_t>(f), import);
      if (base.module >= 0) stars_[f].push_back({import.import_id, base.module});
    }
  }
}

int32_t ImportResolver::WinnerOf(int32_t file) const {
  return by_name_.at(names_[static_cast<size_t>(file)].dotted);
}

std::string_view ImportResolver::PackageRoot(int32_t file) const {
  const std::string& dotted = names_[static_cast<size_t>(file)].dotted;
  const std::string& rooted = rooted_names_[static_cast<size_t>(file)];
  return dotted.size() > rooted.size()
             ? std::string_view(dotted).substr(0, dotted.size() - rooted.size())
             : std::string_view("");
}

int32_t ImportResolver::FindModule(std::string_view dotted, int32_t importer) const {
  if (const auto at = by_name_.find(dotted); at != by_name_.end()) return at->second;
  const auto rooted = by_rooted_name_.find(dotted);
  if (rooted == by_rooted_name_.end()) return -1;
  int32_t same_root = -1;
  for (int32_t candidate : rooted->second) {
    if (PackageRoot(candidate) != PackageRoot(importer)) continue;
    if (same_root < 0 || Precedence(files_[static_cast<size_t>(candidate)], name(candidate)) <
                             Precedence(files_[static_cast<size_t>(same_root)], name(same_root))) {
      same_root = candidate;
    }
  }
  if (same_root >= 0) return same_root;
  const int32_t only = rooted->second.front();
  const bool in_package = dotted.find('.') != std::string_view::npos || name(only).is_package;
  return rooted->second.size() == 1 && in_package ? only : -1;
}

bool ImportResolver::IsInRepository(std::string_view dotted, int32_t importer) const {
  const std::string_view top = dotted.substr(0, dotted.find('.'));
  return FindModule(top, importer) >= 0 || namespaces_.contains(std::string(top));
}

ImportTarget ImportResolver::BaseOf(int32_t file, const ImportRecord& import) const {
  ImportTarget base;
  base.resolved_module = import.module;
  if (import.level > 0) {
    std::string_view package = name(file).package;
    const auto depth =
        package.empty() ? 0 : 1 + static_cast<int32_t>(std::ranges::count(package, '.'));
    if (import.level > depth) {  // more dots than packages around the module
      base.reason = ImportReason::kBeyondTopLevel;
      return base;
    }
    for (int32_t up = 1; up < import.level; ++up) package = package.substr(0, package.rfind('.'));
    base.resolved_module = package;
    if (!import.module.empty()) base.resolved_module.append(".").append(import.module);
  }
  base.module = FindModule(base.resolved_module, file);
  if (base.module >= 0) base.resolved_module = name(base.module).dotted;
  if (base.module >= 0 || namespaces_.contains(base.resolved_module)) {
    base.kind = import.is_star() ? ImportTargetKind::kStar : ImportTargetKind::kModule;
  } else if (import.level > 0 || IsInRepository(base.resolved_module, file)) {
    base.reason = ImportReason::kModuleNotFound;
  } else {
    base.kind = ImportTargetKind::kExternal;
  }
  return base;
}

std::vector<ImportTarget> ImportResolver::Resolve(int32_t file, const ImportRecord& import) const {
  std::vector<ImportTarget> targets;
  std::vector<Step> open{{file, &import, 0, {}}};
  std::set<std::pair<int32_t, std::string_view>> visited;  // (module, name) already expanded
  while (!open.empty()) {
    Step step = std::move(open.back());
    open.pop_back();
    if (step.import == nullptr) {
      targets.push_back({.kind = ImportTargetKind::kBinding,
                         .module = step.file,
                         .target_id = step.decl_id,
                         .resolved_module = name(step.file).dotted,
                         .via = std::move(step.via)});
      continue;
    }
    ImportTarget base = BaseOf(step.file, *step.import);
    base.via = step.via;
    if (base.kind != ImportTargetKind::kModule || !step.import->is_from) {
      targets.push_back(std::move(base));
      continue;
    }
    const std::string_view wanted = step.import->name;
    Holder holder = base.module >= 0 ? FindHolder(base.module, wanted) : Holder{};
    if (holder.module < 0) {
      targets.push_back(SubmoduleOrNothing(step.file, *step.import, std::move(base)));
      continue;
    }
    if (!visited.emplace(holder.module, wanted).second || step.via.size() >= kMaxReexports) {
      base.kind = ImportTargetKind::kUnresolved;
      base.reason = ImportReason::kCycle;
      base.module = -1;
      targets.push_back(std::move(base));
      continue;
    }
    std::vector<int64_t> via = std::move(step.via);
    via.insert(via.end(), holder.via.begin(), holder.via.end());
    const FileInterface& declaring = files_[static_cast<size_t>(holder.module)];
    const std::vector<int32_t>& declared = exports_[static_cast<size_t>(holder.module)].at(wanted);
    for (size_t i = declared.size(); i-- > 0;) {  // a stack: the first declaration comes off first
      const Export& target = declaring.exports[static_cast<size_t>(declared[i])];
      Step next{holder.module, nullptr, target.decl_id, via};
      if (target.import >= 0) {
        next.import = &declaring.imports[static_cast<size_t>(target.import)];
        next.via.push_back(next.import->import_id);
      }
      open.push_back(std::move(next));
    }
  }
  // A cycle matters only where nothing else was found.
  const auto is_cycle = [](const ImportTarget& t) { return t.reason == ImportReason::kCycle; };
  if (!std::ranges::all_of(targets, is_cycle)) std::erase_if(targets, is_cycle);
  if (is_cycle(targets.front())) targets.resize(1);
  return targets;
}

ImportTarget ImportResolver::SubmoduleOrNothing(int32_t file, const ImportRecord& import,
                                                ImportTarget base) const {
  const std::string dotted = base.resolved_module + "." + import.name;
  const int32_t submodule = FindModule(dotted, file);
  if (submodule >= 0 || namespaces_.contains(dotted)) {
    base.resolved_module = submodule >= 0 ? name(submodule).dotted : dotted;
    base.module = submodule;
    return base;
  }
  const auto index = static_cast<size_t>(base.module);
  const bool is_dynamic =
      base.module >= 0 && (exports_[index].contains("__getattr__") || !files_[index].is_parsed);
  base.kind = ImportTargetKind::kUnresolved;
  base.reason = is_dynamic ? ImportReason::kDynamic : ImportReason::kNameNotInModule;
  base.module = -1;
  return base;
}

ImportResolver::Holder ImportResolver::FindHolder(int32_t module, std::string_view wanted) const {
  if (exports_[static_cast<size_t>(module)].contains(wanted)) return {module, {}};
  if (!IsPublic(wanted)) return {};
  // Depth first; the last star import is tried first, because later bindings win.
  struct Visit {
    int32_t module;
    int64_t import_id;
    int32_t from;  // index into `visits`
  };
  std::vector<Visit> visits{{module, 0, -1}};
  std::vector<int32_t> open{0};
  std::unordered_set<int32_t> seen{module};
  while (!open.empty()) {
    const int32_t at = open.back();
    open.pop_back();
    const int32_t here = visits[static_cast<size_t>(at)].module;
    if (exports_[static_cast<size_t>(here)].contains(wanted)) {
      Holder holder{here, {}};
      for (int32_t v = at; v > 0; v = visits[static_cast<size_t>(v)].from) {
        holder.via.push_back(visits[static_cast<size_t>(v)].import_id);
      }
      std::ranges::reverse(holder.via);
      return holder;
    }
    for (const StarImport& star : stars_[static_cast<size_t>(here)]) {
      if (!seen.insert(star.module).second) continue;
      open.push_back(static_cast<int32_t>(visits.size()));
      visits.push_back({star.module, star.import_id, at});
    }
  }
  return {};
}

std::vector<std::string_view> ImportResolver::StarNames(int32_t file) const {
  std::vector<std::string_view> names;
  std::unordered_set<std::string_view> known;
  const auto add = [&](std::string_view text) {
    if (known.insert(text).second) names.push_back(text);
  };
  std::unordered_set<int32_t> seen{file};
  std::vector<int32_t> open{file};
  while (!open.empty()) {
    const auto here = static_cast<size_t>(open.back());
    open.pop_back();
    const FileInterface& module = files_[here];
    if (module.exports_kind == ExportsKind::kAllStatic) {
      for (const std::string& text : module.all_names) add(text);
      continue;
    }
    for (const Export& declared : module.exports) {
      if (IsPublic(declared.name)) add(declared.name);
    }
    for (size_t i = stars_[here].size(); i-- > 0;) {
      if (seen.insert(stars_[here][i].module).second) open.push_back(stars_[here][i].module);
    }
  }
  return names;
}

}  // namespace codeanatomy::resolve
