#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "integration/remote_node.hpp"

/// The management API over TCP, with certificates that openssl made, and the ways to name a node.
namespace wampgate::test {
namespace {

using ::testing::AnyOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

constexpr int kNotAllowed = 5;

TEST_F(RemoteManagement, KnowsACertificateByItsNameAndRefusesOthers) {
  Start();
  const CtlResult looked = Remote({"export"}, Certificate("viewer"));
  EXPECT_EQ(looked.exit_code, 0) << looked.err;
  const std::string next = WriteFile(node_, "next.json", Text({{"roles", Roles()}}));
  const CtlResult changed = Remote({"apply", "-f", next}, Certificate("viewer"));
  EXPECT_EQ(changed.exit_code, kNotAllowed);
  EXPECT_THAT(changed.err, HasSubstr("certificate Vera Viewer is a viewer; ApplyConfig needs an editor"));
  const CtlResult unknown = Remote({"export"}, Certificate("unknown"));
  EXPECT_EQ(unknown.exit_code, kNotAllowed);
  EXPECT_THAT(unknown.err, HasSubstr("certificate Ursula has no role"));
  const CtlResult forged = Remote({"export", "--timeout", "5"}, Certificate("forged"));
  EXPECT_NE(forged.exit_code, 0) << forged.out;
  EXPECT_EQ(forged.out, "");
}

TEST_F(RemoteManagement, KnowsATokenByItsHashAndNobodyWithoutOne) {
  Start();
  const CtlResult looked = Remote({"export"}, {"--token-file", token_});
  EXPECT_EQ(looked.exit_code, 0) << looked.err;
  EXPECT_EQ(looked.out.find(kToken), std::string::npos);
  const CtlResult wrong = Remote({"export"}, {"--token-file", wrong_token_});
  EXPECT_EQ(wrong.exit_code, kNotAllowed);
  EXPECT_THAT(wrong.err, HasSubstr("the token is none that management.roles has"));
  const CtlResult nobody = Remote({"export"}, {});
  EXPECT_EQ(nobody.exit_code, kNotAllowed);
  EXPECT_THAT(nobody.err, HasSubstr("a client certificate or a token is needed"));
  const CtlResult untrusted = Ctl(node_, {"export", "--address", address_, "--ca", File("other.pem"),
                                          "--token-file", token_, "--timeout", "5"});
  EXPECT_NE(untrusted.exit_code, 0) << "the node's certificate is not signed by that";
}

TEST_F(RemoteManagement, AnotherCertificateUnderTheSamePathIsAChangeAndABrokenOneIsNot) {
  Start();
  const auto serial = [this] {
    const std::string out = File("shown");
    const std::string command = "echo | openssl s_client -connect " + address_ +
                                " 2>/dev/null | openssl x509 -noout -serial > " + out + " 2>/dev/null";
    static_cast<void>(std::system(command.c_str()));
    std::ifstream file(out);
    std::string text;
    std::getline(file, text);
    return text;
  };
  const std::string first = serial();
  ASSERT_NE(first, "");
  CtlResult reloaded = Ctl(node_, {"reload"});
  EXPECT_EQ(reloaded.exit_code, 0) << reloaded.err;
  EXPECT_EQ(reloaded.out.find("server.pem"), std::string::npos) << "nothing new";

  WriteFile(node_, "server.pem", "no certificate");
  reloaded = Ctl(node_, {"reload"});
  EXPECT_EQ(reloaded.exit_code, 0) << reloaded.err;
  EXPECT_THAT(reloaded.out + reloaded.err, HasSubstr("management.listen[0].tls.certificate"));
  EXPECT_THAT(reloaded.out + reloaded.err, HasSubstr("what was in it before stays in use"));
  EXPECT_EQ(serial(), first);

  MakeCertificate("server", "ca", "wampgate", "subjectAltName=IP:127.0.0.1");
  const CtlResult shown = Ctl(node_, {"reload", "--dry-run"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("server.pem"));
  EXPECT_EQ(serial(), first);
  reloaded = Ctl(node_, {"reload"});
  EXPECT_EQ(reloaded.exit_code, 0) << reloaded.err;
  EXPECT_THAT(reloaded.out, HasSubstr("management.listen[0].tls.certificate"));
  std::string second = first;
  for (const auto end = std::chrono::steady_clock::now() + NodeProcess::kDeadline;
       second == first || second.empty();) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "the new certificate is not in use";
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    second = serial();
  }
  // SIGHUP is the same.
  MakeCertificate("server", "ca", "wampgate", "subjectAltName=IP:127.0.0.1");
  node_.Signal(SIGHUP);
  for (const auto end = std::chrono::steady_clock::now() + NodeProcess::kDeadline;;) {
    const std::string third = serial();
    if (third != second && !third.empty()) break;
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "the third certificate is not in use";
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  const CtlResult looked = Remote({"export"}, Certificate("viewer"));
  EXPECT_EQ(looked.exit_code, 0) << looked.err;
}

TEST_F(RemoteManagement, AChangeLeavesAnAuditLineAndOpensAndClosesPorts) {
  node_.Start({.configuration = Text(json::object())});
  Await();
  const std::string with =
      WriteFile(node_, "with.json", Text({{"roles", Roles()}, {"listen", json::array({Listener()})}}));
  const CtlResult applied = Ctl(node_, {"apply", "-f", with});
  ASSERT_EQ(applied.exit_code, 0) << applied.err;
  const json audit = node_.AwaitLine([](const json& it) { return it.value("module", "") == "audit"; });
  ASSERT_FALSE(audit.is_null()) << node_.log();
  EXPECT_EQ(audit.value("method", ""), "wampgate.v1.ConfigService.ApplyConfig");
  EXPECT_THAT(audit.value("who", ""), HasSubstr("uid:" + std::to_string(::geteuid())));
  EXPECT_THAT(audit.value("from", ""), HasSubstr("pid "));
  EXPECT_EQ(audit.value("role", ""), "admin");
  EXPECT_EQ(audit.value("result", ""), "ok");
  EXPECT_EQ(audit.value("revision_after", ""), "2");
  const json line = node_.AwaitLine(
      [](const json& it) { return it.value("msg", "") == "the management API listens on TCP"; });
  ASSERT_FALSE(line.is_null()) << node_.log();
  address_ = line.value("address", "");
  EXPECT_EQ(Remote({"export"}, {"--token-file", token_}).exit_code, 0);

  const std::string without = WriteFile(node_, "without.json", Text({{"roles", Roles()}}));
  ASSERT_EQ(Ctl(node_, {"apply", "-f", without}).exit_code, 0);
  for (const auto end = std::chrono::steady_clock::now() + NodeProcess::kDeadline;;) {
    const CtlResult gone = Remote({"export", "--timeout", "2"}, {"--token-file", token_});
    if (gone.exit_code != 0) break;
    ASSERT_LT(std::chrono::steady_clock::now(), end);
  }
}

TEST_F(RemoteManagement, ShowsItsCertificatesAndHowLongTheyLast) {
  Start();
  const CtlResult listed = Remote({"certificate", "list"}, {"--token-file", token_});
  EXPECT_EQ(listed.exit_code, 0) << listed.err;
  EXPECT_THAT(listed.out, HasSubstr(File("server.pem") + "\tCN=wampgate\t"));
  // Made for two days, perhaps in this very second.
  EXPECT_THAT(listed.out, ContainsRegex("\t[12]\tmanagement.listen\\[0\\].tls.certificate\n"));
  EXPECT_THAT(listed.out, HasSubstr("\tmanagement.listen[0].tls.ca\n"));
  const json server = json::parse(Ctl(node_, {"certificate", "get", File("server.pem"), "-o", "json"}).out);
  EXPECT_EQ(server["issuer"], "CN=ca");
  EXPECT_EQ(server["alternativeNames"], json({"IP:127.0.0.1"}));
  EXPECT_THAT(server["daysLeft"].get<int>(), AnyOf(1, 2));
  EXPECT_EQ(server["certificates"], 1);
  EXPECT_EQ(server["fingerprint"].get<std::string>().size(), 64U);
  EXPECT_THAT(Ctl(node_, {"certificate", "get", File("server.pem")}).out,
              ContainsRegex("days left     [12]\n"));
  EXPECT_EQ(
      json::parse(
          Ctl(node_, {"certificate", "list", "-o", "json", "--filter", "days_left < 30"}).out)["certificates"]
          .size(),
      2U);
  EXPECT_EQ(
      json::parse(
          Ctl(node_, {"certificate", "list", "-o", "json", "--filter", "days_left > 30"}).out)["certificates"]
          .size(),
      0U);
  WriteFile(node_, "server.pem", "nonsense\n");
  EXPECT_THAT(Ctl(node_, {"certificate", "list"}).out, HasSubstr("has no certificate in PEM"));
  const CtlResult unknown = Ctl(node_, {"certificate", "get", "/etc/passwd"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("the configuration names no certificates/%2Fetc%2Fpasswd"));
}

TEST_F(RemoteManagement, TheNodeIsFoundByAddressAndVariable) {
  node_.Start({.configuration = Text(json::object())});
  Await();
  EXPECT_EQ(Ctl(node_, {"export", "--address", "unix:" + File("wampgate.sock")}).exit_code, 0);
  const CtlResult bad = Ctl(node_, {"export", "--address", "nonsense"});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.err, HasSubstr("--address: expected unix:PATH or HOST:PORT"));
  const std::string by_variable =
      "cd / && XDG_CONFIG_HOME=/nowhere WAMPGATE_ADDRESS=unix:" + File("wampgate.sock") + " " + WAMPGATECTL +
      " export >/dev/null";
  EXPECT_EQ(std::system(by_variable.c_str()), 0);
  const std::string here =
      "cd " + node_.directory() + " && XDG_CONFIG_HOME=/nowhere " + WAMPGATECTL + " export >/dev/null";
  EXPECT_EQ(std::system(here.c_str()), 0);
}

}  // namespace
}  // namespace wampgate::test
