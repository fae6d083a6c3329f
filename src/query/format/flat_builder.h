// FlatBuilder: the few parts of FlatBuffers that Arrow's message headers need.
//
// A buffer grows from its end to its front, so that what a table points to is there before the
// table; a position is a distance from the end. A table begins with the distance to its vtable,
// which gives for each field its distance from the table, or 0. Source  FlatBuffers internals
// (google.github.io/flatbuffers), little-endian.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace codeanatomy::query {

class FlatBuilder {
 public:
  using Offset = uint32_t;  // from the end; 0: none

  Offset String(std::string_view text) {
    Align(4, text.size() + 1);
    Prepend(std::string_view("\0", 1));
    Prepend(text);
    Scalar(static_cast<uint32_t>(text.size()));
    return size();
  }
  Offset Vector(const std::vector<Offset>& elements) {
    Align(4);
    for (size_t i = elements.size(); i-- > 0;) Reference(elements[i]);
    Scalar(static_cast<uint32_t>(elements.size()));
    return size();
  }
  /// Structs of two 64-bit integers.
  Offset Pairs(const std::vector<std::pair<int64_t, int64_t>>& pairs) {
    Align(8);
    for (size_t i = pairs.size(); i-- > 0;) {
      Scalar(pairs[i].second);
      Scalar(pairs[i].first);
    }
    Scalar(static_cast<uint32_t>(pairs.size()));
    return size();
  }

  Offset Numbers(const std::vector<int64_t>& numbers) {
    Align(8);
    for (size_t i = numbers.size(); i-- > 0;) Scalar(numbers[i]);
    Scalar(static_cast<uint32_t>(numbers.size()));
    return size();
  }

  void BeginTable(size_t fields) {
    begin_ = size();
    slots_.assign(fields, 0);
  }
  template <typename T>
  void Add(size_t field, T value) {
    Scalar(value);
    slots_[field] = size();
  }
  void AddReference(size_t field, Offset target) {
    Reference(target);
    slots_[field] = size();
  }
  Offset EndTable() {
    Scalar(int32_t{0});  // distance to the vtable, known below
    const Offset table = size();
    for (size_t i = slots_.size(); i-- > 0;) {
      Scalar(static_cast<uint16_t>(slots_[i] == 0 ? 0 : table - slots_[i]));
    }
    Scalar(static_cast<uint16_t>(table - begin_));
    Scalar(static_cast<uint16_t>(2 * (slots_.size() + 2)));
    const auto distance = static_cast<int32_t>(size() - table);
    bytes_.replace(bytes_.size() - table, 4, Bytes(distance));
    return table;
  }
  /// The finished buffer, a multiple of 8 bytes.
  std::string Finish(Offset root) && {
    Align(8, 4);
    Reference(root);
    return std::move(bytes_);
  }

 private:
  template <typename T>
  static std::string Bytes(T value) {
    std::string bytes;
    auto bits = static_cast<uint64_t>(value);
    for (size_t i = 0; i < sizeof(T); ++i, bits >>= 8) bytes += static_cast<char>(bits & 0xff);
    return bytes;
  }
  Offset size() const { return static_cast<Offset>(bytes_.size()); }
  void Prepend(std::string_view bytes) { bytes_.insert(0, bytes); }
  void Align(size_t unit, size_t then = 0) {
    const size_t over = (bytes_.size() + then) % unit;
    if (over != 0) bytes_.insert(0, unit - over, '\0');
  }
  template <typename T>
  void Scalar(T value) {
    static_assert(std::is_integral_v<T>);
    Align(sizeof(T));
    Prepend(Bytes(value));
  }
  void Reference(Offset target) {
    Align(4);
    Scalar(static_cast<uint32_t>(size() + 4 - target));
  }

  std::string bytes_;
  Offset begin_ = 0;
  std::vector<Offset> slots_;
};

}  // namespace codeanatomy::query
