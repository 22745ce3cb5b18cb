#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace wampgate {

void CheckFailed(const char* file, int line, const char* condition) {
  // The log queue may be the thing that is broken, so this bypasses it.
  std::fprintf(stderr, "wampgate: %s:%d: internal error, this must hold: %s\n", file, line, condition);
  std::fflush(stderr);
  std::abort();
}

}  // namespace wampgate
