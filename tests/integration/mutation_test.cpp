#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <wampgate/v1/config_service.grpc.pb.h>

#include <cstdlib>
#include <random>

#include "config/document_index.hpp"
#include "config/environment.hpp"
#include "config/load.hpp"
#include "config/value.hpp"
#include "integration/managed_node.hpp"

/// 2,000 configurations that differ from a good one somewhere, each applied to a running node.
namespace wampgate::test {
namespace {

json Base() {
  const json anonymous = {{"anonymous", {{"type", "static"}}}};
  json edge = Edge();
  edge["connections"]["second"] = Connection("second.sock");
  edge["limits"] = {{"hello_timeout", 10000}, {"max_sessions", 1000}};
  edge["routes"]["realm2"] = {{"anonymous", {"first", "second"}}};
  edge["transports"][0]["paths"]["nest"] = {{"type", "path"},
                                            {"paths",
                                             {{"info", {{"type", "nodeinfo"}}},
                                              {"go", {{"type", "redirect"}, {"url", "/value"}}},
                                              {"none", {{"type", "none"}}}}}};
  edge["transports"][0]["paths"]["files"] = {{"type", "static"}, {"directory", "."}};
  edge["transports"][0]["paths"]["ws"]["options"] = {{"max_frame_size", 65536},
                                                     {"open_handshake_timeout", 5000},
                                                     {"auto_ping_interval", 10000},
                                                     {"fail_by_drop", false}};
  edge["transports"].push_back({{"id", "raw"},
                                {"type", "rawsocket"},
                                {"max_message_size", 1048576},
                                {"endpoint", {{"type", "unix"}, {"path", "raw.sock"}}},
                                {"auth", anonymous}});
  const json permission = {{"uri", "com.example."},
                           {"match", "prefix"},
                           {"allow", {{"call", true}, {"register", true}, {"publish", true}}}};
  const json role = {{"name", "anonymous"}, {"permissions", json::array({permission})}};
  json router = {{"id", "core"},
                 {"type", "router"},
                 {"realms", json::array({{{"name", "realm1"}, {"roles", json::array({role})}}})},
                 {"transports", json::array({{{"id", "inside"},
                                              {"type", "rawsocket"},
                                              {"endpoint", {{"type", "unix"}, {"path", "core.sock"}}},
                                              {"auth", anonymous}}})}};
  return {{"version", 2}, {"limits", {{"shutdown_grace", 5000}}}, {"workers", {edge, router}}};
}

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  /// Half of the time something that is often right, else anything anywhere.
  json Next() {
    json document = Base();
    if (Below(2) == 0) {
      Sensible(document);
    } else {
      for (int i = 0; i <= Below(2); ++i) Anything(document);
    }
    return document;
  }

 private:
  int Below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  std::string Name() { return "n" + std::to_string(Below(1000)); }

  void Sensible(json& document) {
    json& edge = document["workers"][0];
    json& paths = edge["transports"][0]["paths"];
    switch (Below(9)) {
      case 0:
        paths["value"]["value"] = Scalar();
        break;
      case 1:
        paths[Name()] = {{"type", "json"}, {"value", Below(100)}};
        break;
      case 2:
        edge["routes"][Name()] = {{"anonymous", Below(8) == 0 ? "nobody" : "first"}};
        break;
      case 3:
        edge["connections"][Name()] = Connection(Name() + ".sock");
        break;
      case 4:
        paths.erase(Below(2) == 0 ? "value" : "nest");
        break;
      case 5:
        edge["connections"].erase("second");  // a route names it
        if (Below(2) == 0) edge["routes"].erase("realm2");
        break;
      case 6:
        edge["limits"]["hello_timeout"] = Below(200000) - 20000;
        break;
      case 7:
        paths["ws"]["options"]["max_frame_size"] = Below(200'000'000);
        break;
      default:
        edge["transports"][1]["max_message_size"] = 1 << Below(27);
    }
  }

  json Scalar() {
    switch (Below(6)) {
      case 0:
        return Below(1 << 30);
      case 1:
        return -Below(1000);
      case 2:
        return Below(2) == 0;
      case 3:
        return nullptr;
      case 4:
        return Below(1000) / 7.0;
      default:
        return Name();
    }
  }

