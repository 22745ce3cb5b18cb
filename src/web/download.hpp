#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "base/status.hpp"

namespace wampgate::web {

struct DownloadOrder {
  std::string url;  ///< http or https
  std::chrono::milliseconds timeout{0};
  std::uint64_t most = 0;  ///< octets
};

/// Writes what is at the URL to `file`, by libcurl: status 200 only, at most 5 redirects, which lead from
/// https to https only, http proxies from the environment. Breaks off within a second once `cancelled`.
/// Errors name the host at most, never the URL. Blocks; any thread.
Status Download(const DownloadOrder& order, int file, const std::atomic<bool>& cancelled);

/// The URL without user and password.
std::string WithoutCredentials(const std::string& url);

}  // namespace wampgate::web
