#include "engine/render/fill_form.h"

#include <charconv>

namespace codeanatomy::engine {

std::string FillForm(std::string_view form, const std::vector<std::string>& args) {
  std::string out;
  for (size_t i = 0; i < form.size(); ++i) {
    if (form[i] != '{') {
      out += form[i];
      continue;
    }
    const size_t end = form.find('}', i);
    const std::string_view hole = form.substr(i + 1, end - i - 1);
    size_t index = 0;
    std::from_chars(hole.data(), hole.data() + hole.size(), index);
    const size_t star = hole.find('*');
    out += args[index];
    for (size_t more = index + 1; star != std::string_view::npos && more < args.size(); ++more) {
      out += hole.substr(star + 1);
      out += args[more];
    }
    i = end;
  }
  return out;
}

}  // namespace codeanatomy::engine
