#include "spec/knobs.h"

#include <charconv>
#include <optional>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "spec/runtime_json.h"

namespace codeanatomy::spec {
namespace {

struct Knob {
  std::string_view name;
  std::variant<std::optional<int64_t>*, std::optional<bool>*, std::optional<std::string>*> member;
};

/// A visitor of Describe: the members of a profile, but for its name, in the order of the format.
class Knobs {
 public:
  explicit Knobs(RuntimeProfile& profile) { Describe(*this, profile); }
  void Required(const char*, std::string&) {}
  template <typename T>
  void Default(const char* name, std::optional<T>& member) {
    all_.push_back({name, &member});
  }
  const std::vector<Knob>& all() const { return all_; }

 private:
  std::vector<Knob> all_;
};

bool Set(std::string_view text, std::optional<int64_t>& member) {
  int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return false;
  member = number;
  return true;
}

bool Set(std::string_view text, std::optional<bool>& member) {
  if (text != "true" && text != "false") return false;
  member = text == "true";
  return true;
}

bool Set(std::string_view text, std::optional<std::string>& member) {
  member = text;
  return !text.empty();
}

}  // namespace

Result<RuntimeProfile> ParseKnobs(std::span<const std::string> settings) {
  RuntimeProfile profile;
  const Knobs knobs(profile);
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    const std::string_view name = std::string_view(setting).substr(0, equals);
    const auto knob = std::ranges::find(knobs.all(), name, &Knob::name);
    if (knob == knobs.all().end()) {
      std::vector<std::string_view> names;
      for (const Knob& one : knobs.all()) names.push_back(one.name);
      return Error(ErrorCode::kInvalidArgument, fmt::format("no knob {}", name), setting,
                   fmt::format("knobs are {}", fmt::join(names, ", ")));
    }
    const std::string_view value =
        equals == std::string::npos ? "" : std::string_view(setting).substr(equals + 1);
    const bool is_set = std::visit([&](auto* member) { return Set(value, *member); }, knob->member);
    if (!is_set) {
      return Error(ErrorCode::kInvalidArgument, fmt::format("no value of {}: \"{}\"", name, value),
                   setting, "give a number, true or false as KNOB=VALUE");
    }
  }
  return profile;
}

std::vector<std::string> KnobTexts(const RuntimeProfile& profile) {
  RuntimeProfile copy = profile;
  const Knobs knobs(copy);
  std::vector<std::string> texts;
  for (const Knob& knob : knobs.all()) {
    std::visit(
        [&](const auto* member) {
          if (*member) texts.push_back(fmt::format("{}={}", knob.name, **member));
        },
        knob.member);
  }
  return texts;
}

RuntimeProfile Overlay(const RuntimeProfile& over, const RuntimeProfile& under) {
  RuntimeProfile all = over, rest = under;
  if (all.name.empty()) all.name = under.name;
  const Knobs to(all), from(rest);
  for (size_t i = 0; i < to.all().size(); ++i) {
    std::visit(
        [&](auto* member) {
          if (!*member) *member = *std::get<decltype(member)>(from.all()[i].member);
        },
        to.all()[i].member);
  }
  return all;
}

}  // namespace codeanatomy::spec
