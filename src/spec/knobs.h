// Knobs: members of a runtime profile that something else than a spec says.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "spec/runtime_config.h"

namespace codeanatomy::spec {

/// Each text is KNOB=VALUE: a number, true, false, or text where the member is text. Of equal knobs
/// the last wins; the profile's name stays empty.
/// Errors InvalidArgument, naming the text and what there is.
Result<RuntimeProfile> ParseKnobs(std::span<const std::string> settings);

/// The knobs that are set, in the form that ParseKnobs reads, in the order of the format.
std::vector<std::string> KnobTexts(const RuntimeProfile& profile);

/// `over`, and `under` for the members that it lacks.
RuntimeProfile Overlay(const RuntimeProfile& over, const RuntimeProfile& under);

}  // namespace codeanatomy::spec
