// TemporaryViews: views of a plan that are computed once, as tables of the session, and go as soon
// as nothing left to do reads them.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "engine/plan/plan.h"
#include "engine/plan/sorted_parts.h"
#include "engine/session/session.h"

namespace codeanatomy::engine {

/// The temporary views among those that are `there` which outputs not in `done` will read, directly
/// or through views yet to be computed. Views that are written are read from their files.
/// Cost linear in the plan.
std::set<std::string_view> TemporariesRead(const Plan& plan,
                                           const std::set<const PlannedOutput*>& done,
                                           const std::set<std::string_view>& there,
                                           const WrittenParts& written);

class TemporaryViews {
 public:
  /// `run` stands before the names of its tables: executions in one session do not meet. Tables
  /// that are left go with it, each by the name that was taken down when it was made. Both outlive
  /// it.
  TemporaryViews(Session& session, const Plan& plan, std::string run)
      : session_(session), plan_(plan), run_(std::move(run)) {}
  ~TemporaryViews();
  TemporaryViews(const TemporaryViews&) = delete;
  TemporaryViews& operator=(const TemporaryViews&) = delete;

  /// The statement that computes `view` by `select`; any connection of the session may run it.
  std::string Statement(const PlannedView& view, const std::string& select) const;
  /// The statement has run.
  void Add(const PlannedView& view);
  /// The view for FROM.
  std::string Scan(std::string_view view);
  /// Gives back what nothing left to do reads.
  void DropUnread(const std::set<const PlannedOutput*>& done, const WrittenParts& written);

 private:
  void Drop(std::string_view view);
  std::string TableName(std::string_view view) const;

  Session& session_;
  const Plan& plan_;
  std::string run_;
  std::set<std::string_view> there_;
};

}  // namespace codeanatomy::engine
