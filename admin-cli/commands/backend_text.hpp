#pragma once

#include <wampgate/v1/backend_service.pb.h>

#include <string>

#include "commands/commands.hpp"
#include "table.hpp"

namespace wampgate::ctl {

/// "12.3ms"; "-" for nothing.
std::string Milliseconds(double milliseconds);

/// A backend in a table: how it is, then where.
Cells BackendHeadings();
Cells BackendRow(const v1::BackendView& view);
/// What a wide table has more.
Cells BackendWideHeadings();
Cells BackendWideRow(const v1::BackendView& view);

/// Adds drain, undrain, set-state and probe to the noun.
void AddBackendVerbs(CLI::App& backend, Invocation& invocation);

}  // namespace wampgate::ctl
