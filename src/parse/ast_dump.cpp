// Versions differ in what dump shows, and the tree has one shape for all of them:
//   3.8        writes absent fields as None; wraps subscripts in Index and ExtSlice; Slice, keyword
//              and alias have no position
//   3.9        leaves absent optional fields out; 3.10 gives alias a position
//   3.12       has type_params; from 3.13 on empty lists are left out
// The walk keeps its own stack, one frame per open node, since trees can be as deep as the text is
// long.
#include "parse/ast_dump.h"

#include <charconv>

namespace codeanatomy::parse {
namespace {

class AstDumper {
 public:
  AstDumper(const SyntaxTree& tree, const LineIndex& lines)
      : tree_(tree), lines_(lines), version_(tree.version()) {}

  std::string Dump() {
    out_.reserve(tree_.text().size() * 24 + 64);
    Open(tree_.root());
    while (!frames_.empty()) Step();
    return std::move(out_);
  }

 private:
  // A node whose fields are being written, and the list field it is in the middle of, if any.
  struct Frame {
    NodeId node;
    std::string_view closing = ")";
    uint8_t field = 0;
    bool separate = false;  // a ", " is due before the next argument
    bool in_list = false;
    bool separate_element = false;
    AstFieldType element_type = AstFieldType::kNodeList;
    std::span<const int32_t> list = {};  // the elements still to be written
  };

  bool Before(PythonVersion version) const { return version_ < version; }

  void AppendNumber(int64_t value) {
    char text[24];
    out_.append(text, std::to_chars(text, text + sizeof(text), value).ptr);
  }

  // 3.8's classes around what stands in brackets.
  bool HoldsSlice(NodeId tuple) const {
    for (const NodeId element : tree_.Children(tuple, AstField::kElts)) {
      if (element.valid() && tree_.kind(element) == AstKind::kSlice) return true;
    }
    return false;
  }
  bool IsExtSlice(NodeId n) const {
    return Before(PythonVersion::k39) && tree_.kind(n) == AstKind::kTuple &&
           tree_.slot(n) == AstField::kSlice && HoldsSlice(n);
  }
  bool NeedsIndex(NodeId n) const {
    if (!Before(PythonVersion::k39) || tree_.kind(n) == AstKind::kSlice) return false;
    if (tree_.slot(n) == AstField::kSlice) return !IsExtSlice(n);
    return tree_.slot(n) == AstField::kElts && IsExtSlice(tree_.parent(n));
  }

  void Open(NodeId n) {
    Frame frame{.node = n};
    if (IsExtSlice(n)) {
      out_ += "ExtSlice(dims=[";
      frame.field = kLastField;
      frame.in_list = true;
      frame.list = tree_.RawList(n, AstField::kElts);
    } else {
      if (NeedsIndex(n)) {
        out_ += "Index(value=";
        frame.closing = "))";
      }
      out_ += AstKindName(tree_.kind(n));
      out_ += '(';
    }
    frames_.push_back(frame);
  }

  // Writes until a child is opened or the top frame is done.
  void Step() {
    const size_t depth = frames_.size();
    while (frames_.size() == depth) {
      Frame& frame = frames_.back();
      const auto fields = GetAstKindInfo(tree_.kind(frame.node)).fields();
      if (frame.in_list) {
        WriteElement(frame);
      } else if (frame.field < fields.size()) {
        WriteField(frame, fields[frame.field++]);
      } else {
        if (frame.field != kLastField) WriteAttributes(frame);
        out_ += frame.closing;
        frames_.pop_back();
      }
    }
  }

  void WriteElement(Frame& frame) {
    if (frame.list.empty()) {
      out_ += ']';
      frame.in_list = false;
      return;
    }
    const int32_t value = frame.list[0];
    frame.list = frame.list.subspan(1);
    if (frame.separate_element) out_ += ", ";
    frame.separate_element = true;
    if (value < 0) {
      out_ += "None";
    } else if (frame.element_type == AstFieldType::kCompareOperatorList) {
      AppendOperator(static_cast<AstOperator>(value));
    } else if (frame.element_type == AstFieldType::kNameList) {
      AppendStrRepr(out_, tree_.name_text(NameId{value}), version_);
    } else {
      Open(NodeId{value});
    }
  }

