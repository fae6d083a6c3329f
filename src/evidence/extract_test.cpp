#include "evidence/extract.h"

#include <string>

#include <doctest/doctest.h>

#include "evidence/anchors.h"
#include "evidence/file_context.h"

namespace codeanatomy::evidence {
namespace {

source::SourceFile FileOf(std::string path, std::string text) {
  source::SourceFile file;
  file.path = std::move(path);
  file.bytes = std::move(text);
  file.size_bytes = static_cast<int64_t>(file.bytes.size());
  return file;
}

/// A parsed file with everything the producers share.
struct Parsed {
  explicit Parsed(source::SourceFile source)
      : file(std::move(source)),
        tree(parse::ParseModule(file.text(), {})),
        symbols(symbols::BuildSymbolTable(tree)),
        context(file, options, tree, symbols) {}
  parse::NodeId Find(AstKind kind, std::string_view name = {}, int skip = 0) const {
    for (parse::NodeId n{0}; n.value < tree.size(); ++n.value) {
      if (tree.kind(n) != kind) continue;
      if (name.data() != nullptr && context.NameOf(n) != name) continue;
      if (skip-- == 0) return n;
    }
    return {};
  }
  std::string_view PathOf(AstKind kind, std::string_view name, int skip = 0) const {
    const int32_t c = context.ids.ContainerAt(Find(kind, name, skip));
    return context.ids.containers()[static_cast<size_t>(c)].qualpath;
  }

