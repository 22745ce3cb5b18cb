#pragma once

#include <wampgate/v1/certificate_service.pb.h>

#include <ctime>
#include <optional>
#include <string>

#include "base/status.hpp"

namespace wampgate::management {

/// Fills in what the PEM file of that path holds: everything of the view but `name`, `file` and `used_by`.
/// FAILED_PRECONDITION, saying why, if it cannot be read or has no certificate.
Status ReadCertificateFile(const std::string& path, v1::CertificateView& view);

/// When the first certificate of the file expires, those that it was signed by included; nothing if it cannot
/// be read. Blocks for the disk.
std::optional<std::time_t> ExpiryOf(const std::string& path);

/// Negative if it is over.
double DaysUntil(std::time_t expiry);

}  // namespace wampgate::management
