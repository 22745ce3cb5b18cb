#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "integration/configurations.hpp"
#include "support/ctl.hpp"
#include "support/node_process.hpp"

namespace wampgate::test {

inline constexpr const char* kToken = "secret";
inline constexpr const char* kHashOfToken =
    "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

/// A node without workers whose management API listens on TCP.
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
  void Start(const json& roles = Roles(), std::vector<std::string> arguments = {}) {
    node_.Start({.configuration = Text({{"roles", roles}, {"listen", json::array({Listener()})}}),
                 .arguments = std::move(arguments)});
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

}  // namespace wampgate::test