  void Anything(json& document) {
    std::vector<json::json_pointer> places;
    Collect(document, json::json_pointer(), places);
    const json::json_pointer place = places[static_cast<std::size_t>(Below(static_cast<int>(places.size())))];
    json& value = document[place];
    json& parent = document[place.parent_pointer()];
    const std::string key = place.back();
    switch (Below(5)) {
      case 0:
        if (parent.is_object()) parent.erase(key);
        break;
      case 1:
        if (parent.is_object()) parent[key + "x"] = value;
        break;
      case 2:
        if (parent.is_array()) parent.push_back(json(value));
        break;
      case 3:
        value = Below(2) == 0 ? json::object() : json::array({Scalar()});
        break;
      default:
        value = IsOfTheMachine(key) ? json(-1) : Scalar();
    }
  }
  /// What other values of are right or wrong by more than the text.
  static bool IsOfTheMachine(const std::string& key) {
    return key == "port" || key == "interface" || key == "directory";
  }
  static void Collect(const json& value, const json::json_pointer& place,
                      std::vector<json::json_pointer>& places) {
    if (!place.empty()) places.push_back(place);
    if (value.is_object()) {
      for (const auto& [key, item] : value.items()) Collect(item, place / key, places);
    } else if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) Collect(value[i], place / i, places);
    }
  }

  std::mt19937 random_;
};

class Mutations : public ManagedNode {
 protected:
  void SetUp() override {
    ManagedNode::SetUp();
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    stub_ = v1::ConfigService::NewStub(grpc::CreateCustomChannel(
        "unix:" + node_.directory() + "/wampgate.sock", grpc::InsecureChannelCredentials(), arguments));
  }

  grpc::Status Apply(const std::string& text, v1::ApplyResult& result) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    v1::ApplyConfigRequest request;
    request.mutable_document()->set_json(text);
    return stub_->ApplyConfig(&context, request, &result);
  }
  v1::ConfigSnapshot Running() {
    grpc::ClientContext context;
    v1::ConfigSnapshot snapshot;
    const grpc::Status status = stub_->GetConfig(&context, {}, &snapshot);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return snapshot;
  }

  /// At least one violation, each at a key of the document, or missing in something that is there.
  static void ExpectPaths(const grpc::Status& status, const std::string& text) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
    google::rpc::Status rich;
    ASSERT_TRUE(rich.ParseFromString(status.error_details())) << status.error_message();
    const config::Parsed parsed = config::ParseJson(text);
    ASSERT_TRUE(parsed.ok);
    const config::DocumentIndex index(parsed.value);
    int violations = 0;
    for (const auto& detail : rich.details()) {
      google::rpc::BadRequest request;
      if (!detail.UnpackTo(&request)) continue;
      for (const auto& violation : request.field_violations()) {
        ++violations;
        const std::string& field = violation.field();
        const std::string& why = violation.description();  // "Transport requires 'url' key" is Crossbar's
        const bool is_missing = why.starts_with("missing") || why.find(" requires ") != std::string::npos;
        const std::string at =
            is_missing ? field.substr(0, std::min(field.find_last_of(".["), field.size())) : field;
        EXPECT_TRUE(at.empty() || index.Find(at) != nullptr)
            << field << ": " << violation.description() << "\n"
            << text;
      }
    }
    EXPECT_GT(violations, 0) << status.error_message();
  }

  bool CheckSaysYes(const std::string& text) {
    const std::string file = WriteFile(node_, "checked.json", text);
    return std::system((std::string(WAMPGATED) + " check " + file + " >/dev/null 2>&1").c_str()) == 0;
  }

  std::unique_ptr<v1::ConfigService::Stub> stub_;
};

TEST_F(Mutations, AreAcceptedAsCheckSaysOrRefusedWithAPathThatExistsAndNothingChanged) {
  constexpr int kCount = 2000;
  constexpr int kSample = 100;  // every so many also by the real `wampgated check`
  const auto environment = config::Environment::OfThisProcess(node_.directory());
  int accepted = 0, refused = 0;
  v1::ConfigSnapshot running = Running();
  for (int i = 0; i < kCount && !HasFailure(); ++i) {
    SCOPED_TRACE(i);
    node_.LogMark();  // a log that nobody reads is full some time
    const std::string text = Mutator(static_cast<unsigned>(i)).Next().dump();
    const bool sound = config::LoadText(text, config::Format::kJson, environment).node.has_value();
    if (i % kSample == 0) EXPECT_EQ(CheckSaysYes(text), sound) << text;
    v1::ApplyResult result;
    const grpc::Status status = Apply(text, result);
    EXPECT_EQ(status.ok(), sound) << status.error_message() << "\n" << text;
    ++(sound ? accepted : refused);
    if (status.ok()) {
      running = Running();
      EXPECT_EQ(running.revision(), result.revision());
      continue;
    }
    ExpectPaths(status, text);
    const v1::ConfigSnapshot after = Running();
    EXPECT_EQ(after.etag(), running.etag());
    EXPECT_EQ(after.revision(), running.revision());
  }
  EXPECT_GE(accepted * 3, kCount) << refused << " refused";
  EXPECT_GE(refused * 3, kCount) << accepted << " accepted";
}

}  // namespace
}  // namespace wampgate::test
