#pragma once

#include "stub/connection.hpp"

namespace stub {

// Handles all that is complete in [p, p+n), answers into g_out and returns how much was used; `need` is the size of the
// frame that is not complete, where that is known. `ok` is false if the connection is to be closed.
size_t consume(Conn& c, char* p, size_t n, size_t& need, bool& ok);

}  // namespace stub
