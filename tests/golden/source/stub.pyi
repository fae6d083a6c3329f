# golden: repo_files(encoding, newline, size_bytes, is_stub, is_test), scope_manifest(included, ignored_by_git, scope_kind), cst_parse_manifest(default_indent, future_imports, module_name, package_name)
from __future__ import annotations
class C:
  def f(self) -> int: ...
