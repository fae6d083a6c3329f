// interval_pairs: the pairs of two lists of intervals that fulfil a ≤ b and c ≤ d, by one sweep.
//
// With a = l.start, b = r.start, c = r.end, d = l.end these are the pairs of which the left holds
// the right; with a = l.start, b = r.end, c = r.start, d = l.end and both strict, those that
// overlap. In general: points (b, c) and the quadrants whose corners are (a, d) around them.
//
// Both sides are sorted, left by a, right by b. The sweep goes through the right; every left with
// a ≤ b joins a heap whose greatest d is on top. Those with d ≥ c are found from the top down, for
// whatever stands below one that is too small is too small as well. So the cost is
// (n + m) log (n + m) and one step per pair that is found, whatever the intervals look like: the
// usual join on the file with two inequalities looks at every pair of the file instead.
//
//   left  [0, 20) [2, 9) [5, 6)    right [3, 8): heap 20, 9 (5 > 3); both ≥ 8: two pairs
//
// Source: McCreight 1985, priority search trees; here offline, so a heap is enough.
#include <algorithm>
#include <utility>
#include <vector>

#include "engine/udf/argument.h"
#include "engine/udf/evaluators.h"

namespace codeanatomy::engine {
namespace {

struct Interval {
  int64_t swept = 0;  // left: a, right: b
  int64_t other = 0;  // left: d, right: c
  int64_t id = 0;
};

/// The triples of a list; those with a null, or of another length, have no pairs.
std::vector<Interval> ReadIntervals(const VectorView& lists, size_t row) {
  const auto [first, count] = lists.Elements(row);
  const VectorView& triples = lists.child(0);
  std::vector<Interval> intervals;
  intervals.reserve(count);
  for (size_t i = first; i < first + count; ++i) {
    if (triples.is_null(i)) continue;
    const auto [at, length] = triples.Elements(i);
    const VectorView& values = triples.child(0);
    if (length != 3 || values.is_null(at) || values.is_null(at + 1) || values.is_null(at + 2))
      continue;
    intervals.push_back({values.Integer(at), values.Integer(at + 1), values.Integer(at + 2)});
  }
  std::ranges::sort(intervals, [](const Interval& a, const Interval& b) {
    return std::pair(a.swept, a.id) < std::pair(b.swept, b.id);
  });
  return intervals;
}

struct Strictness {
  bool start = false, end = false;
};

std::vector<std::pair<int64_t, int64_t>> Pairs(const std::vector<Interval>& left,
                                               const std::vector<Interval>& right,
                                               Strictness strict) {
  const auto lower = [](const Interval& a, const Interval& b) { return a.other < b.other; };
  std::vector<std::pair<int64_t, int64_t>> pairs;
  std::vector<Interval> heap;
  std::vector<size_t> open;  // places of the heap to look at
  size_t next = 0;
  for (const Interval& r : right) {
    while (next < left.size() &&
           (strict.start ? left[next].swept < r.swept : left[next].swept <= r.swept)) {
      heap.push_back(left[next++]);
      std::ranges::push_heap(heap, lower);
    }
    open.assign(heap.empty() ? 0 : 1, 0);
    while (!open.empty()) {
      const size_t at = open.back();
      open.pop_back();
      if (strict.end ? heap[at].other <= r.other : heap[at].other < r.other) continue;
      pairs.emplace_back(heap[at].id, r.id);
      for (const size_t below : {2 * at + 1, 2 * at + 2}) {
        if (below < heap.size()) open.push_back(below);
      }
    }
  }
  return pairs;
}

}  // namespace

void EvaluateIntervalPairs(duckdb_function_info info, duckdb_data_chunk arguments,
                           duckdb_vector result) {
  const Library& library = Library::Loaded();
  const size_t rows = library.duckdb_data_chunk_get_size(arguments);
  const Argument left(library, arguments, 0), right(library, arguments, 1);
  const Argument strict_start(library, arguments, 2), strict_end(library, arguments, 3);
  auto* lists = static_cast<duckdb_list_entry*>(library.duckdb_vector_get_data(result));
  ResultColumn out(library, result);
  size_t used = 0;
  for (size_t row = 0; row < rows; ++row) {
    lists[row] = {used, 0};
    if (left.is_null(row) || right.is_null(row)) {
      out.SetNull(row);
      continue;
    }
    const auto is_strict = [&](const Argument& flag) {
      return !flag.is_null(row) && flag.Boolean(row);
    };
    const auto pairs = Pairs(ReadIntervals(left.view(), row), ReadIntervals(right.view(), row),
                             {is_strict(strict_start), is_strict(strict_end)});
    if (library.duckdb_list_vector_reserve(result, used + pairs.size()) != DuckDBSuccess) {
      library.duckdb_scalar_function_set_error(info, "no memory for the pairs of intervals");
      return;
    }
    library.duckdb_list_vector_set_size(result, used + pairs.size());
    const duckdb_vector found = library.duckdb_list_vector_get_child(result);
    ResultColumn l(library, library.duckdb_struct_vector_get_child(found, 0));
    ResultColumn r(library, library.duckdb_struct_vector_get_child(found, 1));
    for (size_t i = 0; i < pairs.size(); ++i) {
      l.Set(used + i, pairs[i].first);
      r.Set(used + i, pairs[i].second);
    }
    lists[row].length = pairs.size();
    used += pairs.size();
  }
}

}  // namespace codeanatomy::engine
