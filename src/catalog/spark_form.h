// FindSparkForm: operators of spec expressions in Spark's dialect.
#pragma once

#include <algorithm>
#include <array>
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

// By names: under the sanitizers an address is no constant that can be compared.
static_assert(std::ranges::all_of(kSparkForms,
                                  [](const SparkForm& form) {
                                    return std::ranges::any_of(kOperators, [&](const auto& op) {
                                      return op.name == form.name;
                                    });
                                  }),
              "a form belongs to an operator");

}  // namespace codeanatomy
