// Anchors of interior nodes: hash64(declaration, KIND, stable_hash128(tokens), occurrence).
//
// Problem: every node needs the SHA-256 of its subtree's tokens, and subtrees overlap:
// `a.b.c(x)[0]` is five nodes that all begin at `a`. Hashing each anew is quadratic in the length
// of such chains.
//
// Method: for each scope declaration the tokens are joined once by U+001F into one text, in which a
// nested declaration is a single token, its path segment. Each node then is a range of that text.
// Nodes are grouped by where their range begins; a group is hashed by one running SHA-256 that is
// copied and finished at every node's end. Most nodes are one token (names, literals): their
// digests are kept by text.
//
// Chains that nest to the right (`elif` after `elif`) begin at ever other tokens, so no hash is
// shared. What bounds them is the prefix: of a longer text only the first kAnchorPrefixBytes bytes
// and its length are hashed (docs/decisions/0028).
//
//   def f(x):                    text of f:   def ␟ f ␟ ( ␟ x ␟ ) ␟ : ␟ return ␟ g ␟ ( ␟ <lambda> ␟
//   )
//       return g(lambda: x)      Call: from `g` to the end; Name g: the token `g`; same beginning
#include "evidence/anchors.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>

namespace codeanatomy::evidence {
namespace {

using parse::NodeId;
using parse::SyntaxTree;

constexpr char kSeparator = '\x1f';

/// First token that begins at or after an offset, in constant time.
class TokenFinder {
 public:
  TokenFinder(std::span<const ByteSpan> tokens, size_t text_size) : tokens_(tokens) {
    buckets_.resize(text_size / kBucket + 2);
    uint32_t token = 0;
    for (size_t b = 0; b < buckets_.size(); ++b) {
      while (token < tokens.size() && tokens[token].begin < b * kBucket) ++token;
      buckets_[b] = token;
    }
  }
  uint32_t LowerBound(uint32_t offset) const {
    const size_t bucket = std::min<size_t>(offset / kBucket, buckets_.size() - 1);
    uint32_t token = buckets_[bucket];
    while (token < tokens_.size() && tokens_[token].begin < offset) ++token;
    return token;
  }

 private:
  static constexpr size_t kBucket = 32;
  std::span<const ByteSpan> tokens_;
  std::vector<uint32_t> buckets_;
};

using HalfDigest = std::array<uint8_t, 16>;  // stable_hash128 in binary

HalfDigest Half(const Sha256Digest& digest) {
  HalfDigest half;
  std::memcpy(half.data(), digest.data(), half.size());
  return half;
}

/// Digests of short texts that occur again and again.
class DigestCache {
 public:
  const HalfDigest& Of(std::string_view text) {
    if ((count_ + 1) * 2 > slots_.size()) Grow();
    const uint64_t hash = Mix(text);
    for (size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[at];
      if (slot.text.data() == nullptr) {
        slot = {hash, text, Half(Sha256::Of(text))};
        ++count_;
        return slot.digest;
      }
      if (slot.hash == hash && slot.text == text) return slot.digest;
    }
  }

 private:
  struct Slot {
    uint64_t hash = 0;
    std::string_view text;
    HalfDigest digest{};
  };
  static uint64_t Mix(std::string_view text) {
    return static_cast<uint64_t>(Hash64().Add(text).Finish());
  }
  void Grow() {
    std::vector<Slot> old(std::max<size_t>(256, slots_.size() * 2));
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.text.data() == nullptr) continue;
      size_t at = slot.hash & (slots_.size() - 1);
      while (slots_[at].text.data() != nullptr) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = slot;
    }
  }
  std::vector<Slot> slots_;
  size_t count_ = 0;
};

/// Counts nodes by (declaration, label, token digest).
class OccurrenceCounter {
 public:
  explicit OccurrenceCounter(size_t nodes) {
    size_t size = 256;
    while (size < nodes * 2) size *= 2;
    slots_.resize(size);
  }
  int32_t CountAndAdd(int32_t declaration, NodeKind kind, const HalfDigest& digest) {
    uint64_t hash;
    std::memcpy(&hash, digest.data(), sizeof hash);
    const uint64_t owner = static_cast<uint64_t>(declaration) << 8 | static_cast<uint64_t>(kind);
    hash ^= (owner + 1) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 29;
    for (size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[at];
      if (slot.count == 0) {
        slot = {owner, digest, 1};
        return 0;
      }
      if (slot.owner == owner && slot.digest == digest) return slot.count++;
    }
  }

 private:
  struct Slot {
    uint64_t owner = 0;
    HalfDigest digest{};
    int32_t count = 0;
  };
  std::vector<Slot> slots_;
};

