// The reference pages: one per subject of the catalogue, made from its records alone.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "driver/reference/reference_page.h"

namespace codeanatomy::driver {

/// The subjects in the order in which they are listed, e.g. "nodes".
std::vector<std::string_view> ReferenceSubjects();
/// nullopt where there is no such subject. Cheap: a few thousand short texts at most.
std::optional<ReferencePage> FindReferencePage(std::string_view subject);

}  // namespace codeanatomy::driver
