#include "web/archive_downloads.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <exception>
#include <random>
#include <thread>
#include <utility>

#include "base/log.hpp"
#include "web/archive_fetch.hpp"
#include "web/download.hpp"

namespace wampgate::web {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestDelay{300000};

/// Signals belong to the loop's thread.
void BecomeBackground() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), "wampgate-fetch");
}

milliseconds Jittered(milliseconds delay) {
  std::random_device random;
  const auto spread = static_cast<std::uint64_t>(std::max<milliseconds::rep>(delay.count() / 2, 1));
  return delay * 3 / 4 + milliseconds(random() % spread);
}

Status Fetch(const ArchiveSource& source, const std::atomic<bool>& cancelled) {
  try {
    return FetchArchive(source, cancelled);
  } catch (const std::exception& e) {  // memory
    return ResourceExhausted(e.what());
  }
}

}  // namespace

struct ArchiveDownloads::Job {
  explicit Job(ArchiveSource its_source) : source(std::move(its_source)) {}
  const ArchiveSource source;
  std::atomic<bool> cancelled = false;
  std::atomic<bool> done = false;
  std::mutex mutex;
  std::condition_variable wake;
  std::thread thread;

  void Cancel() {
    {
      const std::lock_guard lock(mutex);
      cancelled = true;
    }
    wake.notify_one();
  }
};

ArchiveDownloads::ArchiveDownloads(milliseconds first_delay) : first_delay_(first_delay) {}

ArchiveDownloads::~ArchiveDownloads() {
  for (const auto& [file, job] : jobs_) job->Cancel();
  for (const auto& [file, job] : jobs_) {
    job->thread.join();
  }
}

void ArchiveDownloads::Ensure(const ArchiveSource& source) {
  const std::lock_guard lock(mutex_);
  Reap();
  if (Has(source)) return;
  const auto entry = jobs_.emplace(source.file, std::make_unique<Job>(source));
  Job& job = *entry->second;
  try {
    job.thread = std::thread([this, &job] { Run(job); });
    is_lack_told_ = false;
  } catch (const std::exception& e) {
    jobs_.erase(entry);
    if (std::exchange(is_lack_told_, true)) return;
    log::Warning("web",
                 "an archive is not downloaded: no thread can be started. It is tried again when it is asked "
                 "for; look at the limits of processes and memory",
                 {{"file", source.file}, {"error", std::string_view(e.what())}});
  }
}

bool ArchiveDownloads::IsUnderWay(const ArchiveSource& source) {
  const std::lock_guard lock(mutex_);
  Reap();
  return Has(source);
}

bool ArchiveDownloads::Has(const ArchiveSource& source) const {
  const auto [begin, end] = jobs_.equal_range(source.file);
  return std::any_of(begin, end, [&](const auto& entry) {
    return !entry.second->cancelled && entry.second->source == source;
  });
}

void ArchiveDownloads::Cancel(const ArchiveSource& source) {
  const std::lock_guard lock(mutex_);
  Reap();
  const auto [begin, end] = jobs_.equal_range(source.file);
  for (auto job = begin; job != end; ++job) {
    if (job->second->source == source) job->second->Cancel();
  }
}

std::size_t ArchiveDownloads::running() {
  const std::lock_guard lock(mutex_);
  Reap();
  return jobs_.size();
}

void ArchiveDownloads::Reap() {
  std::erase_if(jobs_, [](const auto& entry) {
    if (!entry.second->done) return false;
    entry.second->thread.join();
    return true;
  });
}

void ArchiveDownloads::Run(Job& job) {
  BecomeBackground();
  for (milliseconds delay = first_delay_; !job.cancelled; delay = std::min(delay * 2, kLongestDelay)) {
    const Status status = Fetch(job.source, job.cancelled);
    if (status.ok() || job.cancelled) break;
    const milliseconds pause = Jittered(delay);
    log::Warning("web", "an archive could not be downloaded; it is tried again",
                 {{"file", job.source.file},
                  {"origin", WithoutCredentials(job.source.origin)},
                  {"error", Message(status)},
                  {"again_in_ms", pause.count()}});
    std::unique_lock lock(job.mutex);
    job.wake.wait_for(lock, pause, [&] { return job.cancelled.load(); });
  }
  job.done = true;
}

}  // namespace wampgate::web
