#pragma once

#include <wampgate/v1/change.pb.h>

#include "client.hpp"
#include "printer.hpp"

namespace wampgate::ctl {

/// What a change does or has done, as text; warnings go to stderr.
void PrintPlan(const v1::Plan& plan);
/// In the asked form.
void PrintResult(Output output, const v1::ApplyResult& result);

}  // namespace wampgate::ctl