/// The two hexadecimal digits of every byte.
constexpr auto kHexPairs = [] {
  constexpr char kDigits[] = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs{};
  for (size_t i = 0; i < pairs.size(); ++i) pairs[i] = {kDigits[i >> 4], kDigits[i & 15]};
  return pairs;
}();

std::array<char, 32> HexOf(const HalfDigest& digest) {
  std::array<char, 32> hex;
  for (size_t i = 0; i < digest.size(); ++i) {
    std::memcpy(hex.data() + 2 * i, kHexPairs[digest[i]].data(), 2);
  }
  return hex;
}

/// Token range of every interior node of one declaration, as ranges of the declaration's joined
/// text.
class AnchorBuilder {
 public:
  AnchorBuilder(const SyntaxTree& tree, const FileIds& ids)
      : tree_(tree),
        ids_(ids),
        finder_(tree.tokens(), tree.text().size()),
        digests_(static_cast<size_t>(tree.size())),
        places_(tree.tokens().size()),
        heads_(tree.tokens().size(), -1),
        next_(static_cast<size_t>(tree.size()), -1),
        begins_(static_cast<size_t>(tree.size())),
        ends_(static_cast<size_t>(tree.size())),
        empty_(Half(Sha256::Of(""))) {}

  std::vector<HalfDigest> Build() {
    SortByDeclaration();
    for (int32_t d = 0; d < static_cast<int32_t>(ids_.containers().size()); ++d) {
      if (ids_.containers()[static_cast<size_t>(d)].declaration != d) continue;
      JoinTokens(d);
      HashNodes(d);
    }
    return std::move(digests_);
  }

 private:
  /// Where a token of the current declaration lies in text_; of others `declaration` differs.
  struct Place {
    int32_t declaration = -1;
    int32_t nested = -1;  // the nested declaration the token stands for
    uint32_t begin = 0, end = 0;
  };

  uint32_t FirstToken(int32_t container) const {
    return finder_.LowerBound(ids_.containers()[static_cast<size_t>(container)].span.begin);
  }
  uint32_t EndToken(int32_t container) const {
    return finder_.LowerBound(ids_.containers()[static_cast<size_t>(container)].span.end);
  }

  /// nodes_ lists the interior nodes of declaration d in preorder from node_begins_[d]; nested_
  /// likewise its nested declarations in source order.
  void SortByDeclaration() {
    const auto& containers = ids_.containers();
    node_begins_.assign(containers.size() + 1, 0);
    nested_.resize(containers.size());
    const auto is_interior = [&](NodeId n) { return !FileIds::IsLogical(tree_.kind(n)); };
    for (NodeId n{1}; n.value < tree_.size(); ++n.value) {
      if (is_interior(n)) ++node_begins_[static_cast<size_t>(ids_.declaration_of(n)) + 1];
    }
    for (size_t c = 1; c < node_begins_.size(); ++c) node_begins_[c] += node_begins_[c - 1];
    nodes_.resize(node_begins_.back());
    std::vector<uint32_t> at(node_begins_.begin(), node_begins_.end() - 1);
    for (NodeId n{1}; n.value < tree_.size(); ++n.value) {
      if (is_interior(n)) nodes_[at[static_cast<size_t>(ids_.declaration_of(n))]++] = n;
    }
    for (int32_t c = 1; c < static_cast<int32_t>(containers.size()); ++c) {
      const Container& container = containers[static_cast<size_t>(c)];
      if (container.declaration != c) continue;
      nested_[static_cast<size_t>(ids_.declaration_of(container.node))].push_back(c);
    }
    for (auto& list : nested_) {
      std::ranges::stable_sort(list, {}, [&](int32_t c) { return FirstToken(c); });
    }
  }

  void Append(int32_t declaration, uint32_t first, uint32_t last, int32_t nested,
              std::string_view token) {
    if (!text_.empty()) text_.push_back(kSeparator);
    const auto begin = static_cast<uint32_t>(text_.size());
    text_.append(token);
    const Place place{declaration, nested, begin, static_cast<uint32_t>(text_.size())};
    places_[first] = place;
    places_[last] = place;
  }

  void JoinTokens(int32_t d) {
    const auto tokens = tree_.tokens();
    const auto& nested = nested_[static_cast<size_t>(d)];
    text_.clear();
    const uint32_t end = EndToken(d);
    size_t child = 0;
    for (uint32_t t = FirstToken(d); t < end;) {
      // Declarations of a partial tree may be empty or overlap; such a one is passed over.
      while (child < nested.size() && (FirstToken(nested[child]) < t ||
                                       EndToken(nested[child]) <= FirstToken(nested[child]))) {
        ++child;
      }
      if (child < nested.size() && FirstToken(nested[child]) == t) {
        const uint32_t last = std::min(EndToken(nested[child]), end) - 1;
        Append(d, t, last, nested[child],
               ids_.containers()[static_cast<size_t>(nested[child])].segment);
        t = last + 1;
      } else {
        Append(d, t, t, -1, tree_.text().substr(tokens[t].begin, tokens[t].size()));
        ++t;
      }
    }
  }

