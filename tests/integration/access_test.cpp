#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "integration/remote_node.hpp"
#include "management/access_table.hpp"
#include "support/generic_call.hpp"

/// Everybody tries everything on a real node, over TCP.
namespace wampgate::test {
namespace {

using config::Role;
using grpc::StatusCode;
using management::AccessTable;
using management::MethodAccess;
using management::Purpose;

json Tokens(const char* name, const char* hash) {
  return {{"tokens", {{name, hash}}}};
}

/// SHA-256 of "viewer", "operator" and "editor".
json RolesByToken() {
  return {{"viewer", Tokens("v", "d35ca5051b82ffc326a3b0b6574a9a3161dee16b9478a199ee39cd803ce5b799")},
          {"operator", Tokens("o", "06e55b633481f7bb072957eabcf110c972e86691c3cfedabe088024bffe42f23")},
          {"editor", Tokens("e", "1553cc62ff246044c683a61e203e65541990e7fcd4af9443d22b9557ecc9ac54")}};
}

/// "wampgate.v1.NodeService.GetNode" → "/wampgate.v1.NodeService/GetNode".
std::string PathOf(std::string method) {
  method[method.rfind('.')] = '/';
  return "/" + method;
}

bool Lasts(std::string_view method) {
  const std::string_view name = method.substr(method.rfind('.') + 1);
  return name.starts_with("Watch") || name.starts_with("Stream") || name.starts_with("Trace");
}

class RemoteAccess : public RemoteManagement {
 protected:
  std::string Content(const std::string& name) const {
    std::ifstream file(File(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// With the client certificate of that name; empty: without.
  std::shared_ptr<grpc::Channel> Channel(const std::string& certificate = "") const {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = Content("ca.pem");
    if (!certificate.empty()) {
      tls.pem_cert_chain = Content(certificate + ".pem");
      tls.pem_private_key = Content(certificate + ".key");
    }
    return grpc::CreateChannel(address_, grpc::SslCredentials(tls));
  }
  /// With an empty request each. How many changes were tried.
  int TryAll(const std::shared_ptr<grpc::Channel>& channel, const std::string& token, Role role) {
    int changes = 0;
    for (const MethodAccess& entry : AccessTable()) {
      const std::string method(entry.method);
      SCOPED_TRACE(method);
      const bool may = role >= entry.role;
      GenericCall call{.path = PathOf(method), .token = token};
      if (may && Lasts(method)) call.patience = std::chrono::milliseconds(500);
      const grpc::Status status = Make(channel, call);
      EXPECT_EQ(status.error_code() == StatusCode::PERMISSION_DENIED, !may) << status.error_message();
      EXPECT_NE(status.error_code(), StatusCode::UNAUTHENTICATED) << status.error_message();
      EXPECT_NE(status.error_code(), StatusCode::UNAVAILABLE) << status.error_message();
      EXPECT_NE(status.error_code(), StatusCode::UNIMPLEMENTED) << "a method that nobody wrote";
      changes += entry.purpose == Purpose::kChange;
    }
    return changes;
  }
  /// Waits for so many audit lines of somebody.
  bool Audited(const std::string& who, int count) {
    int lines = 0;
    return !node_
                .AwaitLine([&](const json& line) {
                  lines += line.value("module", "") == "audit" && line.value("who", "") == who;
                  return lines >= count;
                })
                .is_null();
  }
};

TEST_F(RemoteAccess, EveryMethodIsForThoseOfItsRoleAndEveryAttemptToChangeIsTold) {
  Start(RolesByToken());
  const auto channel = Channel();
  const int viewers = TryAll(channel, "viewer", Role::kViewer);
  EXPECT_GT(viewers, 10);
  TryAll(channel, "operator", Role::kOperator);
  TryAll(channel, "editor", Role::kEditor);
  TryAll(Channel("unknown"), "", Role::kNone);
  EXPECT_TRUE(Audited("token v", viewers));
  EXPECT_TRUE(Audited("token o", viewers));
  EXPECT_TRUE(Audited("certificate Ursula", viewers));
  const CtlResult after = Ctl(node_, {"status"});
  EXPECT_NE(after.out.find("revision 1,"), std::string::npos) << after.out << after.err;
}

TEST_F(RemoteAccess, NobodyWithoutCertificateOrTokenGetsPastTheDoor) {
  Start(RolesByToken());
  const auto channel = Channel();
  for (const MethodAccess& entry : AccessTable()) {
    const grpc::Status status = Make(channel, {.path = PathOf(std::string(entry.method))});
    EXPECT_EQ(status.error_code(), StatusCode::UNAUTHENTICATED) << entry.method;
  }
}

}  // namespace
}  // namespace wampgate::test
