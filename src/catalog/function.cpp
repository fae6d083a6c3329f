#include "catalog/function.h"

namespace codeanatomy {

std::vector<FunctionParameter> NativeParameters(const FunctionInfo& function) {
  std::vector<FunctionParameter> parameters;
  std::string_view rest = function.parameters;
  while (!rest.empty()) {
    size_t end = 0;
    for (int depth = 0; end < rest.size() && (depth > 0 || rest[end] != ','); ++end) {
      depth += (rest[end] == '(') - (rest[end] == ')');
    }
    const std::string_view parameter = rest.substr(0, end);
    const size_t space = parameter.find(' ');
    parameters.push_back({parameter.substr(0, space), parameter.substr(space + 1)});
    rest.remove_prefix(end);
    while (rest.starts_with(',') || rest.starts_with(' ')) rest.remove_prefix(1);
  }
  return parameters;
}

}  // namespace codeanatomy
