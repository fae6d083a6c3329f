// Result<T>: a value or an Error. A subset of std::expected's members, so that the later change to
// it is this one header. Result<void> is a success without a value.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/error.h"

namespace codeanatomy {

template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  template <typename U = T>
    requires(std::is_constructible_v<T, U &&> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
             !std::is_same_v<std::remove_cvref_t<U>, Error>)
  Result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}  // NOLINT
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}      // NOLINT

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  Error& error() {
    CA_CHECK(!has_value(), "error() of a Result that holds a value");
    return *std::get_if<1>(&state_);
  }
  const Error& error() const { return const_cast<Result*>(this)->error(); }

  template <typename U>
  T value_or(U&& other) const& {
    return has_value() ? **this : static_cast<T>(std::forward<U>(other));
  }

 private:
  T& value() {
    CA_CHECK(has_value(), "value of a Result that holds an error");
    return *std::get_if<0>(&state_);
  }
  const T& value() const { return const_cast<Result*>(this)->value(); }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT
  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  void operator*() const {}
  Error& error() {
    CA_CHECK(error_.has_value(), "error() of a Result that holds a value");
    return *error_;
  }
  const Error& error() const { return const_cast<Result*>(this)->error(); }

 private:
  std::optional<Error> error_;
};

}  // namespace codeanatomy

#define CA_CONCAT_INNER(a, b) a##b
#define CA_CONCAT(a, b) CA_CONCAT_INNER(a, b)
#define CA_ASSIGN_OR_RETURN_INNER(result, declaration, expression) \
  auto result = (expression);                                      \
  if (!result) return std::move(result.error());                   \
  declaration = *std::move(result)
/// `CA_ASSIGN_OR_RETURN(auto rows, Read(path));` returns the error to the caller.
#define CA_ASSIGN_OR_RETURN(declaration, expression) \
  CA_ASSIGN_OR_RETURN_INNER(CA_CONCAT(ca_result_, __LINE__), declaration, expression)
#define CA_RETURN_IF_ERROR(expression)                                                  \
  do {                                                                                  \
    if (auto ca_status = (expression); !ca_status) return std::move(ca_status.error()); \
  } while (false)
