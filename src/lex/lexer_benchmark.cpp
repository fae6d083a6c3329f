// Text to tokens, one thread, the buffer reused from file to file as in a build.
#include "lex/lexer.h"
#include "source/benchmark_sources.h"

namespace codeanatomy::lex {
namespace {

void Lexing(benchmark::State& state, const BenchmarkInput& input) {
  const std::vector<source::SourceFile> files = source::ReadBenchmarkSources(input);
  TokenBuffer tokens;
  size_t count = 0;
  source::MeasureFiles(state, files, [&](size_t i) {
    tokens.Clear();
    Lex(files[i].text(), {}, tokens);
    count = (i == 0 ? 0 : count) + tokens.size();
  });
  source::CountRate(state, "tokens/s", count);
}

[[maybe_unused]] const bool kRegistered = RegisterForInputs("lex", &Lexing);

}  // namespace
}  // namespace codeanatomy::lex
