#include "base/log.hpp"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include "base/log_line.hpp"
#include "base/log_sink.hpp"

namespace wampgate::log {
namespace {

void DescribeLoss(std::string& out, std::uint64_t lost);

/// Never destroyed: other threads and static objects may log until the very end.
struct Log {
  std::atomic<Level> level{Level::kWarning};
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
  return level >= TheLog().level.load(std::memory_order_relaxed) && level != Level::kOff;
}

std::uint64_t dropped() {
  return TheLog().sink.dropped();
}

void Write(Level level, std::string_view module, std::string_view sentence,
           std::initializer_list<Field> fields) {
  if (!Enabled(level)) return;
  Log& log = TheLog();
  const LineHead head{std::chrono::system_clock::now(), level, log.process, module};
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
