#include "spec/spec.h"

namespace codeanatomy::spec {
namespace {

template <typename T>
const T* FindBy(const std::vector<T>& items, std::string_view name, std::string T::*member) {
  for (const T& item : items) {
    if (item.*member == name) return &item;
  }
  return nullptr;
}

}  // namespace

const ViewDefinition* Spec::FindView(std::string_view name) const {
  return FindBy(view_definitions, name, &ViewDefinition::name);
}

const InputRelation* Spec::FindInput(std::string_view name) const {
  return FindBy(input_relations, name, &InputRelation::logical_name);
}

std::vector<std::string> TransformSources(const Transform& transform) {
  return std::visit(
      [](const auto& t) -> std::vector<std::string> {
        if constexpr (requires { t.sources; }) {
          return t.sources;
        } else if constexpr (requires { t.left; }) {
          return {t.left, t.right};
        } else {
          return {t.source};
        }
      },
      transform);
}

}  // namespace codeanatomy::spec
