// debug: what the front end sees of files, one JSON object per line in input order.
//
// Files are worked on by --jobs threads, each taking the next file, while the main thread prints in
// order. At most a few files per thread are ahead of the printing, so memory does not grow with the
// list.
#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <mutex>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/debug_lines.h"
#include "parse/syntax_tree.h"
#include "source/read_file.h"
#include "symbols/symbol_table.h"

namespace codeanatomy::cli {
namespace {

struct DebugOptions {
  std::vector<std::string> paths;
  std::string files_from;
  std::string target_version;
  int jobs = 1;
  bool symbols = false;  // of `parse`
};

using LineFunction = std::string (*)(const source::SourceFile&, PythonVersion);

Result<std::vector<std::string>> ListFiles(const DebugOptions& options) {
  std::vector<std::string> paths = options.paths;
  if (options.files_from.empty()) {
    if (paths.empty()) {
      return Error(ErrorCode::kInvalidArgument, "no file is named", {},
                   "give paths, or --files-from LIST");
    }
    return paths;
  }
  std::ifstream list;
  if (options.files_from != "-") {
    list.open(options.files_from, std::ios::binary);
    if (!list)
      return Error(ErrorCode::kNotFound, "the list of files cannot be read", options.files_from);
  }
  std::istream& in = options.files_from == "-" ? std::cin : list;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) paths.push_back(std::move(line));
  }
  return paths;
}

source::SourceFile Read(const std::string& path) {
  return source::ReadSourceFile(path.starts_with('/') ? "" : ".", path, 0);
}

// Lines by index, produced by several threads and taken in order by one.
class OrderedLines {
 public:
  OrderedLines(size_t count, size_t ahead) : count_(count), ring_(ahead) {}

  /// The next index to work on, once there is room for its line; count when there is none left.
  size_t Next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return next_ >= count_ || next_ < taken_ + ring_.size(); });
    return next_ < count_ ? next_++ : count_;
  }
  void Put(size_t index, std::string line) {
    const std::lock_guard lock(mutex_);
    ring_[index % ring_.size()] = std::move(line);
    changed_.notify_all();
  }
  std::string Take() {
    std::unique_lock lock(mutex_);
    auto& slot = ring_[taken_ % ring_.size()];
    changed_.wait(lock, [&] { return slot.has_value(); });
    std::string line = std::exchange(slot, std::nullopt).value_or("");
    ++taken_;
    changed_.notify_all();
    return line;
  }
  /// No further index is given out.
  void Stop() {
    const std::lock_guard lock(mutex_);
    next_ = count_;
    changed_.notify_all();
  }

 private:
  const size_t count_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::optional<std::string>> ring_;
  size_t next_ = 0, taken_ = 0;
};

Result<PythonVersion> TargetVersion(const DebugOptions& options) {
  if (options.target_version.empty()) return kNewestPythonVersion;
  return ParseTargetVersion(options.target_version);
}

Result<int> PrintLines(const DebugOptions& options, LineFunction make_line) {
  CA_ASSIGN_OR_RETURN(const PythonVersion version, TargetVersion(options));
  CA_ASSIGN_OR_RETURN(const std::vector<std::string> paths, ListFiles(options));
  OrderedLines lines(paths.size(), static_cast<size_t>(options.jobs) * 4);
  std::vector<std::jthread> workers;
  workers.reserve(static_cast<size_t>(options.jobs));
  for (int i = 0; i < options.jobs; ++i) {
    workers.emplace_back([&] {
      for (size_t at = lines.Next(); at < paths.size(); at = lines.Next()) {
        lines.Put(at, make_line(Read(paths[at]), version));
      }
    });
  }
  bool written = true;
  for (size_t i = 0; i < paths.size() && written; ++i) {
    std::string line = lines.Take();
    line += '\n';
    written = std::fwrite(line.data(), 1, line.size(), stdout) == line.size();
  }
  const int reason = errno;
  lines.Stop();
  workers.clear();
  if (!written) return ErrnoError(reason, "write", "standard output");
  return 0;
}

double ThreadSeconds() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct FrontEndTimes {
  double parse = 0, symbols = 0;  // CPU seconds
};

/// Text to tree, with the tree's release; in between, where asked for, tree to symbol table.
FrontEndTimes TimeFrontEnd(std::string_view text, PythonVersion version, bool symbols) {
  FrontEndTimes times;
  const double begin = ThreadSeconds();
  {
    const auto tree = parse::ParseModule(text, {.version = version});
    if (symbols) {
      const double parsed = ThreadSeconds();
      { const auto table = symbols::BuildSymbolTable(tree); }
      times.symbols = ThreadSeconds() - parsed;
    }
  }
  times.parse = ThreadSeconds() - begin - times.symbols;
  return times;
}

