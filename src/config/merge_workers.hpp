#pragma once

#include <cstddef>
#include <vector>

#include "config/carried_worker.hpp"

namespace wampgate::config {

/// Workers of a Crossbar file that are one worker here.
struct MergedWorker {
  CarriedWorker first;              ///< with the sum of all processes
  std::vector<std::size_t> places;  ///< of all of them, in `workers` of the file
};

/// Makes one worker of those that are alike but for id and title and that share everything they listen on:
/// Unix sockets and TCP ports with `shared`. Others are kept: two ports of a range are not one. The order is
/// that of the file.
std::vector<MergedWorker> MergeAlike(std::vector<CarriedWorker> workers);

}  // namespace wampgate::config
