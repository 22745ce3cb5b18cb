#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>

#include "integration/two_processes.hpp"
#include "support/socket_client.hpp"

namespace wampgate::test {

struct HttpAnswer {
  int status = 0;  ///< 0: no connection, or none that was answered
  std::string head, body;
};

/// A node with management.http, and one worker of two processes with paths that show the same.
class MonitoredNode : public TwoProcesses {
 protected:
  /// Series as they are written → value.
  using Figures = std::map<std::string, double>;

  void SetUp() override {
    node_.Start({.configuration = Document().dump()});
    web_port_ = node_.AwaitPort("edge", "web", 2);
    raw_port_ = node_.AwaitPort("edge", "raw", 2);
    http_port_ = AwaitHttp(0);
    ASSERT_NE(http_port_, 0) << node_.log();
    ASSERT_TRUE(AwaitServing(0)) << node_.log();
  }
  static json Document() {
    json document = json::parse(Configuration(41));
    document["management"]["http"]["port"] = 0;
    json& paths = document["workers"][0]["transports"][0]["paths"];
    paths["figures"] = {{"type", "metrics"}};
    paths["ready"] = {{"type", "health"}};
    paths["alive"] = {{"type", "health"}, {"check", "alive"}};
    return document;
  }
  /// After a supervisor that was killed.
  bool StartAgain() {
    const std::size_t mark = node_.LogMark();
    node_.Start({.configuration = Document().dump()});
    http_port_ = AwaitHttp(mark);
    return http_port_ != 0 && AwaitServing(mark);
  }
  /// Its port, as the log tells.
  int AwaitHttp(std::size_t from) {
    const json line = node_.AwaitLine(
        [](const json& it) { return it.value("msg", "") == "metrics and health are served over HTTP"; },
        NodeProcess::kDeadline, from);
    const std::string address = line.is_object() ? line.value("address", ":0") : ":0";
    return std::stoi(address.substr(address.rfind(':') + 1));
  }

  static HttpAnswer Request(int port, const std::string& method, const std::string& path) {
    HttpAnswer answer;
    UniqueFd connected = ConnectTo({port});
    if (!connected) return answer;
    BlockingSocket socket(std::move(connected));
    socket.Write(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    answer.head = socket.TakeThrough("\r\n\r\n", WampClient::kDeadline);
    if (answer.head.starts_with("HTTP/1.1 ")) answer.status = std::atoi(answer.head.c_str() + 9);
    while (socket.Fill(1, WampClient::kDeadline)) answer.body += socket.Take(1);
    return answer;
  }
  static HttpAnswer Get(int port, const std::string& path) { return Request(port, "GET", path); }
  HttpAnswer Ask(const std::string& method, const std::string& path) {
    return Request(http_port_, method, path);
  }
  json Ask(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-o", "json"});
    const CtlResult result = Ctl(node_, arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(result.out, nullptr, false);
  }
  json Status() { return Ask(std::vector<std::string>{"status"})["node"]; }
  std::unique_ptr<WampClient> Client() { return WampClient::RawSocket({raw_port_}, wamp::Serializer::kJson); }

  static Figures Read(const std::string& text) {
    Figures figures;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t space = line.rfind(' ');
      if (line.starts_with("#") || space == std::string::npos) continue;
      EXPECT_TRUE(figures.emplace(line.substr(0, space), std::strtod(line.c_str() + space, nullptr)).second)
          << "twice: " << line;
    }
    return figures;
  }
  /// Of all series of the metric with these labels.
  static double Sum(const Figures& figures, const std::string& metric, const std::string& labels = "") {
    double sum = 0;
    for (const auto& [series, value] : figures) {
      const bool is_it = series == metric || series.starts_with(metric + "{");
      if (is_it && series.find(labels) != std::string::npos) sum += value;
    }
    return sum;
  }
  template <typename Condition>
  static bool Eventually(Condition condition) {
    for (const auto end = std::chrono::steady_clock::now() + NodeProcess::kDeadline;;) {
      if (condition()) return true;
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
  /// Reads /metrics into `figures` until the condition holds.
  template <typename Condition>
  bool Becomes(Figures& figures, Condition condition) {
    return Eventually([&] {
      const HttpAnswer answer = Ask("GET", "/metrics");
      if (answer.status != 200) return false;
      figures = Read(answer.body);
      return condition();
    });
  }
  /// Of the counters and of the buckets of histograms.
  static void ExpectNoneFell(const Figures& before, const Figures& after) {
    int counters = 0;
    for (const auto& [series, value] : before) {
      const std::string metric = series.substr(0, series.find('{'));
      if (!metric.ends_with("_total") && !metric.ends_with("_bucket") && !metric.ends_with("_count"))
        continue;
      ++counters;
      const auto found = after.find(series);
      ASSERT_NE(found, after.end()) << series;
      if (series == "wampgate_cpu_seconds_total" || series == "wampgate_log_lines_dropped_total") continue;
      EXPECT_GE(found->second, value) << series;
    }
    EXPECT_GT(counters, 20);
  }
  static UniqueFd TakePort() { return ListenOnLoopback(); }
  /// One that nobody has at the moment.
  static int UnusedPort() { return PortOf(TakePort().get()); }

  int http_port_ = 0;
};

}  // namespace wampgate::test
