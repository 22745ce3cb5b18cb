#include "web/download.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <mutex>

namespace wampgate::web {
namespace {

constexpr long kMostRedirects = 5;
constexpr long kConnectTimeout = 15000;  // milliseconds
constexpr long kStalledAfter = 60;       // seconds without an octet

struct Sink {
  int file;
  std::uint64_t most;
  const std::atomic<bool>& cancelled;
  std::uint64_t written = 0;
  std::string failure;
  char detail[CURL_ERROR_SIZE] = "";  ///< what libcurl says beyond its code: which host, which certificate
};

std::size_t Write(char* octets, std::size_t /*one*/, std::size_t count, void* to) {
  Sink& sink = *static_cast<Sink*>(to);
  if (count > sink.most - sink.written) {
    sink.failure = fmt::format("it has more than {} octets", sink.most);
    return 0;
  }
  for (std::size_t have = 0; have < count;) {
    const ssize_t put = ::write(sink.file, octets + have, count - have);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      sink.failure = fmt::format("it cannot be written to disk: {}", ErrnoText(errno));
      return 0;
    }
    have += static_cast<std::size_t>(put);
  }
  sink.written += count;
  return count;
}

int OnProgress(void* of, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const Sink*>(of)->cancelled.load() ? 1 : 0;
}

void SetUp(CURL* curl, const DownloadOrder& order, Sink& sink) {
  const bool is_secure = order.url.starts_with("https:");
  curl_easy_setopt(curl, CURLOPT_URL, order.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, is_secure ? "https" : "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, kMostRedirects);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);  // does not wait for the name server when it is cancelled
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "wampgate");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeout);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(order.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kStalledAfter);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, sink.detail);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Write);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &OnProgress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &sink);
}

}  // namespace

Status Download(const DownloadOrder& order, int file, const std::atomic<bool>& cancelled) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  Sink sink{.file = file, .most = order.most, .cancelled = cancelled, .written = 0, .failure = {}};
  // Gone before the sink: its end may still write to what it was given.
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) return ResourceExhausted("there is no memory for a download");
  SetUp(curl.get(), order, sink);
  const CURLcode result = curl_easy_perform(curl.get());
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (!sink.failure.empty()) return ResourceExhausted(sink.failure);
  if (result == CURLE_HTTP_RETURNED_ERROR || (result == CURLE_OK && status != 200))
    return Unavailable(fmt::format("the server answered with status {}", status));
  if (result == CURLE_OPERATION_TIMEDOUT)
    return DeadlineExceeded(fmt::format("it was not there within {} ms, or stalled", order.timeout.count()));
  if (result != CURLE_OK)
    return Unavailable(sink.detail[0] == '\0' ? curl_easy_strerror(result) : sink.detail);
  return OkStatus();
}

std::string WithoutCredentials(const std::string& url) {
  const std::size_t begin = url.find("://");
  if (begin == std::string::npos) return url;
  const std::size_t end = std::min(url.find_first_of("/?#", begin + 3), url.size());
  const std::size_t at = url.rfind('@', end);
  if (at == std::string::npos || at < begin || at >= end) return url;
  return url.substr(0, begin + 3) + url.substr(at + 1);
}

}  // namespace wampgate::web
