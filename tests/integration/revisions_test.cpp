#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <wampgate/v1/config_service.grpc.pb.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <thread>

#include "integration/configurations.hpp"
#include "support/ctl.hpp"
#include "support/node_process.hpp"

/// The configuration's revisions, over real gRPC and with the real wampgatectl.
namespace wampgate::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kId[] = "2f1c1b7e-6f2a-4c0f-9a52-3b8d0d0c7e11";

/// A proxy worker whose page /value says `value`.
json Valued(int value) {
  json worker = TransparentWorker();
  worker["transports"][0]["paths"]["value"]["value"] = value;
  return worker;
}

class Revisions : public ::testing::Test {
 protected:
  void SetUp() override {
    node_.Start({.configuration = NodeText({Valued(1)})});
    ASSERT_TRUE(AwaitServing());
    Connect();
  }
  void TearDown() override {
    EXPECT_EQ(node_.Stop(), 0) << node_.log();
    if (HasFailure()) std::cerr << node_.log();
  }
  bool AwaitServing() {
    return !node_.AwaitLine([](const json& line) { return line.value("msg", "") == "the node serves"; })
                .is_null();
  }
  /// Content of the newest revision file.
  std::string OnDisk(std::uint64_t number) {
    std::ostringstream name;
    name << node_.directory() << "/.wampgate/revisions/" << std::setw(10) << std::setfill('0') << number
         << ".revision";
    std::ifstream file(name.str(), std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
  }
  void Connect() {
    channel_ = grpc::CreateChannel("unix:" + node_.directory() + "/wampgate.sock",
                                   grpc::InsecureChannelCredentials());
    stub_ = v1::ConfigService::NewStub(channel_);
  }
  CtlResult Run(std::vector<std::string> arguments, const std::string& input = "") {
    return Ctl(node_, arguments, input);
  }
  CtlResult Apply(int value, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"apply", "-f",
                                       WriteFile(node_, "next.json", NodeText({Valued(value)}))};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }
  void WriteNodeFile(int value) {
    std::ofstream(node_.directory() + "/config.json") << NodeText({Valued(value)});
  }
  /// What /value says in the exported document.
  int Value() { return ValueIn(Run({"export"}).out); }
  static int ValueIn(const std::string& document) {
    const json parsed = json::parse(document, nullptr, false);
    return parsed.is_object() ? parsed["workers"][0]["transports"][0]["paths"]["value"]["value"].get<int>()
                              : -1;
  }
  template <typename Holds>
  bool Eventually(const Holds& holds) {
    for (const auto end = std::chrono::steady_clock::now() + NodeProcess::kDeadline;;) {
      if (holds()) return true;
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
  v1::ApplyConfigRequest Request(int value) {
    v1::ApplyConfigRequest request;
    request.mutable_document()->set_json(NodeText({Valued(value)}));
    return request;
  }
  grpc::Status Call(const v1::ApplyConfigRequest& request, v1::ApplyResult& result) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + NodeProcess::kDeadline);
    return stub_->ApplyConfig(&context, request, &result);
  }
  v1::ConfigSnapshot Config() {
    grpc::ClientContext context;
    v1::ConfigSnapshot config;
    EXPECT_TRUE(stub_->GetConfig(&context, {}, &config).ok());
    return config;
  }

  NodeProcess node_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ConfigService::Stub> stub_;
};