// Reading a file is outside of the measured time.
Result<int> PrintParseTime(const DebugOptions& options) {
  CA_ASSIGN_OR_RETURN(const PythonVersion version, TargetVersion(options));
  CA_ASSIGN_OR_RETURN(const std::vector<std::string> paths, ListFiles(options));
  std::atomic<size_t> next = 0;
  std::atomic<uint64_t> bytes = 0;
  std::vector<FrontEndTimes> times(static_cast<size_t>(options.jobs));
  {
    std::vector<std::jthread> workers;
    for (size_t worker = 0; worker < times.size(); ++worker) {
      workers.emplace_back([&, worker] {
        for (size_t at = next++; at < paths.size(); at = next++) {
          const source::SourceFile file = Read(paths[at]);
          bytes += file.bytes.size();
          const FrontEndTimes file_times = TimeFrontEnd(file.text(), version, options.symbols);
          times[worker].parse += file_times.parse;
          times[worker].symbols += file_times.symbols;
        }
      });
    }
  }
  FrontEndTimes total;
  for (const FrontEndTimes& one : times) {
    total.parse += one.parse;
    total.symbols += one.symbols;
  }
  fmt::print("{{\"files\": {}, \"bytes\": {}, \"cpu_seconds\": {:.6f}", paths.size(), bytes.load(),
             total.parse);
  if (options.symbols) fmt::print(", \"symbols_cpu_seconds\": {:.6f}", total.symbols);
  fmt::print("}}\n");
  return 0;
}

CLI::App* AddDebug(CLI::App& debug, const std::string& name, const std::string& about,
                   const std::shared_ptr<DebugOptions>& options) {
  CLI::App* command = debug.add_subcommand(name, about);
  command->add_option("PATH", options->paths, "Python files")->type_name("");
  command
      ->add_option("--files-from", options->files_from,
                   "A file with one path per line; - is standard input")
      ->type_name("LIST");
  command
      ->add_option("--target-version", options->target_version,
                   "Grammar of that Python, 3.8 to 3.14 (3.14)")
      ->type_name("X.Y");
  command->add_option("--jobs", options->jobs, "Threads (1)")
      ->check(CLI::Range(1, 256).description(""))
      ->type_name("N");
  return command;
}

void AddDebugCst(CLI::App& debug, Invocation& invocation) {
  auto options = std::make_shared<DebugOptions>();
  auto all_spans = std::make_shared<bool>(false);
  CLI::App* command =
      AddDebug(debug, "cst", "The tree written back to bytes, and what it holds", options);
  command->add_flag("--all-spans", *all_spans,
                    "Positions of all nodes, not only of definitions, imports and calls");
  command->add_flag_callback("--roundtrip", [] {}, "Compare the bytes; always done");
  command->callback([&invocation, options, all_spans] {
    invocation.run = [options, all_spans] {
      return PrintLines(*options, *all_spans ? CstLineWithAllSpans : CstLine);
    };
  });
}

}  // namespace

void AddDebugCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* debug = app.add_subcommand(
      "debug", "Print what the front end sees of files, one JSON object per line");
  debug->require_subcommand(1);
  const auto add = [&](const std::string& name, const std::string& about, LineFunction line) {
    auto options = std::make_shared<DebugOptions>();
    CLI::App* command = AddDebug(*debug, name, about, options);
    command->callback([&invocation, options, line] {
      invocation.run = [options, line] { return PrintLines(*options, line); };
    });
    return command;
  };
  add("ast", "The syntax tree as ast.dump prints it", AstLine)
      ->footer("Example:\n  codeanatomy debug ast --target-version 3.11 pkg/mod.py");
  add("symtable", "Scopes and symbols as the symtable module tells them", SymtableLine);
  add("tokens", "Tokens as the tokenize module gives them", TokensLine);
  AddDebugCst(*debug, invocation);
  add("cfg", "Control flow between statements", CfgLine);
  add("errors", "The SyntaxError that compile() raises", ErrorsLine);
  auto options = std::make_shared<DebugOptions>();
  CLI::App* parse =
      AddDebug(*debug, "parse", "Parse only, and print the CPU time it took", options);
  parse->add_flag("--symbols", options->symbols, "Make symbol tables as well, timed apart");
  parse->callback(
      [&invocation, options] { invocation.run = [options] { return PrintParseTime(*options); }; });
}

}  // namespace codeanatomy::cli
