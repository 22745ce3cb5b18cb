#include "management/event_stream.hpp"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <wampgate/v1/config_service.grpc.pb.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

namespace wampgate::management {
namespace {

using Stream = EventStream<v1::ConfigEvent>;

v1::ConfigEvent Event(std::uint64_t revision) {
  v1::ConfigEvent event;
  event.set_revision(revision);
  event.mutable_snapshot()->set_message(std::string(4096, 'x'));
  return event;
}

/// Answers each watch with events 1, 2, … `count`.
class Source final : public v1::ConfigService::CallbackService {
 public:
  explicit Source(std::uint64_t count) : count_(count) {}
  grpc::ServerWriteReactor<v1::ConfigEvent>* WatchConfig(grpc::CallbackServerContext* /*context*/,
                                                         const v1::WatchConfigRequest* /*request*/) override {
    const auto stream = Stream::Make(
        {.overflow =
             [](const v1::ConfigEvent& last) { return ResourceExhausted(std::to_string(last.revision())); },
         .closed = [this] { ++closed_; }});
    for (std::uint64_t number = 1; number <= count_; ++number) stream->Push(Event(number));
    stream->End(Unavailable("over"));
    stream->Push(Event(0));
    return stream.get();
  }
  int closed() const { return closed_; }

 private:
  const std::uint64_t count_;
  std::atomic<int> closed_{0};
};

/// Reads to the end of a watch; the events come in their order.
grpc::Status ReadAll(Source& source, std::uint64_t& read, bool cancel = false) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&source);
  const auto server = builder.BuildAndStart();
  const auto channel =
      grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials());
  const auto stub = v1::ConfigService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const auto reader = stub->WatchConfig(&context, {});
  v1::ConfigEvent event;
  for (read = 0; reader->Read(&event); ++read) {
    EXPECT_EQ(event.revision(), read + 1);
    if (cancel) context.TryCancel();
  }
  const grpc::Status status = reader->Finish();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (source.closed() == 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  server->Shutdown();
  return status;
}

TEST(EventStream, WritesWhatWaitsBeforeItEnds) {
  Source source(500);
  std::uint64_t read = 0;
  const grpc::Status status = ReadAll(source, read);
  EXPECT_EQ(read, 500u);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(source.closed(), 1);
}

TEST(EventStream, EndsWithAnErrorThatNamesTheLastEventWrittenIfItIsNotReadInTime) {
  Source source(20000);  // all at once, before anybody can read
  std::uint64_t read = 0;
  const grpc::Status status = ReadAll(source, read);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status.error_message(), std::to_string(read));
  EXPECT_GE(read, 1u);
  EXPECT_LT(read, 20000u);
  EXPECT_EQ(source.closed(), 1);
}

TEST(EventStream, IsClosedOnceItsCallerHasGone) {
  Source source(500);
  std::uint64_t read = 0;
  const grpc::Status status = ReadAll(source, read, /*cancel=*/true);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_EQ(source.closed(), 1);
}

}  // namespace
}  // namespace wampgate::management
