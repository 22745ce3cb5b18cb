#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "integration/monitored_node.hpp"
#include "support/certificates.hpp"

/// Metrics and health over HTTP: of the supervisor and as paths of a transport (issue 3, part 5).
namespace wampgate::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(MonitoredNode, ServesMetricsHealthAndNothingElse) {
  const HttpAnswer metrics = Ask("GET", "/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_THAT(metrics.head, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(metrics.body, HasSubstr("# TYPE wampgate_sessions gauge\n"));
  EXPECT_EQ(Ask("GET", "/healthz").body, "alive\n");
  EXPECT_EQ(Ask("GET", "/readyz").body, "ready\n");
  const HttpAnswer head = Ask("HEAD", "/metrics");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_THAT(head.head, HasSubstr("Content-Length: "));
  for (const char* path : {"/", "/metrics/", "/healthz/x", "/readyz?x=1/../../etc", "/none"}) {
    const HttpAnswer answer = Ask("GET", path);
    EXPECT_EQ(answer.status, std::string(path).starts_with("/readyz?") ? 200 : 404) << path;
  }
  EXPECT_EQ(Ask("POST", "/metrics").status, 405);
  EXPECT_EQ(Status()["httpAddress"], "tcp4:127.0.0.1:" + std::to_string(http_port_));
}

TEST_F(MonitoredNode, FiguresAreSumsOverAllProcesses) {
  JoinMany();
  int request = 0;
  for (const auto& session : sessions_) ASSERT_TRUE(Echoes(*session, ++request));
  Figures figures;
  ASSERT_TRUE(Becomes(figures, [&] {
    return Sum(figures, "wampgate_sessions") == kSessions &&
           Sum(figures, "wampgate_messages_total", "peer=\"client\",direction=\"in\"") >= 2 * kSessions;
  })) << Ask("GET", "/metrics").body;
  const json worker = Ask({"worker", "get", "edge"});
  for (const json& process : worker["processes"]) {
    EXPECT_NE(process.value("sessions", "0"), "0") << "both have some: " << process;
    EXPECT_GT(std::stoull(process["memoryByKind"].value("anonymous", "0")), 100'000u) << process;
    EXPECT_GT(process.value("descriptors", 0), 5) << process;
    EXPECT_TRUE(process.contains("cpuTime")) << process;
  }
  EXPECT_EQ(Sum(figures, "wampgate_joins_total", "realm=\"realm1\""), kSessions);
  EXPECT_EQ(Sum(figures, "wampgate_connections"), kSessions);
  EXPECT_GE(Sum(figures, "wampgate_connections_accepted_total"), kSessions);
  EXPECT_GT(Sum(figures, "wampgate_bytes_total", "peer=\"backend\",direction=\"out\""), 1000);
  EXPECT_EQ(Sum(figures, "wampgate_messages_total", "peer=\"backend\",direction=\"in\""), 2 * kSessions)
      << "WELCOME and RESULT";
  EXPECT_EQ(Sum(figures, "wampgate_worker_processes", "state=\"running\""), 2);
  EXPECT_EQ(Sum(figures, "wampgate_process_applied_revision"), 2) << "revision 1 in each of both";
  EXPECT_EQ(Sum(figures, "wampgate_config_revision"), 1);
  EXPECT_EQ(Sum(figures, "wampgate_ready"), 1);
  EXPECT_GT(Sum(figures, "wampgate_loop_lag_seconds_count"), 0);
  EXPECT_GT(Sum(figures, "wampgate_memory_bytes", "kind=\"anonymous\""), 1'000'000);
  EXPECT_GT(Sum(figures, "wampgate_descriptors"), 3 * 5);
  auto refused = Client();
  refused->Send({1, 17, json::object()});  // the realm is no text
  EXPECT_TRUE(refused->AwaitEnd());
  EXPECT_TRUE(Becomes(figures, [&] {
    return Sum(figures, "wampgate_refusals_total", "reason=\"protocol_violation\"") == 1;
  })) << Ask("GET", "/metrics").body;
  sessions_.clear();
  EXPECT_TRUE(Becomes(figures, [&] {
    return Sum(figures, "wampgate_sessions") == 0 &&
           Sum(figures, "wampgate_sessions_ended_total") == kSessions;
  })) << Ask("GET", "/metrics").body;
}

TEST_F(MonitoredNode, ABackendShowsHowItIsAndHowLongJoinsTake) {
  JoinMany();
  Figures figures;
  ASSERT_TRUE(Becomes(figures, [&] {
    return Sum(figures, "wampgate_backend_join_seconds_count") == kSessions;
  })) << Ask("GET", "/metrics").body;
  EXPECT_EQ(Sum(figures, "wampgate_backend_processes", "health=\"up\""), 2);
  EXPECT_EQ(Sum(figures, "wampgate_backend_failures_total"), 0);
  EXPECT_GT(Sum(figures, "wampgate_backend_join_seconds_sum"), 0);
  ASSERT_EQ(Sum(figures, "wampgate_backend_join_seconds_bucket", "le=\"+Inf\""), kSessions);
  ASSERT_EQ(::unlink((node_.directory() + "/router.sock").c_str()), 0);  // newcomers do not reach it
  auto client = Client();
  EXPECT_EQ(client->Join("realm1").at(0), 3);
  Figures after;
  EXPECT_TRUE(Becomes(after, [&] {
    return Sum(after, "wampgate_backend_failures_total") >= 1 &&
           Sum(after, "wampgate_backend_processes", "health=\"down\"") == 1 &&
           Sum(after, "wampgate_refusals_total", "reason=\"backend_unreachable\"") == 1;
  })) << Ask("GET", "/metrics").body;
  ExpectNoneFell(figures, after);
}

TEST_F(MonitoredNode, NoCounterFallsWhenAProcessIsKilledAndWhenTheSupervisorIs) {
  JoinMany();
  Figures before;
  ASSERT_TRUE(Becomes(before, [&] { return Sum(before, "wampgate_sessions") == kSessions; }));
  const auto workers = node_.Workers();
  ASSERT_EQ(workers.size(), 2u);
  kill(workers.begin()->second, SIGKILL);
  Figures after;
  ASSERT_TRUE(Becomes(after, [&] {
    return Sum(after, "wampgate_process_restarts_total") == 1 &&
           Sum(after, "wampgate_worker_processes", "state=\"running\"") == 2;
  })) << node_.log();
  EXPECT_LT(Sum(after, "wampgate_sessions"), kSessions);
  ExpectNoneFell(before, after);
  EXPECT_EQ(Sum(after, "wampgate_joins_total"), kSessions);

  node_.Signal(SIGKILL);
  ASSERT_EQ(node_.AwaitExit(), 128 + SIGKILL);
  ASSERT_TRUE(StartAgain()) << node_.log();
  Figures later;
  ASSERT_TRUE(Becomes(later, [&] { return !later.empty(); })) << node_.log();
  ExpectNoneFell(after, later);
  EXPECT_EQ(Sum(later, "wampgate_process_restarts_total"), 1);
  EXPECT_EQ(Sum(later, "wampgate_joins_total"), kSessions);
}

TEST_F(MonitoredNode, IsNotReadyFromTheMomentItDrains) {
  ASSERT_EQ(Ctl(node_, {"drain", "--lame-duck", "600", "--deadline", "1200"}).exit_code, 0);
  const HttpAnswer answer = Ask("GET", "/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("draining"));
  EXPECT_EQ(Ask("GET", "/healthz").status, 200);
  EXPECT_EQ(Get(web_port_, "/ready").status, 503) << "it still accepts: the lame-duck time";
  EXPECT_EQ(Get(web_port_, "/alive").status, 200);
  Figures figures;
  EXPECT_TRUE(Becomes(figures, [&] {
    return Sum(figures, "wampgate_ready") == 0 && Sum(figures, "wampgate_draining") == 1;
  }));
  ASSERT_EQ(Ctl(node_, {"undrain"}).exit_code, 0);
  EXPECT_EQ(Ask("GET", "/readyz").status, 200);
  EXPECT_EQ(Get(web_port_, "/ready").status, 200);
}

TEST_F(MonitoredNode, IsNotReadyWhileAWorkerDoesNotServe) {
  const auto end = std::chrono::steady_clock::now() + NodeProcess::kDeadline;
  HttpAnswer answer;
  do {  // until a respawn takes longer than a look
    ASSERT_LT(std::chrono::steady_clock::now(), end) << node_.log();
    for (const auto& [name, pid] : node_.Workers()) kill(pid, SIGKILL);
    answer = Ask("GET", "/readyz");
  } while (answer.status != 503);
  EXPECT_THAT(answer.body, HasSubstr("no process serves of worker edge"));
  EXPECT_TRUE(Eventually([&] { return Ask("GET", "/readyz").status == 200; }));
}

TEST_F(MonitoredNode, APathOfATransportShowsTheWholeNode) {
  JoinMany();
  Figures figures;
  ASSERT_TRUE(Becomes(figures, [&] {
    const HttpAnswer answer = Get(web_port_, "/figures");
    figures = Read(answer.body);
    return answer.status == 200 && Sum(figures, "wampgate_sessions") == kSessions;
  })) << Get(web_port_, "/figures").body;
  std::set<std::string> here, there;
  for (const auto& [series, value] : figures) here.insert(series.substr(0, series.find('{')));
  for (const auto& [series, value] : Read(Ask("GET", "/metrics").body))
    there.insert(series.substr(0, series.find('{')));
  EXPECT_EQ(here, there);
  EXPECT_EQ(Get(web_port_, "/figures/below").status, 404);
  EXPECT_EQ(Get(web_port_, "/alive").body, "alive\n");
  EXPECT_EQ(Get(web_port_, "/ready").body, "ready\n");
}

TEST_F(MonitoredNode, WhoDoesNotReadHoldsUpNobody) {
  std::vector<std::unique_ptr<BlockingSocket>> slow;
  std::string many;
  for (int i = 0; i < 200; ++i) many += "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (int i = 0; i < 100; ++i) {
    slow.push_back(std::make_unique<BlockingSocket>(ConnectTo({http_port_})));
    ASSERT_TRUE(slow.back()->Write(many));
  }
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Ask("GET", "/readyz").status, 200);
    EXPECT_EQ(Ask("GET", "/metrics").status, 200);
  }
  EXPECT_EQ(Ctl(node_, {"status"}).exit_code, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

TEST_F(MonitoredNode, NamesOfClientsNeitherForgeLinesNorGrowWithoutEnd) {
  const std::vector<std::string> realms = {"a\r\nwampgate_ready 7\r\n", "a\"} 1\nb",   "\x1b[31mred",
                                           std::string(1 << 20, 'x'),   "back\\slash", "Käse"};
  std::vector<std::unique_ptr<WampClient>> clients;
  for (const std::string& realm : realms) {
    clients.push_back(WampClient::RawSocket({raw_port_}, wamp::Serializer::kJson));
    clients.back()->Join(realm);  // welcomed or refused
  }
  JoinMany();
  Figures figures;
  ASSERT_TRUE(
      Becomes(figures, [&] { return Sum(figures, "wampgate_sessions", "realm=\"realm1\"") == kSessions; }));
  const std::string text = Ask("GET", "/metrics").body;
  EXPECT_THAT(text, Not(HasSubstr("\r")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_LT(text.size(), 200'000u);
  EXPECT_EQ(figures.count("wampgate_ready"), 1u);
  EXPECT_EQ(figures["wampgate_ready"], 1);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.starts_with("# HELP wampgate_") || line.starts_with("# TYPE wampgate_") ||
                line.starts_with("wampgate_"))
        << line;
  }
}

TEST_F(MonitoredNode, ItsPortFollowsTheConfiguration) {
  json other = Document();
  other["management"]["http"]["port"] = UnusedPort();
  ASSERT_EQ(Ctl(node_, {"apply", "-f", WriteFile(node_, "other.json", other.dump())}).exit_code, 0);
  const int port = other["management"]["http"]["port"];
  EXPECT_TRUE(Eventually([&] { return Get(port, "/healthz").status == 200; })) << node_.log();
  EXPECT_EQ(Ask("GET", "/healthz").status, 0) << "the old one is closed";
  other["management"].erase("http");
  ASSERT_EQ(Ctl(node_, {"apply", "-f", WriteFile(node_, "other.json", other.dump())}).exit_code, 0);
  EXPECT_TRUE(Eventually([&] { return Get(port, "/healthz").status == 0; })) << node_.log();
  EXPECT_EQ(Status().value("httpAddress", ""), "");
}

TEST_F(MonitoredNode, ACertificateShowsTheDaysThatItHasLeft) {
  const Certificates certificates(node_.directory());
  certificates.MakeAuthority("ca");
  certificates.Make("server", "ca", "wampgate", "subjectAltName=IP:127.0.0.1");
  json other = Document();
  other["management"]["http"]["port"] = http_port_;
  other["management"]["listen"] = json::array(
      {{{"port", 0}, {"tls", {{"certificate", "server.pem"}, {"key", "server.key"}, {"ca", "ca.pem"}}}}});
  ASSERT_EQ(Ctl(node_, {"apply", "-f", WriteFile(node_, "other.json", other.dump())}).exit_code, 0);
  Figures figures;
  EXPECT_TRUE(Becomes(figures, [&] {
    const double days = Sum(figures, "wampgate_certificate_days_left", "server.pem");
    return days >= 1 && days <= 2;
  })) << Ask("GET", "/metrics").body;
}

TEST_F(MonitoredNode, ACertificateThatIsNotInUseYetIsNotCounted) {
  const Certificates certificates(node_.directory());
  certificates.MakeAuthority("ca");
  certificates.Make("server", "ca", "wampgate", "subjectAltName=IP:127.0.0.1");
  certificates.MakeAuthority("renewed", 90);
  json other = Document();
  other["management"]["http"]["port"] = http_port_;
  json& transport = other["workers"][0]["transports"][0];
  transport["endpoint"]["tls"] = {{"certificate", "server.pem"}, {"key", "server.key"}};
  const auto apply = [&] {
    return Ctl(node_, {"apply", "-f", WriteFile(node_, "other.json", other.dump())});
  };
  ASSERT_EQ(apply().exit_code, 0) << apply().err;
  Figures figures;
  const auto days = [&] { return Sum(figures, "wampgate_certificate_days_left", "server.pem"); };
  ASSERT_TRUE(Becomes(figures, [&] { return days() >= 1 && days() <= 2; })) << Ask("GET", "/metrics").body;
  // Its key is still the old one, so that the old certificate stays in use.
  std::filesystem::copy_file(node_.directory() + "/renewed.pem", node_.directory() + "/server.pem",
                             std::filesystem::copy_options::overwrite_existing);
  other["workers"][0]["limits"]["hello_timeout"] = 9000;
  ASSERT_EQ(apply().exit_code, 0) << apply().err;
  ASSERT_TRUE(Becomes(figures, [&] { return figures["wampgate_config_revision"] == 3; }));
  EXPECT_LE(days(), 2) << "of what is in use";
}

TEST_F(MonitoredNode, APortThatIsTakenIsToldAndEverythingElseGoesOn) {
  const UniqueFd taken = TakePort();
  json other = Document();
  other["management"]["http"]["port"] = PortOf(taken.get());
  ASSERT_EQ(Ctl(node_, {"apply", "-f", WriteFile(node_, "other.json", other.dump())}).exit_code, 0);
  const json line = node_.AwaitLine([](const json& it) {
    return it.value("msg", "").starts_with("the port of management.http cannot be opened");
  });
  ASSERT_FALSE(line.is_null()) << node_.log();
  EXPECT_THAT(line.value("error", ""), HasSubstr("in use"));
  EXPECT_EQ(Ctl(node_, {"status"}).exit_code, 0) << "everything else goes on";
}

}  // namespace
}  // namespace wampgate::test
