#include "plan_printer.hpp"

#include <iostream>

#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

constexpr std::size_t kLongestValue = 1000;  // characters

std::string OrUnset(const std::string& value) {
  return value.empty() ? "(unset)" : Shortened(value, kLongestValue);
}

Paint PaintOf(v1::PlannedChange::Action action) {
  if (action == v1::PlannedChange::CREATE) return Paint::kGood;
  return action == v1::PlannedChange::DELETE ? Paint::kBad : Paint::kWarning;
}

void PrintResult(const v1::ApplyResult& result) {
  PrintPlan(result.plan());
  for (const auto& process : result.processes()) {
    if (process.outcome() == v1::ProcessResult::COMMITTED) continue;
    std::cout << Printable(process.process()) << ": "
              << Painted(EnumText(v1::ProcessResult::Outcome_Name(process.outcome())), Paint::kWarning)
              << (process.detail().empty() ? "" : ", " + Printable(process.detail())) << "\n";
  }
  switch (result.outcome()) {
    case v1::ApplyResult::NO_CHANGE:
      std::cout << "no change: revision " << result.revision() << " stays\n";
      break;
    case v1::ApplyResult::VALIDATED:
      std::cout << "valid; nothing was changed (revision " << result.revision() << " runs)\n";
      break;
    default:
      std::cout << "revision " << result.revision() << " runs\n";
  }
  if (!result.operation().empty())
    std::cout << result.operation()
              << " ends the sessions of what went; `wampgatectl operation wait` follows it\n";
}

}  // namespace

void PrintPlan(const v1::Plan& plan) {
  for (const auto& warning : plan.warnings()) {
    const std::string text = (warning.field().empty() ? "" : warning.field() + ": ") + warning.description();
    std::cerr << Painted("warning:", Paint::kWarning, Stream::kError) << " " << Shortened(text, kLongestValue)
              << "\n";
  }
  for (const auto& change : plan.changes()) {
    std::cout << Painted(EnumText(v1::PlannedChange::Action_Name(change.action())), PaintOf(change.action()))
              << "  " << Printable(change.name());
    if (const auto closed = change.sessions_closed(); closed > 0) {
      std::cout << "  (closes " << closed << (closed == 1 ? " session)" : " sessions)");
    }
    std::cout << "\n";
    for (const auto& field : change.fields()) {
      std::cout << "    " << Printable(field.field()) << ": " << OrUnset(field.old_value()) << " -> "
                << OrUnset(field.new_value()) << "\n";
    }
  }
}

void PrintResult(Output output, const v1::ApplyResult& result) {
  output == Output::kTable ? PrintResult(result) : Print(output, AsJson(result));
}

}  // namespace wampgate::ctl
