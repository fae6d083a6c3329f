// Format strings since Python 3.12.
#include "parse/parser.h"
#include "parse/string_literal.h"

namespace codeanatomy::parse {

NodeRef Parser::ParseModernStrings(uint32_t first) {
  (void)first;
  return Unexpected();
}

}  // namespace codeanatomy::parse
