#include "management/remote_listener.hpp"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <wampgate/v1/config_service.grpc.pb.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <thread>

#include "management/call.hpp"
#include "management/gate.hpp"
#include "management/guarded_service.hpp"

namespace wampgate::management {
namespace {

constexpr const char* kHashOfSecret = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

class AnyConfig final : public v1::ConfigService::CallbackService {
 public:
  std::function<void()> before_answering = [] {};

 private:
  grpc::ServerUnaryReactor* GetConfig(grpc::CallbackServerContext* context, const v1::GetConfigRequest*,
                                      v1::ConfigSnapshot* response) override {
    before_answering();
    response->set_author(CallerOf(*context)->identity);
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

/// What one caller has to show.
struct Credentials {
  std::string certificate{};  ///< name of one made by the fixture
  std::string token{};
  std::string trusts = "ca";
};

class RemoteListener : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = (std::filesystem::temp_directory_path() / "wampgate-tls-XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    MakeCa("ca");
    MakeCa("other");
    MakeCertificate("server", "ca", "wampgate", "subjectAltName=IP:127.0.0.1");
    MakeCertificate("vera", "ca", "Vera Viewer", "subjectAltName=DNS:vera.example.com");
    MakeCertificate("ursula", "ca", "Ursula", "subjectAltName=DNS:ursula.example.com");
    MakeCertificate("forged", "other", "Vera Viewer", "subjectAltName=DNS:vera.example.com");
    config::Management management;
    management.roles.emplace();
    (*management.roles)[Role::kViewer].certificates = {"vera.example.com"};
    (*management.roles)[Role::kEditor].tokens = {{"ci", kHashOfSecret}};
    gate_.SetPolicy(std::make_shared<const RolePolicy>(management, SystemAccounts(), 0));
    options_ = {.interface = "127.0.0.1",
                .port = FreePort(),
                .certificate = Path("server.pem"),
                .key = Path("server.key"),
                .ca = Path("ca.pem")};
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  std::string Content(const std::string& name) const {
    std::ifstream file(Path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void OpenSsl(const std::string& arguments) {
    const std::string command = "cd " + folder_ + " && openssl " + arguments + " >openssl.log 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0) << command << "\n" << Content("openssl.log");
  }
  void MakeCa(const std::string& name) {
    OpenSsl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" + name +
            " -keyout " + name + ".key -out " + name + ".pem");
  }
  void MakeCertificate(const std::string& name, const std::string& ca, const std::string& subject,
                       const std::string& extension) {
    std::ofstream(Path(name + ".ext")) << extension;
    OpenSsl("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=" + subject +
            "' -keyout " + name + ".key -out " + name + ".csr");
    OpenSsl("x509 -req -days 2 -in " + name + ".csr -CA " + ca + ".pem -CAkey " + ca +
            ".key -CAcreateserial -extfile " + name + ".ext -out " + name + ".pem");
  }
  /// Of a server that is gone again.
  static std::uint16_t FreePort() {
    grpc::ServerBuilder builder;
    AnyConfig service;
    int port = 0;
    builder.RegisterService(&service);
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.BuildAndStart()->Shutdown();
    return static_cast<std::uint16_t>(port);
  }
  grpc::Status Get(const Credentials& credentials, std::string* author = nullptr) {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = Content(credentials.trusts + ".pem");
    if (!credentials.certificate.empty()) {
      tls.pem_cert_chain = Content(credentials.certificate + ".pem");
      tls.pem_private_key = Content(credentials.certificate + ".key");
    }
    const auto channel =
        grpc::CreateChannel("127.0.0.1:" + std::to_string(options_.port), grpc::SslCredentials(tls));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    if (!credentials.token.empty()) context.AddMetadata("authorization", "Bearer " + credentials.token);
    v1::ConfigSnapshot answer;
    grpc::Status status = v1::ConfigService::NewStub(channel)->GetConfig(&context, {}, &answer);
    if (author != nullptr) *author = answer.author();
    return status;
  }

  std::string folder_;
  config::ManagementListener options_;
  Gate gate_;
  AnyConfig service_;
  GuardedService guarded_{service_, *google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
                                        "wampgate.v1.ConfigService")};
  RemoteListeners listeners_{[this](grpc::ServerBuilder& builder) {
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
    interceptors.push_back(MakeCalls(gate_));
    builder.experimental().SetInterceptorCreators(std::move(interceptors));
    builder.RegisterService(&guarded_);
  }};
};

TEST_F(RemoteListener, KnowsCertificatesAndTokensAndNobodyElse) {
  listeners_.Set({options_});
  std::string author;
  const grpc::Status vera = Get({.certificate = "vera"}, &author);
  EXPECT_TRUE(vera.ok()) << vera.error_message();
  EXPECT_EQ(author, "certificate Vera Viewer");
  const grpc::Status ci = Get({.token = "secret"}, &author);
  EXPECT_TRUE(ci.ok()) << ci.error_message();
  EXPECT_EQ(author, "token ci");
  EXPECT_EQ(Get({.certificate = "ursula"}).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Get({.token = "Secret"}).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Get({.certificate = "vera", .token = "Secret"}).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Get({}).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Get({.certificate = "forged"}).error_code(), grpc::StatusCode::UNAVAILABLE) << "no handshake";
  EXPECT_EQ(Get({.token = "secret", .trusts = "other"}).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(RemoteListener, APortThatCannotBeOpenedIsTriedAgainAndOneThatIsGoneIsClosed) {
  std::filesystem::rename(Path("server.pem"), Path("away.pem"));
  listeners_.Set({options_});
  EXPECT_EQ(Get({.token = "secret"}).error_code(), grpc::StatusCode::UNAVAILABLE);
  std::filesystem::rename(Path("away.pem"), Path("server.pem"));
  listeners_.Retry();
  EXPECT_TRUE(Get({.token = "secret"}).ok());
  listeners_.Set({});
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (Get({.token = "secret"}).error_code() != grpc::StatusCode::UNAVAILABLE) {
    ASSERT_LT(std::chrono::steady_clock::now(), end);
  }
}

// A call waits for the supervisor's loop, on which ports are opened and closed.
TEST_F(RemoteListener, APortIsClosedThoughACallWaitsForWhoClosesIt) {
  std::promise<void> called, closed;
  bool was_closed = false;
  service_.before_answering = [&] {
    called.set_value();
    was_closed = closed.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  };
  listeners_.Set({options_});
  std::thread caller([&] { static_cast<void>(Get({.token = "secret"})); });
  called.get_future().wait();
  listeners_.Set({});
  closed.set_value();
  caller.join();
  EXPECT_TRUE(was_closed);
}

TEST_F(RemoteListener, APortThatTakesThePlaceOfOneIsOpenedWhenThatIsGone) {
  listeners_.Set({options_});
  EXPECT_TRUE(Get({.token = "secret"}).ok());
  config::ManagementListener without_ca = options_;
  without_ca.ca.clear();
  listeners_.Set({without_ca});
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!listeners_.Reap()) ASSERT_LT(std::chrono::steady_clock::now(), end);
  listeners_.Retry();
  EXPECT_TRUE(Get({.token = "secret"}).ok());
}

}  // namespace
}  // namespace wampgate::management
