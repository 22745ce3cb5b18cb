#include "supervisor/apply_result.hpp"

#include <utility>

namespace wampgate::supervisor {
namespace {

using Outcome = std::pair<ApplyOutcome, v1::ApplyResult::Outcome>;
constexpr Outcome kOutcomes[] = {{ApplyOutcome::kFailed, v1::ApplyResult::OUTCOME_UNSPECIFIED},
                                 {ApplyOutcome::kApplied, v1::ApplyResult::APPLIED},
                                 {ApplyOutcome::kNoChange, v1::ApplyResult::NO_CHANGE},
                                 {ApplyOutcome::kValidated, v1::ApplyResult::VALIDATED}};
using OfProcess = std::pair<ProcessOutcome, v1::ProcessResult::Outcome>;
constexpr OfProcess kOfProcesses[] = {{ProcessOutcome::kCommitted, v1::ProcessResult::COMMITTED},
                                      {ProcessOutcome::kReplaced, v1::ProcessResult::REPLACED},
                                      {ProcessOutcome::kNotRunning, v1::ProcessResult::NOT_RUNNING},
                                      {ProcessOutcome::kStarted, v1::ProcessResult::STARTED},
                                      {ProcessOutcome::kStopped, v1::ProcessResult::STOPPED}};

}  // namespace

v1::ApplyResult ToProto(const ApplyReply& reply) {
  v1::ApplyResult result;
  for (const auto& [outcome, proto] : kOutcomes) {
    if (outcome == reply.outcome) result.set_outcome(proto);
  }
  result.set_revision(reply.revision);
  *result.mutable_plan() = reply.plan;
  result.set_operation(reply.operation);
  for (const ProcessResult& from : reply.processes) {
    v1::ProcessResult& process = *result.add_processes();
    process.set_process(from.process);
    process.set_detail(from.detail);
    for (const auto& [outcome, proto] : kOfProcesses) {
      if (outcome == from.outcome) process.set_outcome(proto);
    }
  }
  return result;
}

ApplyReply FromProto(const v1::ApplyResult& result) {
  ApplyReply reply;
  for (const auto& [outcome, proto] : kOutcomes) {
    if (proto == result.outcome()) reply.outcome = outcome;
  }
  reply.revision = result.revision();
  reply.plan = result.plan();
  reply.operation = result.operation();
  for (const v1::ProcessResult& from : result.processes()) {
    ProcessResult& process = reply.processes.emplace_back();
    process.process = from.process();
    process.detail = from.detail();
    for (const auto& [outcome, proto] : kOfProcesses) {
      if (proto == from.outcome()) process.outcome = outcome;
    }
  }
  return reply;
}

}  // namespace wampgate::supervisor
