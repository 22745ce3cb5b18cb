#include <gmock/gmock.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>
#include <wampgate/v1/backend_service.pb.h>
#include <wampgate/v1/config_service.pb.h>
#include <wampgate/v1/node_service.pb.h>
#include <wampgate/v1/path_service.pb.h>
#include <wampgate/v1/route_service.pb.h>
#include <wampgate/v1/session_service.pb.h>
#include <wampgate/v1/transport_service.pb.h>
#include <wampgate/v1/worker_service.pb.h>

#include <algorithm>
#include <sstream>

#include "integration/edge_node.hpp"
#include "management/access_table.hpp"
#include "support/generic_call.hpp"

/// A line break, an escape sequence and a megabyte in every name that somebody can send.
namespace wampgate::test {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kForged = "x\r\n{\"level\":\"info\",\"module\":\"forged\",\"msg\":\"forged\"}\r\n";
const std::string kEscapes = "\x1b[2J\x1b]0;owned\x07 \xC2\x9B[31m \xE2\x80\xAE\x7F";
const std::string kMegabyte(1024 * 1024, 'm');

/// So that the descriptors of all services are in this program.
void KnowServices() {
  v1::GetBackendRequest::descriptor();
  v1::GetConfigRequest::descriptor();
  v1::GetNodeRequest::descriptor();
  v1::GetPathRequest::descriptor();
  v1::GetRouteRequest::descriptor();
  v1::GetSessionRequest::descriptor();
  v1::GetTransportRequest::descriptor();
  v1::GetWorkerRequest::descriptor();
}

/// Requests that have the text in one string field each, also in the messages that they consist of.
void AddRequests(const Descriptor& type, const std::string& text, Message& part, const Message& whole,
                 int depth, std::vector<std::string>& requests) {
  const auto& reflection = *part.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.is_repeated()) continue;
    if (field.type() == FieldDescriptor::TYPE_STRING) {
      reflection.SetString(&part, &field, text);
      requests.push_back(whole.SerializeAsString());
      reflection.ClearField(&part, &field);
    } else if (field.message_type() != nullptr && depth > 0) {
      Message& inner = *reflection.MutableMessage(&part, &field);
      AddRequests(*field.message_type(), text, inner, whole, depth - 1, requests);
      reflection.ClearField(&part, &field);
    }
  }
}

class HostileNames : public EdgeNode {
 protected:
  void SetUp() override {
    router_ = std::make_unique<StubRouter>(node_.directory() + "/router.sock", 200);
    node_.Start({.configuration = NodeText({Worker()}), .arguments = {"--log-level", "debug"}});
    ASSERT_TRUE(Eventually([&] { return Ctl(node_, {"status"}).exit_code == 0; })) << node_.log();
  }
  /// What the log is like, whatever was sent.
  void ExpectCleanLog() {
    const std::string log = node_.log();
    for (const char* octet : {"\x1b", "\r", "\x07", "\x7F", "\xC2\x9B", "\xE2\x80\xAE"})
      EXPECT_THAT(log, Not(HasSubstr(octet)));
    std::istringstream lines(log);
    std::size_t longest = 0;
    for (std::string line; std::getline(lines, line);) {
      longest = std::max(longest, line.size());
      const json parsed = json::parse(line, nullptr, false);
      ASSERT_TRUE(parsed.is_object()) << line.substr(0, 300);
      EXPECT_NE(parsed.value("module", ""), "forged") << line.substr(0, 300);
    }
    EXPECT_LT(longest, 64U * 1024);
    EXPECT_GT(longest, 0U);
  }
};

TEST_F(HostileNames, OfEveryChangeLeaveAuditLinesInOrder) {
  KnowServices();
  const auto channel =
      grpc::CreateChannel("unix:" + node_.directory() + "/wampgate.sock", grpc::InsecureChannelCredentials());
  int calls = 0;
  for (const management::MethodAccess& entry : management::AccessTable()) {
    if (entry.purpose != management::Purpose::kChange) continue;
    const std::string name(entry.method);
    const auto* method = DescriptorPool::generated_pool()->FindMethodByName(name);
    ASSERT_NE(method, nullptr) << name << ": its descriptor is not in this program";
    const Descriptor& input = *method->input_type();
    for (const std::string& text : {kForged, kEscapes, kMegabyte}) {
      const std::unique_ptr<Message> whole(MessageFactory::generated_factory()->GetPrototype(&input)->New());
      std::vector<std::string> requests;
      AddRequests(input, text, *whole, *whole, 1, requests);
      for (std::string& request : requests) {
        std::string path = "/" + name;
        path[path.rfind('.')] = '/';
        GenericCall call{.path = path, .request = std::move(request)};
        if (method->server_streaming()) call.patience = std::chrono::milliseconds(500);
        const grpc::Status status = Make(channel, call);
        EXPECT_NE(status.error_code(), grpc::StatusCode::UNAVAILABLE) << name << status.error_message();
        ++calls;
      }
    }
  }
  RecordProperty("calls", calls);
  EXPECT_GT(calls, 100);
  const auto is_audit = [](const json& line) { return line.value("module", "") == "audit"; };
  EXPECT_FALSE(node_.AwaitLine(is_audit).is_null());
  ExpectCleanLog();
  EXPECT_EQ(Ctl(node_, {"status"}).exit_code, 0);
  EXPECT_EQ(Client()->Join("realm1").at(0), 2);
}

TEST_F(HostileNames, OfClientsLeaveTheLogInOrder) {
  const int web = Port("web"), raw = Port("raw");
  for (const std::string& text : {kForged, kEscapes, std::string(14000, 'm')}) {
    for (const std::string& request :
         {"GET /" + text + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "GET /value HTTP/1.1\r\nHost: " + text + "\r\n\r\n",
          "GET /value HTTP/1.1\r\nHost: localhost\r\nUser-Agent: " + text + "\r\nConnection: close\r\n\r\n",
          "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: "
          "websocket\r\nSec-WebSocket-Version: "
          "13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: " +
              text + "\r\n\r\n",
          text + "\r\n\r\n"}) {
      BlockingSocket socket(ConnectTo({web}));
      socket.Write(request);
      socket.TakeThrough("\r\n\r\n", WampClient::kDeadline);
    }
  }
  for (const std::string& text : {kForged, kEscapes, kMegabyte}) {
    const json roles = {{"caller", json::object()}};
    for (const json& hello :
         {json{1, text, {{"roles", roles}}},
          json{1, "realm1", {{"roles", roles}, {"authid", text}, {"authmethods", {text}}, {"agent", text}}},
          json{1, "realm1", {{"roles", roles}, {"authrole", text}}}}) {
      auto client = WampClient::RawSocket({raw}, wamp::Serializer::kJson);
      client->Send(hello);
      client->Receive();
      client->Send({6, {{"message", text}}, text});
      client->Send({48, 1, json::object(), text});
      client->Receive();
    }
  }
  // Its line comes after theirs.
  Client()->Join("realm1");
  ASSERT_EQ(Ctl(node_, {"log-level", "info"}).exit_code, 0);
  EXPECT_EQ(Ctl(node_, {"status"}).exit_code, 0);
  ExpectCleanLog();
}

}  // namespace
}  // namespace wampgate::test