TEST_F(Revisions, AreListedExportedAndRolledBackTo) {
  ASSERT_EQ(Apply(2, {"-m", "two", "--author", "ann"}).exit_code, 0);
  const CtlResult history = Run({"history"});
  EXPECT_EQ(history.exit_code, 0) << history.err;
  EXPECT_THAT(history.out, HasSubstr("file:"));
  EXPECT_THAT(history.out, HasSubstr("ann"));
  EXPECT_THAT(history.out, HasSubstr("two"));
  EXPECT_EQ(json::parse(Run({"history", "-o", "json"}).out).size(), 2u);
  EXPECT_EQ(ValueIn(Run({"export", "--revision", "1"}).out), 1);
  const CtlResult back = Run({"rollback", "1", "-m", "worse"});
  EXPECT_EQ(back.exit_code, 0) << back.err;
  EXPECT_THAT(back.out, HasSubstr("revision 3 runs"));
  EXPECT_EQ(Value(), 1);
  EXPECT_EQ(Config().origin(), "rollback:1");
  const CtlResult unknown = Run({"rollback", "99"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("there is no revision 99; revision 3 runs"));
  EXPECT_EQ(Run({"export", "--revision", "99"}).exit_code, 1);
  EXPECT_EQ(Run({"rollback", "2", "--expected-revision", "2"}).exit_code, 3);
}

TEST_F(Revisions, AreListedPageByPage) {
  for (int value = 2; value <= 5; ++value) ASSERT_EQ(Apply(value).exit_code, 0);
  v1::ListRevisionsRequest request;
  request.set_page_size(2);
  std::vector<std::uint64_t> numbers;
  for (int pages = 0; pages < 3; ++pages) {
    grpc::ClientContext context;
    v1::ListRevisionsResponse page;
    ASSERT_TRUE(stub_->ListRevisions(&context, request, &page).ok());
    for (const auto& revision : page.revisions()) numbers.push_back(revision.revision());
    request.set_page_token(page.next_page_token());
    EXPECT_EQ(page.next_page_token().empty(), pages == 2);
  }
  EXPECT_EQ(numbers, (std::vector<std::uint64_t>{5, 4, 3, 2, 1}));
  request.set_page_token("rubbish");
  grpc::ClientContext context;
  v1::ListRevisionsResponse page;
  EXPECT_EQ(stub_->ListRevisions(&context, request, &page).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(Revisions, AreRolledBackUnlessConfirmed) {
  ASSERT_EQ(Apply(2, {"--confirm-timeout", "1s"}).exit_code, 0);
  EXPECT_TRUE(Eventually([this] { return Value() == 1; }));
  EXPECT_EQ(Run({"confirm", "2"}).exit_code, 1);
  ASSERT_EQ(Apply(3, {"--confirm-timeout", "1h"}).exit_code, 0);
  EXPECT_THAT(Run({"status"}).out, HasSubstr("unless confirmed"));
  const CtlResult refused = Apply(4);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("wampgatectl confirm"));
  EXPECT_EQ(Run({"confirm"}).exit_code, 0);
  EXPECT_THAT(Run({"status"}).out, Not(HasSubstr("unless confirmed")));
  EXPECT_EQ(Apply(4).exit_code, 0);
}

TEST_F(Revisions, ThatWaitToBeConfirmedAreRolledBackAlsoByTheNextSupervisor) {
  ASSERT_EQ(Apply(2, {"--confirm-timeout", "5s"}).exit_code, 0);
  node_.Signal(SIGKILL);
  ASSERT_TRUE(node_.AwaitExit().has_value());
  node_.Restart();
  ASSERT_TRUE(AwaitServing()) << node_.log();
  EXPECT_TRUE(Eventually([this] { return Value() == 1; })) << node_.log();
  EXPECT_EQ(json::parse(Run({"history", "-o", "json"}).out)[0]["origin"], "rollback:1");
}

TEST_F(Revisions, AreMadeOncePerRequestIdAlsoAcrossAKillOfTheSupervisor) {
  v1::ApplyConfigRequest request = Request(2);
  request.mutable_options()->set_request_id(kId);
  v1::ApplyResult first, again;
  ASSERT_TRUE(Call(request, first).ok());
  ASSERT_EQ(Apply(3).exit_code, 0);
  node_.Signal(SIGKILL);
  ASSERT_TRUE(node_.AwaitExit().has_value());
  node_.Restart();
  ASSERT_TRUE(AwaitServing()) << node_.log();
  Connect();
  const grpc::Status status = Call(request, again);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(Value(), 3);
  *request.mutable_document() = Request(4).document();
  EXPECT_EQ(Call(request, again).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Value(), 3);
}

TEST_F(Revisions, AreAnsweredLaterWhereTheSupervisorIsKilledOnceTheyAreWritten) {
  v1::ApplyConfigRequest request = Request(2);
  request.mutable_options()->set_request_id(kId);
  v1::ApplyResult first, again;
  grpc::Status answered;
  std::thread caller([&] { answered = Call(request, first); });
  const std::string file = node_.directory() + "/.wampgate/revisions/0000000002.revision";
  for (const auto end = std::chrono::steady_clock::now() + NodeProcess::kDeadline;
       !std::filesystem::exists(file) && std::chrono::steady_clock::now() < end;) {
  }
  node_.Signal(SIGKILL);
  ASSERT_TRUE(node_.AwaitExit().has_value());
  caller.join();
  node_.Restart();
  ASSERT_TRUE(AwaitServing()) << node_.log();
  Connect();
  const grpc::Status status = Call(request, again);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(again.outcome(), v1::ApplyResult::APPLIED);
  EXPECT_EQ(again.revision(), 2u);
  EXPECT_EQ(again.plan().changes_size(), 1);
  if (answered.ok()) EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(Config().revision(), 2u);
  EXPECT_EQ(Value(), 2);
}

TEST_F(Revisions, AreMadeByOneOfManyEqualRequestsAtOnce) {
  v1::ApplyConfigRequest request = Request(2);
  request.mutable_options()->set_request_id(kId);
  std::vector<std::thread> callers;
  std::vector<v1::ApplyResult> results(8);
  for (v1::ApplyResult& result : results) {
    callers.emplace_back([this, &request, &result] { EXPECT_TRUE(Call(request, result).ok()); });
  }
  for (std::thread& caller : callers) caller.join();
  for (const v1::ApplyResult& result : results) {
    EXPECT_EQ(result.SerializeAsString(), results[0].SerializeAsString());
  }
  EXPECT_EQ(Config().revision(), 2u);
}

TEST_F(Revisions, AreNotMadeByTheSameDocumentAThousandTimes) {
  const std::uint64_t before = Config().revision();
  const v1::ApplyConfigRequest request = Request(1);
  for (int i = 0; i < 1000; ++i) {
    v1::ApplyResult result;
    ASSERT_TRUE(Call(request, result).ok());
    ASSERT_EQ(result.outcome(), v1::ApplyResult::NO_CHANGE);
  }
  EXPECT_EQ(Config().revision(), before);
}

TEST_F(Revisions, AreNotMadeWithOptionsThatAreWrong) {
  const auto violation = [this](const std::function<void(v1::ChangeOptions&)>& set) {
    v1::ApplyConfigRequest request = Request(2);
    set(*request.mutable_options());
    v1::ApplyResult result;
    const grpc::Status status = Call(request, result);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    return status.error_message();
  };
  EXPECT_THAT(violation([](auto& options) { options.set_request_id("seven"); }),
              HasSubstr("options.request_id"));
  EXPECT_THAT(violation([](auto& options) { options.mutable_confirm_timeout()->set_seconds(0); }),
              HasSubstr("options.confirm_timeout"));
  EXPECT_THAT(violation([](auto& options) { options.mutable_confirm_timeout()->set_seconds(3601); }),
              HasSubstr("options.confirm_timeout"));
  EXPECT_THAT(violation([](auto& options) { options.set_author("a\r\nb"); }), HasSubstr("options.author"));
  EXPECT_THAT(violation([](auto& options) { options.set_message(std::string(5000, 'x')); }),
              HasSubstr("options.message"));
  EXPECT_EQ(Config().revision(), 1u);
}

TEST_F(Revisions, OfTheApiAreNotOverwrittenByTheFileUnseen) {
  EXPECT_EQ(Config().file().drift(), v1::NodeFileState::IN_SYNC);
  ASSERT_EQ(Apply(2).exit_code, 0);
  EXPECT_THAT(Run({"status"}).out, HasSubstr("changed over the API"));
  const CtlResult same = Run({"reload"});
  EXPECT_EQ(same.exit_code, 0) << same.err;
  EXPECT_THAT(same.out + same.err, HasSubstr("revision 2 stays"));
  WriteNodeFile(3);
  EXPECT_THAT(Run({"status"}).out, HasSubstr("both changed"));
  const CtlResult differences = Run({"diff"});
  EXPECT_EQ(differences.exit_code, 2);
  EXPECT_THAT(differences.out, HasSubstr("paths/value"));
  const CtlResult asked = Run({"reload"});
  EXPECT_EQ(asked.exit_code, 1);
  EXPECT_THAT(asked.err, HasSubstr("--prefer file"));
  EXPECT_THAT(asked.err, HasSubstr("paths/value: differs in value"));
  node_.Signal(SIGHUP);
  EXPECT_FALSE(node_
                   .AwaitLine([](const json& line) {
                     return line.value("msg", "").starts_with("SIGHUP: the node file cannot be applied");
                   })
                   .is_null());
  EXPECT_EQ(Value(), 2);
  EXPECT_EQ(Run({"reload", "--prefer", "config"}).exit_code, 0);
  EXPECT_EQ(Value(), 2);
  EXPECT_EQ(Run({"reload"}).exit_code, 0);  // the file counts as seen
  EXPECT_EQ(Value(), 2);
  const CtlResult forced = Run({"reload", "--prefer", "file"});
  EXPECT_EQ(forced.exit_code, 0) << forced.err;
  EXPECT_EQ(Value(), 3);
  EXPECT_EQ(Config().file().drift(), v1::NodeFileState::IN_SYNC);
}

TEST_F(Revisions, AreMadeByAReloadOfAFileThatAloneHasChanged) {
  WriteNodeFile(2);
  EXPECT_EQ(Config().file().drift(), v1::NodeFileState::FILE_CHANGED);
  EXPECT_EQ(Run({"reload", "--dry-run"}).exit_code, 0);
  EXPECT_EQ(Value(), 1);
  EXPECT_THAT(Run({"reload"}).out, HasSubstr("revision 2 runs"));
  EXPECT_EQ(Value(), 2);
  WriteFile(node_, "config.json", "{");
  EXPECT_EQ(Config().file().drift(), v1::NodeFileState::FILE_BROKEN);
  const CtlResult broken = Run({"reload"});
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_THAT(broken.err, HasSubstr("config.json has errors"));
  EXPECT_EQ(Run({"diff"}).exit_code, 1);
  EXPECT_EQ(Value(), 2);
}

TEST_F(Revisions, AreWatched) {
  ASSERT_EQ(Apply(2).exit_code, 0);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + NodeProcess::kDeadline);
  const auto reader = stub_->WatchConfig(&context, {});
  v1::ConfigEvent event;
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.kind(), v1::ConfigEvent::SNAPSHOT);
  EXPECT_EQ(event.revision(), 2u);
  EXPECT_EQ(event.snapshot().node().workers_size(), 1);
  ASSERT_EQ(Apply(3, {"-m", "three"}).exit_code, 0);
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.kind(), v1::ConfigEvent::COMMITTED);
  EXPECT_EQ(event.revision(), 3u);
  EXPECT_EQ(event.snapshot().message(), "three");
  EXPECT_FALSE(event.snapshot().has_node());
  EXPECT_EQ(event.plan().changes_size(), 1);
  ASSERT_TRUE(reader->Read(&event));  // 10 s later
  EXPECT_EQ(event.kind(), v1::ConfigEvent::BOOKMARK);
  EXPECT_EQ(event.revision(), 3u);
  context.TryCancel();
  const CtlResult resumed = Run({"watch", "--from-revision", "1", "--count", "2"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_THAT(resumed.out, HasSubstr("committed  revision 2"));
  EXPECT_THAT(resumed.out, HasSubstr("committed  revision 3"));
}

TEST_F(Revisions, ThatAreNotKeptCannotBeResumedFrom) {
  const CtlResult future = Run({"watch", "--from-revision", "9", "--count", "1"});
  EXPECT_EQ(future.exit_code, 1);
  EXPECT_THAT(future.err, HasSubstr("newest that can be resumed from is 1"));
  for (int value = 2; value <= 36; ++value) {
    v1::ApplyResult result;
    ASSERT_TRUE(Call(Request(value), result).ok());
  }
  const CtlResult past = Run({"watch", "--from-revision", "2", "--count", "1"});
  EXPECT_EQ(past.exit_code, 1);
  EXPECT_THAT(past.err, HasSubstr("oldest that can be resumed from is 4"));
}

TEST_F(Revisions, KeepTheirSecretsUnseen) {
  json worker = Valued(1);
  json& transport = worker["backends"][0]["transport"];
  transport = {{"type", "websocket"},
               {"endpoint", {{"type", "unix"}, {"path", "router.sock"}}},
               {"url", "ws://localhost/"},
               {"serializers", {"json"}},
               {"headers", {{"X-Token", "first secret"}}}};
  const auto apply = [&] {
    return Run({"apply", "-f", WriteFile(node_, "secret.json", NodeText({worker}))});
  };
  ASSERT_EQ(apply().exit_code, 0);
  transport["headers"]["X-Token"] = "second secret";
  const CtlResult changed = apply();
  ASSERT_EQ(changed.exit_code, 0) << changed.err;
  EXPECT_THAT(changed.out, Not(HasSubstr("second secret")));
  for (const std::string revision : {"2", "3"}) {
    const CtlResult exported = Run({"export", "--revision", revision});
    EXPECT_THAT(exported.out, HasSubstr("<secret:"));
    EXPECT_THAT(exported.out, Not(HasSubstr("t secret")));
  }
  const CtlResult back = Run({"rollback", "2"});
  ASSERT_EQ(back.exit_code, 0) << back.err;
  EXPECT_THAT(back.out, Not(HasSubstr("t secret")));
  EXPECT_THAT(OnDisk(4), HasSubstr("first secret"));
  const std::string editor =
      WriteFile(node_, "editor.sh", "sed -i \"s/\\\"value\\\": 1\\b/\\\"value\\\": 9/\" \"$1\"\n");
  ASSERT_EQ(setenv("EDITOR", ("sh " + editor).c_str(), 1), 0);
  const CtlResult edited = Run({"edit"});
  ASSERT_EQ(edited.exit_code, 0) << edited.err;
  EXPECT_EQ(Value(), 9);
  EXPECT_THAT(OnDisk(5), HasSubstr("first secret"));
  EXPECT_THAT(OnDisk(5), Not(HasSubstr("<secret:")));
  EXPECT_THAT(Run({"watch", "--from-revision", "1", "--count", "4", "-o", "json"}).out,
              Not(HasSubstr("t secret")));
  // What is exported may be the node file.
  WriteFile(node_, "config.json", Run({"export"}).out);
  EXPECT_EQ(Config().file().drift(), v1::NodeFileState::IN_SYNC);
  EXPECT_EQ(Run({"reload"}).exit_code, 0);
  EXPECT_EQ(Config().revision(), 5u);
}

TEST_F(Revisions, AreEditedInAnEditor) {
  const std::string editor =
      WriteFile(node_, "editor.sh", "sed -i \"s/\\\"value\\\": 1\\b/\\\"value\\\": $NEXT/\" \"$1\"\n");
  ASSERT_EQ(setenv("EDITOR", ("sh " + editor).c_str(), 1), 0);
  unsetenv("VISUAL");
  setenv("NEXT", "7", 1);
  const CtlResult edited = Run({"edit", "-m", "by hand"});
  EXPECT_EQ(edited.exit_code, 0) << edited.err;
  EXPECT_THAT(edited.out, HasSubstr("revision 2 runs"));
  EXPECT_EQ(Value(), 7);
  const CtlResult nothing = Run({"edit"});
  EXPECT_EQ(nothing.exit_code, 0);
  EXPECT_THAT(nothing.out, HasSubstr("nothing was edited"));
  ASSERT_EQ(setenv("EDITOR", "false", 1), 0);
  EXPECT_EQ(Run({"edit"}).exit_code, 1);
  EXPECT_EQ(Value(), 7);
}

TEST_F(Revisions, ThatAreEditedWronglyMayBeEditedAgain) {
  // Breaks the document at first, mends it when it is called again.
  const std::string editor = WriteFile(node_, "editor.sh",
                                       "if grep -q nonsense \"$1\"; then sed -i s/nonsense/workers/ \"$1\"\n"
                                       "sed -i \"s/\\\"value\\\": 1\\b/\\\"value\\\": 8/\" \"$1\"\n"
                                       "else sed -i s/workers/nonsense/ \"$1\"; fi\n");
  ASSERT_EQ(setenv("EDITOR", ("sh " + editor).c_str(), 1), 0);
  const CtlResult given_up = Run({"edit"}, "n\n");
  EXPECT_EQ(given_up.exit_code, 1);
  EXPECT_THAT(given_up.err, HasSubstr("nonsense"));
  EXPECT_THAT(given_up.err, HasSubstr("what you edited is in"));
  const CtlResult mended = Run({"edit"}, "y\n");
  EXPECT_EQ(mended.exit_code, 0) << mended.err;
  EXPECT_EQ(Value(), 8);
}

}  // namespace
}  // namespace wampgate::test