  source::SourceFile file;
  ExtractOptions options;
  parse::SyntaxTree tree;
  symbols::SymbolTable symbols;
  FileContext context;
};

const ColumnBatch* RowsOf(const FileEvidence& evidence, std::string_view table) {
  for (const TableRows& rows : evidence.tables) {
    if (rows.table->name == table) return &rows.rows;
  }
  return nullptr;
}

template <typename C>
const C& ColumnOf(const FileEvidence& evidence, std::string_view table, std::string_view column) {
  const TableInfo* info = FindTable(table);
  for (size_t i = 0; i < info->columns.size(); ++i) {
    if (info->columns[i].name == column) return std::get<C>(RowsOf(evidence, table)->columns[i]);
  }
  FAIL("no column");
  std::abort();
}

}  // namespace

TEST_CASE("R2 and anchor vector: interior ids of a function with a lambda") {
  const Parsed p(FileOf("pkg/mod.py", "def f(x):\n    return g(lambda: x)\n"));
  const FileIds& ids = p.context.ids;
  CHECK(ids.id(p.Find(AstKind::kFunctionDef)) == 946054299144703226);
  const parse::NodeId call = p.Find(AstKind::kCall);
  const parse::NodeId g = p.Find(AstKind::kName, "g");
  CHECK(ids.id(call) == 3710285004860477444);
  CHECK(ids.id(g) == 3710285004860477445);
  const auto anchors = ComputeAnchors(p.tree, ids, p.context.scheme);
  CHECK(anchors[call.index()] == 1810255426675740808);
  CHECK(anchors[g.index()] == 3085664684354951219);
  CHECK(anchors[p.Find(AstKind::kArg).index()] == ids.id(p.Find(AstKind::kArg)));
}

TEST_CASE("anchor of a long node: the first bytes of its tokens and their length") {
  std::string joined = "x\x1f+\x1f";
  std::string text = "x + ";
  while (joined.size() < 3 * kAnchorPrefixBytes) {
    joined += "y\x1f+\x1f";
    text += "y + ";
  }
  joined += "z";
  text += "z\n";
  const Parsed p(FileOf("pkg/mod.py", text));
  const FileIds& ids = p.context.ids;
  const auto anchors = ComputeAnchors(p.tree, ids, p.context.scheme);
  const parse::NodeId sum = p.Find(AstKind::kBinOp);  // the outermost comes first
  const int64_t module = ids.container_id(ids.declaration_of(sum));
  const std::string hashed =
      joined.substr(0, kAnchorPrefixBytes) + "\x1f" + std::to_string(joined.size());
  CHECK(anchors[sum.index()] ==
        p.context.scheme.Finish(
            Hash64().Add(module).Add("CALL").Add(StableHash128(hashed)).Add(int64_t{0})));
}

TEST_CASE("qualified paths: roles, repeated names, comprehensions") {
  const Parsed p(FileOf("a.py",
                        "class A:\n"
                        "    @property\n"
                        "    def x(self): return [lambda: i for i in self]\n"
                        "    @x.setter\n"
                        "    def x(self, v): pass\n"
                        "    def x(self): pass\n"
                        "    def x(self): pass\n"
                        "@typing.overload\n"
                        "def f(): ...\n"
                        "@overload\n"
                        "def f(): ...\n"
                        "def f(): (lambda: 0, lambda: 1)\n"));
  CHECK(p.PathOf(AstKind::kFunctionDef, "x", 0) == "A::x");
  CHECK(p.PathOf(AstKind::kFunctionDef, "x", 1) == "A::x~setter");
  CHECK(p.PathOf(AstKind::kFunctionDef, "x", 2) == "A::x#1");
  CHECK(p.PathOf(AstKind::kFunctionDef, "x", 3) == "A::x#2");
  CHECK(p.PathOf(AstKind::kFunctionDef, "f", 0) == "f~overload1");
  CHECK(p.PathOf(AstKind::kFunctionDef, "f", 1) == "f~overload2");
  CHECK(p.PathOf(AstKind::kFunctionDef, "f", 2) == "f");
  CHECK(p.PathOf(AstKind::kLambda, {}, 0) == "A::x::<comp>::<lambda>");
  CHECK(p.PathOf(AstKind::kLambda, {}, 2) == "f::<lambda>#1");
}

TEST_CASE("an edit in one function leaves the interior ids of the others") {
  const std::string before = "def f():\n    return a + b\n\ndef g():\n    return a + b\n";
  const std::string after = "def f():\n    return a + c + b\n\ndef g():\n    return a + b\n";
  const Parsed p(FileOf("a.py", before)), q(FileOf("a.py", after));
  CHECK(p.context.ids.id(p.Find(AstKind::kBinOp)) != q.context.ids.id(q.Find(AstKind::kBinOp)));
  const parse::NodeId in_g = p.Find(AstKind::kBinOp, {}, 1);  // f has one more after the edit
  CHECK(p.context.ids.id(in_g) == q.context.ids.id(q.Find(AstKind::kBinOp, {}, 2)));
}

TEST_CASE("spans are offsets on disk") {
  source::SourceFile file = FileOf("a.py", "\xef\xbb\xbfx = 1\n");
  file.text_offset = 3;
  const FileEvidence evidence = ExtractFile(file, {});
  const auto& kinds = ColumnOf<CodeColumn>(evidence, "ast_nodes", "kind");
  const auto& begins = ColumnOf<Int64Column>(evidence, "ast_nodes", "bstart");
  const auto& columns = ColumnOf<Int32Column>(evidence, "ast_nodes", "col");
  for (size_t row = 0; row < kinds.size(); ++row) {
    if (kinds.dictionary[kinds.codes[row]] != "Name") continue;
    CHECK(begins.values[row] == 3);
    CHECK(columns.values[row] == 0);
  }
}

TEST_CASE("a file that cannot be read keeps its row and says why") {
  source::SourceFile file;
  file.path = "gone.py";
  file.is_readable = false;
  file.problems.push_back({"FILE_UNREADABLE", "permission denied", {}, {}, 0});
  const FileEvidence evidence = ExtractFile(file, {});
  CHECK(RowsOf(evidence, "repo_files")->rows == 1);
  CHECK(RowsOf(evidence, "diagnostics")->rows == 1);
  CHECK(RowsOf(evidence, "ast_nodes") == nullptr);
}

TEST_CASE("broken Python keeps its partial tree beside diagnostics") {
  const source::SourceFile file = FileOf("a.py", "x = 1\ndef f(:\n    pass\ny = 2\n");
  const FileEvidence evidence = ExtractFile(file, {});
  CHECK(RowsOf(evidence, "diagnostics")->rows >= 1);
  CHECK(RowsOf(evidence, "ast_nodes")->rows > 1);
}

TEST_CASE("the outcome does not depend on the number of threads") {
  std::vector<source::SourceFile> files;
  files.reserve(40);
  for (int i = 0; i < 40; ++i) {
    files.push_back(
        FileOf("m" + std::to_string(10 + i) + ".py", "def f" + std::to_string(i) + "(): pass\n"));
  }
  const CancelFlag cancel;
  const ShardEvidence one = ExtractShard(files, {}, 1, cancel);
  const ShardEvidence two = ExtractShard(files, {}, 2, cancel);
  REQUIRE(one.tables.size() == two.tables.size());
  for (size_t t = 0; t < one.tables.size(); ++t) {
    CHECK(one.tables[t].table == two.tables[t].table);
    CHECK(one.tables[t].rows == two.tables[t].rows);
  }
  CHECK(one.interfaces[39].path == "m49.py");
  CHECK(two.interfaces[39].path == "m49.py");
}

TEST_CASE("every column of every table has as many elements as the batch has rows") {
  const source::SourceFile file = FileOf(
      "pkg/a.py",
      "'''doc'''\nfrom __future__ import annotations\nimport os.path as p\nfrom . import *\n"
      "@d(1, *a, k=2, **b)\nclass A(B, metaclass=M):\n    x: int = 0\n    def m[T](self, a: T, /, "
      "*, c=3) -> T:\n"
      "        'doc'\n        global y\n        y = [i for i in a if i]\n        return lambda: y\n"
      "try:\n    pass\nexcept E as e:\n    del e\nmatch x:\n    case {'a': 1, **rest}: pass\n    "
      "case C(a=1): pass\n"
      "type L[T] = list[T]\nprint(f'{x!r:>{w}}', p.join(x))\n");
  const FileEvidence evidence = ExtractFile(file, {});
  const auto has_rows = [](const Column& column, size_t rows) {
    return std::visit(
        [&](const auto& c) {
          if constexpr (requires { c.size(); }) return c.size() == rows;
          return true;
        },
        static_cast<const Column::variant&>(column));
  };
  for (const TableRows& rows : evidence.tables) {
    REQUIRE(rows.rows.columns.size() == rows.table->columns.size());
    for (size_t c = 0; c < rows.rows.columns.size(); ++c) {
      INFO(rows.table->name, " ", rows.table->columns[c].name);
      CHECK(has_rows(rows.rows.columns[c], rows.rows.rows));
    }
  }
}

TEST_CASE("two identities under one id fail the build and are both named") {
  ShardEvidence shard;
  for (const char* path : {"a.py", "b.py"}) {
    shard.interfaces.push_back({.path = path});
    shard.ids.push_back(
        {{.id = 42, .begin = 1, .end = 2, .kind = NodeKind::kMethod, .is_base = true}});
  }
  RepositoryResolution resolution({});
  resolution.Add(std::move(shard));
  const auto result = resolution.Finish();
  REQUIRE(!result.has_value());
  CHECK(result.error().code() == ErrorCode::kIdCollision);
  CHECK(result.error().message().find("a.py") != std::string::npos);
  CHECK(result.error().message().find("b.py") != std::string::npos);
}

}  // namespace codeanatomy::evidence
