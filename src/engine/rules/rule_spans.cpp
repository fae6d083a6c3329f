#include "engine/rules/rule_spans.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace codeanatomy::engine {
namespace {

std::string Patch(const PlanText& before, const PlanText& after) {
  const auto from = nlohmann::json::parse(before.Canonical(), nullptr, false);
  const auto to = nlohmann::json::parse(after.Canonical(), nullptr, false);
  return nlohmann::json::diff(from, to).dump();
}

}  // namespace

RuleSpans::Followed::Followed(const RuleObserver& observer, const std::string& name,
                              uint64_t parent, const PlanText& plan)
    : scope_(*observer.sink, name, parent), has_diff_(observer.plan_diff) {
  if (has_diff_) begin_ = end_ = plan;
}

RuleSpans::Followed::~Followed() {
  scope_.Set("passes", fmt::format("{}", passes_));
  scope_.Set("rewrites", fmt::format("{}", rewrites_));
  if (passes_ == 0) return;
  scope_.Set("before_digest", before_);
  scope_.Set("after_digest", after_);
  scope_.Set("plan_changed", before_ == after_ ? "false" : "true");
  if (has_diff_) scope_.Set("plan_diff", before_ == after_ ? "[]" : Patch(begin_, end_));
}

void RuleSpans::Followed::Add(const PassTrace& pass, const PlanText& plan) {
  if (passes_++ == 0) before_ = pass.before;
  after_ = pass.after;
  rewrites_ += pass.rewrites;
  if (has_diff_ && pass.before != pass.after) end_ = plan;
}

void RuleSpans::Begin(const Rule& rule, const PlanText& plan) {
  if (!is_on()) return;
  if (kind_ != rule.info->kind) {
    phase_.reset();
    kind_ = rule.info->kind;
    phase_.emplace(observer_,
                   fmt::format("rules.{}", kEngineRuleKindNames[static_cast<size_t>(*kind_)]),
                   observer_.parent, plan);
  }
  if (observer_.mode == spec::RuleTracing::kFull) {
    rule_.emplace(observer_, fmt::format("rule {}", rule.info->name), phase_->scope().id(), plan);
  }
}

void RuleSpans::End(const PassTrace& pass, const PlanText& plan) {
  if (phase_) phase_->Add(pass, plan);
  if (rule_) rule_->Add(pass, plan);
  rule_.reset();
}

void RuleSpans::Fail(const Error& error) {
  if (phase_) phase_->scope().Exception(error);
  if (rule_) rule_->scope().Exception(error);
  rule_.reset();
}

}  // namespace codeanatomy::engine
