// fuzz_run: seeded inputs through everything that reads bytes of strangers.
//
// Input i of a seed depends on nothing but the seed, i and the corpus, so a finding is told by two
// numbers, and any range of inputs is a run of its own. The process ends at the first finding, with
// the input written beside: status 1 where a property fails, a signal where the program does.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "catalog/python_version.h"
#include "corpus.h"
#include "mutation.h"
#include "targets.h"

extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace codeanatomy::fuzz {
namespace {

constexpr unsigned kLongestSeconds = 20;  // for one input; what takes longer hangs
constexpr uint64_t kProgressEvery = 10000;

// What is running, for the handlers of signals: plain memory, made before it is needed.
struct Running {
  const char* target = "";
  std::string input, where;
};
Running running;

void WriteInput() {
  const int file = open("fuzz-finding.bin", O_CREAT | O_TRUNC | O_WRONLY, 0644);
  if (file < 0) return;
  ssize_t written = write(file, running.input.data(), running.input.size());
  close(file);
  written = write(STDERR_FILENO, running.where.data(), running.where.size());
  written = write(STDERR_FILENO, running.target, strlen(running.target));
  constexpr std::string_view kEnd = "; the input is in fuzz-finding.bin\n";
  written = write(STDERR_FILENO, kEnd.data(), kEnd.size());
  static_cast<void>(written);  // nothing else can be told when standard error is closed
}

void EndBySignal(int signal) {
  WriteInput();
  ::signal(signal, SIG_DFL);
  raise(signal);
}

struct Options {
  std::vector<std::string> corpora;
  uint64_t seed = 1, first = 0, count = 10000;
  std::string emit;
};

struct Input {
  std::string bytes;
  PythonVersion version = kNewestPythonVersion;
  size_t lane = 0;  // 0: a notebook, 1: a document, others: Python
};

// Of 16 inputs one is a notebook and one a document.
constexpr size_t kLanes = 16;

Input MakeInput(const Corpus& corpus, const Options& options, uint64_t number) {
  Choice choice(options.seed, number);
  Input input;
  input.lane = number % kLanes;
  input.version = static_cast<PythonVersion>(choice.Below(kPythonVersionNames.size()));
  input.bytes = input.lane == 0   ? MakeDocument(corpus.notebooks, choice)
                : input.lane == 1 ? MakeDocument(corpus.documents, choice)
                                  : MakePython(corpus, choice);
  return input;
}

bool Passes(const std::string& wrong) {
  if (wrong.empty()) return true;
  std::fprintf(stderr, "fuzz: %s\n", wrong.c_str());
  WriteInput();
  return false;
}

bool Run(const Input& input) {
  const auto passes = [&](const char* target, auto run, auto... arguments) {
    running.target = target;
    alarm(kLongestSeconds);
    return Passes(run(running.input, arguments...));
  };
  if (input.lane == 0) return passes("notebook", &RunNotebook);
  if (input.lane == 1) return passes("document", &RunDocument);
  // Rows are made of every fourth text: they take most of the time.
  if (input.lane % 4 == 2 && !passes("evidence", &RunEvidence, input.version)) return false;
  return passes("front end", &RunFrontEnd, input.version);
}

int RunAll(const Corpus& corpus, const Options& options) {
  uint64_t bytes = 0;
  for (uint64_t i = options.first; i < options.first + options.count; ++i) {
    Input input = MakeInput(corpus, options, i);
    bytes += input.bytes.size();
    running.input = std::move(input.bytes);
    running.where = "fuzz: seed " + std::to_string(options.seed) + " input " + std::to_string(i) +
                    " in target ";
    if (!Run(input)) return 1;
    if ((i + 1) % kProgressEvery == 0) std::fprintf(stderr, "fuzz: %lu inputs\n", i + 1);
  }
  alarm(0);
  std::printf("fuzz: %lu inputs of seed %lu, %lu bytes, no finding\n", options.count, options.seed,
              bytes);
  return 0;
}

int EmitPython(const Corpus& corpus, const Options& options) {
  std::filesystem::create_directories(options.emit);
  for (uint64_t i = options.first; i < options.first + options.count; ++i) {
    Choice choice(options.seed, i);
    std::ofstream out(options.emit + "/" + std::to_string(i) + ".py", std::ios::binary);
    out << MakePython(corpus, choice);
    if (!out.flush()) {
      std::fprintf(stderr, "fuzz: cannot write to %s\n", options.emit.c_str());
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace codeanatomy::fuzz

int main(int argc, char** argv) {
  using namespace codeanatomy::fuzz;
  Options options;
  CLI::App app("Runs seeded inputs through lexer, parser, evidence and readers of documents.");
  app.add_option("corpus", options.corpora, "folders or files the inputs are made from")
      ->required();
  app.add_option("--seed", options.seed, "of the inputs")->capture_default_str();
  app.add_option("--first", options.first, "number of the first input")->capture_default_str();
  app.add_option("--count", options.count, "inputs")->capture_default_str();
  app.add_option("--emit", options.emit, "write Python inputs to this folder, run nothing");
  CLI11_PARSE(app, argc, argv);
  Corpus corpus;
  try {
    for (const std::string& folder : options.corpora) AddSeeds(folder, corpus);
  } catch (const std::filesystem::filesystem_error& error) {
    std::fprintf(stderr, "fuzz: %s\n", error.what());
    return 2;
  }
  if (corpus.python.empty() || corpus.notebooks.empty() || corpus.documents.empty()) {
    std::fprintf(stderr, "fuzz: the corpus needs Python, a notebook and a document\n");
    return 2;
  }
  if (!options.emit.empty()) return EmitPython(corpus, options);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(&WriteInput);
  for (const int signal : {SIGABRT, SIGALRM, SIGSEGV}) ::signal(signal, &EndBySignal);
  return RunAll(corpus, options);
}
