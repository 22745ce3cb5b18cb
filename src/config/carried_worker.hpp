#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "config/document_index.hpp"
#include "config/problem.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::config {

/// What becomes of one proxy worker of a Crossbar file.
struct CarriedWorker {
  std::size_t place = 0;                ///< in `workers` of the file
  bool stays = false;                   ///< with Crossbar, as a whole; `worker` is of no use then
  v1::Worker worker;                    ///< as wampgate runs it
  std::vector<std::size_t> transports;  ///< places in the file of those in `worker`
  std::vector<std::size_t> staying;     ///< places of those that stay with Crossbar
  std::string lost;  ///< what Crossbar does and `worker` does not; workers with different ones are not alike
};

/// Leaves out of a worker what wampgate does not have, so that nothing opens by it: where a key cannot just
/// go, the whole path goes (404), or the whole transport or worker stays with Crossbar. `problems` are the
/// reader's, of the whole file; what is left out is added to `left_out`, one line per key, with the
/// consequence.
CarriedWorker CarryOver(v1::Worker worker, std::size_t place, const Problems& problems,
                        const DocumentIndex& index, Problems& left_out);

}  // namespace wampgate::config
