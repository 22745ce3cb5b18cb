#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "integration/configurations.hpp"
#include "support/ctl.hpp"
#include "support/node_process.hpp"

/// The management API over TCP, with certificates that openssl made, and the ways to name a node.
namespace wampgate::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr int kNotAllowed = 5;
constexpr const char* kToken = "secret";
constexpr const char* kHashOfToken = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

class RemoteManagement : public ::testing::Test {
 protected:
  void SetUp() override {
    MakeCa("ca");
    MakeCa("other");
    MakeCertificate("server", "ca", "wampgate", "subjectAltName=IP:127.0.0.1");
    MakeCertificate("viewer", "ca", "Vera Viewer", "subjectAltName=DNS:vera.example.com");
    MakeCertificate("unknown", "ca", "Ursula", "subjectAltName=DNS:ursula.example.com");
    MakeCertificate("forged", "other", "Vera Viewer", "subjectAltName=DNS:vera.example.com");
    token_ = WriteFile(node_, "token", std::string(kToken) + "\n");
    wrong_token_ = WriteFile(node_, "wrong-token", "Secret\n");
  }
  void TearDown() override {
    EXPECT_EQ(node_.Stop(), 0) << node_.log();
    EXPECT_TRUE(node_.NothingLeft());
    if (HasFailure()) std::cerr << node_.log();
  }

  std::string File(const std::string& name) const { return node_.directory() + "/" + name; }
  void OpenSsl(const std::string& arguments) {
    const std::string command = "cd " + node_.directory() + " && openssl " + arguments + " >openssl.log 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  void MakeCa(const std::string& name) {
    OpenSsl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" + name +
            " -keyout " + name + ".key -out " + name + ".pem");
  }
  void MakeCertificate(const std::string& name, const std::string& ca, const std::string& subject,
                       const std::string& extension) {
    WriteFile(node_, name + ".ext", extension);
    OpenSsl("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=" + subject +
            "' -keyout " + name + ".key -out " + name + ".csr");
    OpenSsl("x509 -req -days 2 -in " + name + ".csr -CA " + ca + ".pem -CAkey " + ca +
            ".key -CAcreateserial -extfile " + name + ".ext -out " + name + ".pem");
  }
  /// A node without workers.
  static std::string Text(const json& management) {
    return json{{"version", 2}, {"workers", json::array()}, {"management", management}}.dump();
  }
  static json Roles() {
    return {{"viewer", {{"certificates", {"vera.example.com"}}}},
            {"editor", {{"tokens", {{"ci", kHashOfToken}}}}}};
  }
  static json Listener() {
    return {{"port", 0}, {"tls", {{"certificate", "server.pem"}, {"key", "server.key"}, {"ca", "ca.pem"}}}};
  }
  void Start() {
    node_.Start({.configuration = Text({{"roles", Roles()}, {"listen", json::array({Listener()})}})});
    const json line = node_.AwaitLine(
        [](const json& it) { return it.value("msg", "") == "the management API listens on TCP"; });
    ASSERT_FALSE(line.is_null()) << node_.log();
    address_ = line.value("address", "");
    Await();
  }
  void Await() {
    ASSERT_FALSE(
        node_.AwaitLine([](const json& it) { return it.value("msg", "") == "the node serves"; }).is_null())
        << node_.log();
  }
  /// wampgatectl over TCP.
  CtlResult Remote(std::vector<std::string> arguments, const std::vector<std::string>& credentials) {
    arguments.insert(arguments.end(), {"--address", address_, "--ca", File("ca.pem")});
    arguments.insert(arguments.end(), credentials.begin(), credentials.end());
    return Ctl(node_, arguments);
  }
  std::vector<std::string> Certificate(const std::string& name) const {
    return {"--cert", File(name + ".pem"), "--key", File(name + ".key")};
  }

  NodeProcess node_;
  std::string address_, token_, wrong_token_;
};

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

TEST_F(RemoteManagement, TheNodeIsFoundByAddressAndVariable) {
  node_.Start({.configuration = Text(json::object())});
  Await();
  EXPECT_EQ(Ctl(node_, {"export", "--address", "unix:" + File("wampgate.sock")}).exit_code, 0);
  const CtlResult bad = Ctl(node_, {"export", "--address", "nonsense"});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.err, HasSubstr("--address: expected unix:PATH or HOST:PORT"));
  const std::string by_variable =
      "cd / && WAMPGATE_ADDRESS=unix:" + File("wampgate.sock") + " " + WAMPGATECTL + " export >/dev/null";
  EXPECT_EQ(std::system(by_variable.c_str()), 0);
  const std::string here = "cd " + node_.directory() + " && " + WAMPGATECTL + " export >/dev/null";
  EXPECT_EQ(std::system(here.c_str()), 0);
}

}  // namespace
}  // namespace wampgate::test