  void HashNodes(int32_t d) {
    const std::span<const NodeId> nodes(nodes_.data() + node_begins_[static_cast<size_t>(d)],
                                        nodes_.data() + node_begins_[static_cast<size_t>(d) + 1]);
    for (NodeId n : nodes) {
      const ByteSpan span = tree_.span(n);
      const uint32_t first = finder_.LowerBound(span.begin);
      const uint32_t last = finder_.LowerBound(span.end);  // one past
      if (first >= last || places_[first].declaration != d || places_[last - 1].declaration != d) {
        digests_[n.index()] = empty_;
        next_[n.index()] = kDone;
        continue;
      }
      begins_[n.index()] = first;
      ends_[n.index()] = last - 1;
      next_[n.index()] = heads_[first];  // preorder reversed: the shortest range comes first
      heads_[first] = n.value;
    }
    for (NodeId n : nodes) {
      if (next_[n.index()] == kDone) continue;
      int32_t& head = heads_[begins_[n.index()]];
      HashGroup(head);
      head = -1;
    }
  }

  /// The text of a token, in memory that outlives text_.
  std::string_view TextOf(const Place& place, uint32_t token) const {
    if (place.nested >= 0) return ids_.containers()[static_cast<size_t>(place.nested)].segment;
    const ByteSpan span = tree_.tokens()[token];
    return tree_.text().substr(span.begin, span.size());
  }

  /// Stands for the rest of a text of `bytes` bytes of which only the prefix is hashed.
  static std::string LengthMark(uint32_t bytes) { return kSeparator + std::to_string(bytes); }

  void HashGroup(int32_t head) {
    const Place& start = places_[begins_[static_cast<size_t>(head)]];
    Sha256 running;
    uint32_t hashed = start.begin;
    uint32_t last_end = start.begin;
    HalfDigest last_digest{};
    for (int32_t n = head; n >= 0;) {
      const auto index = static_cast<size_t>(n);
      const uint32_t end = places_[ends_[index]].end;
      if (end == start.end) {
        if (end != last_end) last_digest = cache_.Of(TextOf(start, begins_[index]));
      } else if (end > hashed) {
        const uint32_t hashed_end = std::min(end, start.begin + kAnchorPrefixBytes);
        running.Update(std::string_view(text_).substr(hashed, hashed_end - hashed));
        hashed = hashed_end;
        Sha256 whole(running);
        if (hashed < end) whole.Update(LengthMark(end - start.begin));
        last_digest = Half(whole.Finish());
      } else if (end != last_end) {
        last_digest = Half(Sha256::Of(std::string_view(text_).substr(
            start.begin, end > start.begin ? end - start.begin : 0)));
      }
      last_end = end;
      digests_[index] = last_digest;
      n = next_[index];
      next_[index] = kDone;
    }
  }

  static constexpr int32_t kDone = -2;

  const SyntaxTree& tree_;
  const FileIds& ids_;
  TokenFinder finder_;
  DigestCache cache_;
  std::vector<HalfDigest> digests_;
  std::vector<Place> places_;  // per token
  std::vector<int32_t> heads_, next_;
  std::vector<uint32_t> begins_, ends_;  // per node: first and last token
  std::vector<NodeId> nodes_;
  std::vector<uint32_t> node_begins_;
  std::vector<std::vector<int32_t>> nested_;
  std::string text_;
  HalfDigest empty_;
};

}  // namespace

std::vector<int64_t> ComputeAnchors(const SyntaxTree& tree, const FileIds& ids,
                                    const IdScheme& scheme) {
  const std::vector<HalfDigest> digests = AnchorBuilder(tree, ids).Build();
  OccurrenceCounter occurrences(digests.size());
  std::vector<int64_t> anchors(digests.size());
  for (NodeId n{0}; n.index() < digests.size(); ++n.value) {
    const AstKind kind = tree.kind(n);
    if (FileIds::IsLogical(kind)) {
      anchors[n.index()] = ids.id(n);
      continue;
    }
    const int32_t declaration = ids.declaration_of(n);
    const NodeKind label = CpgLabelOf(kind);
    const HalfDigest& digest = digests[n.index()];
    const std::array<char, 32> hex = HexOf(digest);
    const int64_t occurrence = occurrences.CountAndAdd(declaration, label, digest);
    anchors[n.index()] = scheme.Finish(Hash64()
                                           .Add(ids.container_id(declaration))
                                           .Add(NodeKindName(label))
                                           .Add(std::string_view(hex.data(), hex.size()))
                                           .Add(occurrence));
  }
  return anchors;
}

}  // namespace codeanatomy::evidence
