#include "base/log.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "base/fd.hpp"
#include "base/log_line.hpp"
#include "base/log_sink.hpp"
#include "base/log_tap.hpp"

namespace wampgate::log {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
using testing::HasSubstr;

const LineHead kHead{std::chrono::system_clock::time_point(milliseconds(1795428600123)), Level::kInfo,
                     "supervisor", "net"};

std::string Text(std::string_view sentence, std::initializer_list<Field> fields = {}) {
  std::string line;
  AppendText(line, kHead, sentence, fields);
  return line;
}

TEST(LogLine, IsASentenceWithFields) {
  EXPECT_EQ(
      Text("listening", {{"address", "tcp4:127.0.0.1:80"}, {"backlog", 50}, {"why", "a b"}, {"empty", ""}}),
      "2026-11-23T10:10:00.123Z info supervisor net: listening address=tcp4:127.0.0.1:80 backlog=50 why=\"a "
      "b\" "
      "empty=\"\"\n");
}

TEST(LogLine, AValueCannotForgeALine) {
  const std::string line = Text(
      "peer said", {{"text", "x\n2026-11-23T10:10:00.123Z error supervisor net: forged\r\t\x1b[31m\"\\"}});
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  EXPECT_THAT(
      line,
      HasSubstr(R"(text="x\n2026-11-23T10:10:00.123Z error supervisor net: forged\x0d\x09\x1b[31m\"\\")"));
}

TEST(LogLine, ASentenceCannotForgeALineEither) {
  EXPECT_THAT(Text("a\nb"), HasSubstr("net: a\\nb\n"));
}

TEST(LogLine, KeepsUtf8AndEscapesWhatIsNotOrMisleads) {
  EXPECT_THAT(Text("x", {{"v", "Grüße"}}), HasSubstr("v=\"Grüße\""));
  EXPECT_THAT(Text("x", {{"v", "a\xff"}}), HasSubstr("v=\"a\\xff\""));
  EXPECT_THAT(Text("x", {{"v", "\xc2\x85"}}), HasSubstr("v=\"\\xc2\\x85\"")) << "C1 control";
  EXPECT_THAT(Text("x", {{"v", "\xe2\x80\xa8"}}), HasSubstr("v=\"\\xe2\\x80\\xa8\"")) << "line separator";
  EXPECT_THAT(Text("x", {{"v", "\xe2\x80\xae"}}), HasSubstr("v=\"\\xe2\\x80\\xae\""))
      << "right-to-left override";
}

TEST(LogLine, HasTheBeginningOfATextThatIsVast) {
  const std::string vast = std::string(4095, 'v') + std::string(1024 * 1024, '\n');
  const std::string line = Text("peer said", {{"text", vast}, {"plain", std::string(1024 * 1024, 'p')}});
  EXPECT_LT(line.size(), 10'000U);
  EXPECT_THAT(line, HasSubstr("vvv\\n…\""));
  EXPECT_THAT(line, HasSubstr("ppp…\""));
  std::string json;
  AppendJson(json, kHead, std::string(5000, 's'), {{"text", "v" + std::string(4094, 'v') + "ü" + vast}});
  EXPECT_LT(json.size(), 20'000U);
  EXPECT_EQ(nlohmann::json::parse(json)["text"], std::string(4095, 'v') + "…") << "no half of a character";
}

TEST(LogLine, IsOneJsonObjectWithNumbersAsNumbers) {
  std::string line;
  AppendJson(line, kHead, "session ended",
             {{"count", 3},
              {"ratio", 0.5},
              {"ok", true},
              {"bad", std::numeric_limits<double>::infinity()},
              {"text", std::string("a\n\"\x01\xff\xe2\x80\xa8", 8)}});
  EXPECT_EQ(line.back(), '\n');
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["time"], "2026-11-23T10:10:00.123Z");
  EXPECT_EQ(json["level"], "info");
  EXPECT_EQ(json["process"], "supervisor");
  EXPECT_EQ(json["module"], "net");
  EXPECT_EQ(json["msg"], "session ended");
  EXPECT_EQ(json["count"], 3);
  EXPECT_EQ(json["ratio"], 0.5);
  EXPECT_EQ(json["ok"], true);
  EXPECT_EQ(json["bad"], "inf");
  EXPECT_EQ(json["text"], "a\n\"\x01\xef\xbf\xbd\xe2\x80\xa8");
}

TEST(ParseLevel, KnowsOurNamesAndThoseOfCrossbar) {
  Level level{};
  EXPECT_TRUE(ParseLevel("debug", level));
  EXPECT_EQ(level, Level::kDebug);
  EXPECT_TRUE(ParseLevel("warn", level));
  EXPECT_EQ(level, Level::kWarning);
  EXPECT_TRUE(ParseLevel("none", level));
  EXPECT_EQ(level, Level::kOff);
  EXPECT_FALSE(ParseLevel("loud", level));
}

struct Pipe {
  Pipe() {
    int fds[2];
    EXPECT_EQ(::pipe2(fds, O_CLOEXEC), 0);
    reader.Reset(fds[0]);
    writer.Reset(fds[1]);
  }
  UniqueFd reader;
  UniqueFd writer;
};

/// A sink at work on a pipe.
class SinkTest : public testing::Test {
 protected:
  void Start() {
    thread = std::thread([this] { sink.Run(); });
    while (!sink.running()) std::this_thread::yield();
  }
  ~SinkTest() override {
    sink.Stop();
    if (thread.joinable()) thread.join();
  }
  std::string ReadAll() {
    ::fcntl(ends.reader.get(), F_SETFL, O_NONBLOCK);
    std::string all;
    char buffer[65536];
    for (ssize_t got; (got = ::read(ends.reader.get(), buffer, sizeof buffer)) > 0;) {
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }

  Pipe ends;
  Sink sink{ends.writer.get(),
            [](std::string& out, std::uint64_t lost) { out += "lost " + std::to_string(lost) + "\n"; }};
  std::thread thread;
};

TEST_F(SinkTest, WritesWhatIsQueuedBeforeItStops) {
  Start();
  for (int i = 0; i < 100; ++i) sink.Write("line\n");
  sink.Stop();
  EXPECT_EQ(ReadAll().size(), 500u);
  sink.Write("direct\n");
  EXPECT_EQ(ReadAll(), "direct\n");
}

TEST_F(SinkTest, AStuckReaderCostsLinesButNoTimeAndIsToldOfThem) {
  Start();
  const std::string line(1023, 'x');
  const auto start = Clock::now();
  constexpr int kLines = 4000;  // four times the queue
  for (int i = 0; i < kLines; ++i) sink.Write(line + "\n");
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(2));
  EXPECT_GT(sink.dropped(), 1000u);
  const std::uint64_t lost = sink.dropped();
  const std::string report = "lost " + std::to_string(lost) + "\n";
  const std::size_t expected = (kLines - lost) * 1024 + report.size();
  std::string all;
  const auto deadline = Clock::now() + std::chrono::seconds(10);
  while (all.size() < expected && Clock::now() < deadline) all += ReadAll();
  EXPECT_EQ(all.size(), expected);
  EXPECT_NE(all.find(report), std::string::npos);
}

TEST_F(SinkTest, StopsWithinSecondsWhileTheReaderIsStuck) {
  Start();
  for (int i = 0; i < 1000; ++i) sink.Write(std::string(1023, 'x') + "\n");
  const auto start = Clock::now();
  sink.Stop();
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(4));
  EXPECT_GT(sink.dropped(), 0u);
}

TEST(Log, AProcessWritesItsLinesToStderr) {
  Pipe ends;
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends.writer.get(), STDERR_FILENO);
    Start(Level::kInfo, Format::kText, "worker1/0");
    Debug("net", "not shown");
    Info("net", "shown", {{"n", 1}});
    Stop();
    ::_exit(0);
  }
  ends.writer.Reset();
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  char buffer[4096];
  const ssize_t got = ::read(ends.reader.get(), buffer, sizeof buffer);
  ASSERT_GT(got, 0);
  const std::string line(buffer, static_cast<std::size_t>(got));
  EXPECT_THAT(line, testing::EndsWith(" info worker1/0 net: shown n=1\n"));
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
}

TEST(LogTap, GetsLinesOfItsLevelThatTheLogItselfDoesNotTake) {
  std::string tapped;
  SetLevel(Level::kError);
  SetTap(Level::kDebug, [&](const TappedLine& line) {
    tapped +=
        std::string(Name(line.level)) + " " + std::string(line.module) + ": " + std::string(line.text) + "\n";
  });
  Debug("net", "something", {{"number", 5}, {"text", "a\nb"}});
  SetTap(Level::kWarning, [&](const TappedLine&) { tapped += "another tap"; });
  Info("net", "below the second tap's level");
  SetTap(Level::kOff, nullptr);
  EXPECT_FALSE(Enabled(Level::kWarning));
  SetLevel(Level::kWarning);
  EXPECT_EQ(tapped, "debug net: something number=5 text=\"a\\nb\"\n");
}

}  // namespace
}  // namespace wampgate::log
