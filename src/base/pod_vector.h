// PodVector: a growing array of trivially copyable elements whose growth leaves them uninitialized.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace codeanatomy {

/// Movable, not copyable. Unlike std::vector it can be extended without writing the new elements
/// first, and it grows with realloc.
template <typename T>
class PodVector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  PodVector() = default;
  PodVector(PodVector&& other) noexcept { Swap(other); }
  PodVector& operator=(PodVector&& other) noexcept {
    Swap(other);
    return *this;
  }
  ~PodVector() { std::free(data_); }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T* data() const { return data_; }
  T* data() { return data_; }
  const T& operator[](size_t i) const { return data_[i]; }
  T& operator[](size_t i) { return data_[i]; }
  const T& back() const { return data_[size_ - 1]; }
  T& back() { return data_[size_ - 1]; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }

  /// Adds `count` uninitialized elements and returns the first.
  T* Extend(size_t count) {
    if (size_ + count > capacity_) [[unlikely]]
      Grow(size_ + count);
    T* added = data_ + size_;
    size_ += count;
    return added;
  }
  void push_back(T value) { *Extend(1) = value; }
  /// Drops the elements from `size` on.
  void Truncate(size_t size) { size_ = size; }
  void Reserve(size_t capacity) {
    if (capacity > capacity_) Grow(capacity);
  }

 private:
  void Swap(PodVector& other) {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }
  void Grow(size_t least) {
    size_t capacity = capacity_ < 16 ? 16 : capacity_ + capacity_ / 2;
    if (capacity < least) capacity = least;
    void* moved = std::realloc(static_cast<void*>(data_), capacity * sizeof(T));
    CA_CHECK(moved != nullptr, "out of memory");
    data_ = static_cast<T*>(moved);
    capacity_ = capacity;
  }

  T* data_ = nullptr;
  size_t size_ = 0, capacity_ = 0;
};

}  // namespace codeanatomy
