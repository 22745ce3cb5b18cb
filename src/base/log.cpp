#include "base/log.hpp"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <mutex>
#include <thread>

#include "base/log_line.hpp"
#include "base/log_sink.hpp"
#include "base/log_tap.hpp"

namespace wampgate::log {
namespace {

void DescribeLoss(std::string& out, std::uint64_t lost);

/// Never destroyed: other threads and static objects may log until the very end.
struct Log {
  std::atomic<Level> level{Level::kWarning};
  std::atomic<Level> tap_level{Level::kOff};
  std::mutex tap_mutex;
  std::shared_ptr<const Tap> tap;
  Format format = Format::kText;
  std::string process = "wampgate";
  Sink sink{STDERR_FILENO, DescribeLoss};
};

Log& TheLog() {
  static Log* const log = new Log;
  return *log;
}

void AppendLine(std::string& out, const LineHead& head, std::string_view sentence,
                std::initializer_list<Field> fields) {
  TheLog().format == Format::kJson ? AppendJson(out, head, sentence, fields)
                                   : AppendText(out, head, sentence, fields);
}

void DescribeLoss(std::string& out, std::uint64_t lost) {
  const LineHead head{std::chrono::system_clock::now(), Level::kWarning, TheLog().process, "log"};
  AppendLine(out, head, "log lines were lost because standard error was not read fast enough",
             {{"lost", lost}});
}

void WriteToTap(const LineHead& head, std::string_view sentence, std::initializer_list<Field> fields) {
  Log& log = TheLog();
  std::shared_ptr<const Tap> tap;
  {
    const std::lock_guard lock(log.tap_mutex);
    tap = log.tap;
  }
  if (tap == nullptr) return;
  std::string text;
  AppendBody(text, sentence, fields);
  (*tap)({head.time, head.level, head.module, text});
}

/// Signals belong to the loop, and a closed pipe must not kill the process.
void BlockSignals() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

void Start(Level level, Format format, std::string_view process) {
  Log& log = TheLog();
  log.level = level;
  log.format = format;
  log.process = process;
  std::thread([&log] {
    BlockSignals();
    log.sink.Run();
  }).detach();  // Stop() waits for it, with a deadline: a stuck descriptor must not keep the process alive
}

void Stop() {
  TheLog().sink.Stop();
}

void SetLevel(Level level) {
  TheLog().level.store(level, std::memory_order_relaxed);
}

bool Enabled(Level level) {
  const Log& log = TheLog();
  return level != Level::kOff && (level >= log.level.load(std::memory_order_relaxed) ||
                                  level >= log.tap_level.load(std::memory_order_relaxed));
}

void SetTap(Level level, Tap tap) {
  Log& log = TheLog();
  const std::lock_guard lock(log.tap_mutex);
  log.tap = level == Level::kOff ? nullptr : std::make_shared<const Tap>(std::move(tap));
  log.tap_level.store(level, std::memory_order_relaxed);
}

std::uint64_t dropped() {
  return TheLog().sink.dropped();
}

void Write(Level level, std::string_view module, std::string_view sentence,
           std::initializer_list<Field> fields) {
  if (!Enabled(level)) return;
  Log& log = TheLog();
  const LineHead head{std::chrono::system_clock::now(), level, log.process, module};
  if (level >= log.tap_level.load(std::memory_order_relaxed)) WriteToTap(head, sentence, fields);
  if (level < log.level.load(std::memory_order_relaxed)) return;
  thread_local std::string line;
  line.clear();
  log.format == Format::kJson ? AppendJson(line, head, sentence, fields)
                              : AppendText(line, head, sentence, fields);
  log.sink.Write(line);
}

bool ParseLevel(std::string_view text, Level& level) {
  for (const Level candidate :
       {Level::kTrace, Level::kDebug, Level::kInfo, Level::kWarning, Level::kError, Level::kOff}) {
    if (text == Name(candidate)) {
      level = candidate;
      return true;
    }
  }
  if (text == "warn") level = Level::kWarning;
  if (text == "none") level = Level::kOff;
  return text == "warn" || text == "none";
}

}  // namespace wampgate::log
