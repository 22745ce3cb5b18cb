// Walks over values without looking into them.
#pragma once

#include "stub/connection.hpp"

namespace stub {

// Both return the position after what they pass: white space, and one value (nullptr if that runs out).
const u8* skip_ws(const u8* p, const u8* e);
const u8* skip(Ser s, const u8* p, const u8* e);

}  // namespace stub