  void Name(Frame& frame, AstField field) {
    if (frame.separate) out_ += ", ";
    frame.separate = true;
    out_ += AstFieldName(field);
    out_ += '=';
  }

  void WriteNone(Frame& frame, AstField field) {
    if (!Before(PythonVersion::k39)) return;
    Name(frame, field);
    out_ += "None";
  }

  void WriteField(Frame& frame, AstFieldInfo info) {
    if (info.field == AstField::kTypeParams && Before(PythonVersion::k312)) return;
    const int32_t raw = tree_.Raw(frame.node, info.field);
    switch (info.type) {
      case AstFieldType::kNode:
      case AstFieldType::kOptNode:
        if (raw < 0) return WriteNone(frame, info.field);
        Name(frame, info.field);
        return Open(NodeId{raw});
      case AstFieldType::kNodeList:
      case AstFieldType::kNameList:
      case AstFieldType::kCompareOperatorList:
        return OpenList(frame, info);
      case AstFieldType::kName:
      case AstFieldType::kOptName:
        if (raw < 0) return WriteNone(frame, info.field);
        Name(frame, info.field);
        return AppendStrRepr(out_, tree_.name_text(NameId{raw}), version_);
      case AstFieldType::kInt:
        Name(frame, info.field);
        return AppendNumber(raw);
      case AstFieldType::kConstant:
      case AstFieldType::kOptString:
        if (raw < 0) return WriteNone(frame, info.field);
        Name(frame, info.field);
        out_ += ConstantRepr(tree_.constant(ConstantId{raw}), version_);
        return;
      case AstFieldType::kExprContext:
        Name(frame, info.field);
        out_ += kExprContextNames[static_cast<size_t>(raw)];
        out_ += "()";
        return;
      case AstFieldType::kOperator:
      case AstFieldType::kBoolOperator:
      case AstFieldType::kUnaryOperator:
        Name(frame, info.field);
        return AppendOperator(static_cast<AstOperator>(raw));
    }
  }

  void OpenList(Frame& frame, AstFieldInfo info) {
    const auto list = tree_.RawList(frame.node, info.field);
    if (list.empty() && !Before(PythonVersion::k313)) return;
    Name(frame, info.field);
    out_ += '[';
    frame.in_list = true;
    frame.separate_element = false;
    frame.element_type = info.type;
    frame.list = list;
  }

  void AppendOperator(AstOperator op) {
    out_ += AstOperatorName(op);
    out_ += "()";
  }

  bool HasPosition(AstKind kind) const {
    if (kind == AstKind::kAlias) return !Before(PythonVersion::k310);
    if (kind == AstKind::kKeyword || kind == AstKind::kSlice) return !Before(PythonVersion::k39);
    return GetAstKindInfo(kind).has_position;
  }

  void WriteAttributes(Frame& frame) {
    if (!HasPosition(tree_.kind(frame.node))) return;
    const ByteSpan span = tree_.span(frame.node);
    LineColumn begin = Find(span.begin), end = Find(span.end);
    if (const ReportedSpan* reported = tree_.FindReportedSpan(frame.node)) {
      begin = reported->begin;
      end = reported->end;
    }
    out_ += frame.separate ? ", lineno=" : "lineno=";
    AppendNumber(begin.line);
    out_ += ", col_offset=";
    AppendNumber(begin.column);
    out_ += ", end_lineno=";
    AppendNumber(end.line);
    out_ += ", end_col_offset=";
    AppendNumber(end.column);
  }

  // Neighbours in the tree are neighbours in the text: try the last line before searching.
  LineColumn Find(uint32_t offset) {
    const auto& starts = lines_.starts();
    const bool same =
        starts[line_ - 1] <= offset && (line_ == starts.size() || offset < starts[line_]);
    if (!same) line_ = lines_.Find(offset).line;
    return {line_, offset - starts[line_ - 1]};
  }

  static constexpr uint8_t kLastField = 0xff;  // ExtSlice has the one list and no position

  const SyntaxTree& tree_;
  const LineIndex& lines_;
  const PythonVersion version_;
  std::string out_;
  std::vector<Frame> frames_;
  uint32_t line_ = 1;
};

}  // namespace

std::string DumpAst(const SyntaxTree& tree, const LineIndex& lines) {
  return AstDumper(tree, lines).Dump();
}

}  // namespace codeanatomy::parse
