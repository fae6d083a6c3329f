// From places to positions, when the tree is frozen.
//
// Since 3.9 every end of a token has one position. In 3.8 the concrete syntax tree was shifted,
// node by node: one that began on the first line of its field had the columns of both its ends
// shifted, any other one none. So the column where a node ends depends on where the concrete node
// begins that gave the end: the node itself, the closing parenthesis of arguments, the trailer of
// an attribute or subscript, the right operand of a binary operator, the value of a starred
// argument.
#include "parse/reported_place.h"

#include <algorithm>

#include "parse/tree_builder.h"

namespace codeanatomy::parse {

/// The place whose shift counts for the end of `n` in 3.8. Children of `n` still hold places.
uint32_t TreeBuilder::EndAnchor(const SyntaxTree& tree, NodeId n) const {
  const uint32_t begin = tree.begins_[n.index()], end = tree.ends_[n.index()];
  const auto is_text = [&](uint32_t at, char c) {
    const size_t index = at - kPlaceBase;
    return index < places_.size() && places_[index].offset < text_.size() &&
           text_[places_[index].offset] == c;
  };
  // Places of tokens alternate: begin, end, begin, end.
  const auto trailer_of = [&](AstField field) {
    uint32_t at = tree.ends_[tree.Child(n, field).index()];
    if (!IsPlace(at)) return begin;
    for (++at; is_text(at, ')'); at += 2) {
    }
    return at - kPlaceBase < places_.size() ? at : begin;
  };
  const uint32_t last_token = end - 1;
  switch (tree.kind(n)) {
    case AstKind::kCall: {
      const bool has_arguments = !tree.RawList(n, AstField::kArgs).empty() ||
                                 !tree.RawList(n, AstField::kKeywords).empty();
      return has_arguments ? last_token : trailer_of(AstField::kFunc);
    }
    case AstKind::kAttribute:
    case AstKind::kSubscript:
      return trailer_of(AstField::kValue);
    case AstKind::kGeneratorExp:
      // The parentheses of the call are its own; the parent has been resolved.
      return tree.slot(n) == AstField::kArgs &&
                     place(end).offset == tree.ends_[tree.parent(n).index()]
                 ? last_token
                 : begin;
    case AstKind::kStarred:
      return tree.slot(n) == AstField::kArgs ? EndAnchor(tree, tree.Child(n, AstField::kValue))
                                             : begin;
    case AstKind::kBinOp: {
      if (tree.Operator(n) == AstOperator::kPow) return begin;
      uint32_t at = tree.begins_[tree.Child(n, AstField::kRight).index()];
      if (!IsPlace(at)) return begin;
      while (at >= begin + 2 && is_text(at - 2, '(')) at -= 2;
      return at;
    }
    default:
      return begin;
  }
}

/// Ascending, so that a node is resolved before the children that its end may depend on.
void TreeBuilder::ResolvePlaces(SyntaxTree& tree) const {
  for (NodeId n = tree.root(); n.value < tree.size(); ++n.value) {
    uint32_t &begin = tree.begins_[n.index()], &end = tree.ends_[n.index()];
    if (!IsPlace(begin) || !IsPlace(end)) {
      const ByteSpan span = TextSpan({begin, end});
      begin = span.begin;
      end = span.end;
      continue;
    }
    const ReportedPlace &from = place(begin), &to = place(end);
    const uint32_t end_shift =
        version_ == PythonVersion::k38 ? place(EndAnchor(tree, n)).shift : to.shift;
    tree.reported_spans_.push_back(
        {n, {from.line, from.column + from.shift}, {to.line, to.column + end_shift}});
    begin = from.offset;
    end = to.offset;
  }
}

const ReportedSpan* SyntaxTree::FindReportedSpan(NodeId n) const {
  const auto found =
      std::lower_bound(reported_spans_.begin(), reported_spans_.end(), n,
                       [](const ReportedSpan& span, NodeId node) { return span.node < node; });
  return found != reported_spans_.end() && found->node == n ? &*found : nullptr;
}

}  // namespace codeanatomy::parse
