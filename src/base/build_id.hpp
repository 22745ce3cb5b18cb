#pragma once

#include <string>

namespace wampgate {

/// Names the binary that runs: "0.1.0-4f2a91c07d3be615", its version and the first 8 octets of the linker's
/// build id; the version alone if the linker gave none. Any thread.
const std::string& BuildId();

}  // namespace wampgate
