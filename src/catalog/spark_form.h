// FindSparkForm: operators of spec expressions in Spark's dialect.
#pragma once

#include <optional>
#include <string_view>

#include "catalog/operator.h"

namespace codeanatomy {

struct SparkForm {
  std::string_view name, form;
};

inline constexpr auto kSparkForms = std::to_array<SparkForm>({
#define CA_SPARK_FORM(name, form) {name, form},
#include "catalog/spark_form.def"
});

constexpr std::optional<std::string_view> FindSparkForm(std::string_view name) {
  for (const SparkForm& form : kSparkForms) {
    if (form.name == name) return form.form;
  }
  return std::nullopt;
}

static_assert(
    [] {
      for (const SparkForm& form : kSparkForms) {
        if (FindOperator(form.name) == nullptr) return false;
      }
      return true;
    }(),
    "a form belongs to an operator");

}  // namespace codeanatomy
