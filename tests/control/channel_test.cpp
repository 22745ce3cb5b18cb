#include "control/channel.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "control/descriptor_passing.hpp"

namespace wampgate::control {
namespace {

std::size_t OpenDescriptors() {
  std::size_t count = 0;
  DIR* folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

UniqueFd PipeWith(std::string_view content) {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  EXPECT_EQ(::write(ends[1], content.data(), content.size()), static_cast<ssize_t>(content.size()));
  ::close(ends[1]);
  return UniqueFd(ends[0]);
}

std::string ContentOf(const UniqueFd& fd) {
  char text[64];
  const ssize_t size = ::read(fd.get(), text, sizeof text);
  return {text, size > 0 ? static_cast<std::size_t>(size) : 0};
}

struct Recorder final : ChannelHandler {
  void OnFrame(internal::Frame& frame, std::vector<UniqueFd>& passed) override {
    frames.push_back(frame);
    if (keep) {
      for (UniqueFd& fd : passed) descriptors.push_back(std::move(fd));
    }
    if (on_frame) on_frame();
  }
  void OnChannelClosed(const Status& reason) override {
    EXPECT_FALSE(closed);
    closed = true;
    why = reason;
    if (on_frame) on_frame();
  }
  std::vector<internal::Frame> frames;
  std::vector<UniqueFd> descriptors;
  bool keep = true;
  bool closed = false;
  Status why;
  std::function<void()> on_frame;
};

class ChannelTest : public ::testing::Test {
 protected:
  ChannelTest() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    left_fd_ = ends[0];
    right_fd_ = ends[1];
    left_ = std::make_unique<Channel>(loop_, UniqueFd(ends[0]), left_handler_);
  }
  void MakeRight() { right_ = std::make_unique<Channel>(loop_, UniqueFd(right_fd_), right_handler_); }

  /// Runs the loop until `done` holds; fails after 10 s.
  void RunUntil(std::function<bool()> done) {
    Timer deadline;
    deadline.Start(loop_.timers(), std::chrono::seconds(10), [&] { loop_.Stop(); });
    const auto check = [&] {
      if (done()) loop_.Stop();
    };
    left_handler_.on_frame = right_handler_.on_frame = check;
    if (!done()) loop_.Run();
    left_handler_.on_frame = right_handler_.on_frame = nullptr;
    EXPECT_TRUE(done());
  }

  static internal::Frame Named(const std::string& worker) {
    internal::Frame frame;
    frame.mutable_hello()->set_worker(worker);
    return frame;
  }

  net::Loop loop_;
  Recorder left_handler_;
  Recorder right_handler_;
  int left_fd_ = -1;
  int right_fd_ = -1;
  std::unique_ptr<Channel> left_;
  std::unique_ptr<Channel> right_;
};

TEST_F(ChannelTest, DeliversFramesInOrderWithTheirOwnDescriptors) {
  MakeRight();
  ASSERT_TRUE(left_->Start().ok());
  ASSERT_TRUE(right_->Start().ok());
  std::vector<UniqueFd> first;
  first.push_back(PipeWith("one"));
  first.push_back(PipeWith("two"));
  std::vector<UniqueFd> third;
  third.push_back(PipeWith("three"));
  ASSERT_TRUE(left_->Send(Named("a"), std::move(first)).ok());
  ASSERT_TRUE(left_->Send(Named("b")).ok());
  ASSERT_TRUE(left_->Send(Named("c"), std::move(third)).ok());
  RunUntil([&] { return right_handler_.frames.size() == 3; });
  EXPECT_EQ(right_handler_.frames[1].hello().worker(), "b");
  ASSERT_EQ(right_handler_.descriptors.size(), 3u);
  EXPECT_EQ(ContentOf(right_handler_.descriptors[0]), "one");
  EXPECT_EQ(ContentOf(right_handler_.descriptors[1]), "two");
  EXPECT_EQ(ContentOf(right_handler_.descriptors[2]), "three");
}

TEST_F(ChannelTest, PassesMoreDescriptorsThanOneSystemCallTakes) {
  MakeRight();
  ASSERT_TRUE(left_->Start().ok());
  ASSERT_TRUE(right_->Start().ok());
  std::vector<UniqueFd> many;
  for (std::size_t i = 0; i < 2 * kDescriptorsPerMessage + 1; ++i)
    many.push_back(PipeWith(std::to_string(i)));
  ASSERT_TRUE(left_->Send(Named("a"), std::move(many)).ok());
  RunUntil([&] { return right_handler_.frames.size() == 1; });
  ASSERT_EQ(right_handler_.descriptors.size(), 2 * kDescriptorsPerMessage + 1);
  for (std::size_t i = 0; i < right_handler_.descriptors.size(); ++i) {
    ASSERT_EQ(ContentOf(right_handler_.descriptors[i]), std::to_string(i));
  }
}

TEST_F(ChannelTest, CarriesAFrameFarLargerThanTheSocketBuffer) {
  MakeRight();
  ASSERT_TRUE(left_->Start().ok());
  ASSERT_TRUE(right_->Start().ok());
  const std::string large(20 * 1024 * 1024, 'x');
  std::vector<UniqueFd> one;
  one.push_back(PipeWith("behind"));
  ASSERT_TRUE(left_->Send(Named(large)).ok());
  ASSERT_TRUE(left_->Send(Named("after"), std::move(one)).ok());
  RunUntil([&] { return right_handler_.frames.size() == 2; });
  EXPECT_EQ(right_handler_.frames[0].hello().worker().size(), large.size());
  ASSERT_EQ(right_handler_.descriptors.size(), 1u);
  EXPECT_EQ(ContentOf(right_handler_.descriptors[0]), "behind");
  EXPECT_EQ(left_->pending(), 0u);
}

TEST_F(ChannelTest, RefusesAFrameAboveTheBoundAndGoesOn) {
  MakeRight();
  ASSERT_TRUE(left_->Start().ok());
  ASSERT_TRUE(right_->Start().ok());
  EXPECT_EQ(left_->Send(Named(std::string(kMaxFrame + 1, 'x'))).code(), StatusCode::kResourceExhausted);
  ASSERT_TRUE(left_->Send(Named("small")).ok());
  RunUntil([&] { return right_handler_.frames.size() == 1; });
}

TEST_F(ChannelTest, ClosesDescriptorsThatNobodyTakes) {
  MakeRight();
  ASSERT_TRUE(left_->Start().ok());
  ASSERT_TRUE(right_->Start().ok());
  right_handler_.keep = false;
  const std::size_t before = OpenDescriptors();
  std::vector<UniqueFd> one;
  one.push_back(PipeWith("x"));
  ASSERT_TRUE(left_->Send(Named("a"), std::move(one)).ok());
  RunUntil([&] { return right_handler_.frames.size() == 1; });
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST_F(ChannelTest, EndsWhenDescriptorsComeThatNoFrameAnnounces) {
  ASSERT_TRUE(left_->Start().ok());
  const std::size_t before = OpenDescriptors();
  UniqueFd peer(right_fd_);
  {
    ByteBuffer octets;
    ASSERT_TRUE(AppendFrame(Named("a"), 0, octets).ok());
    std::vector<UniqueFd> unannounced;
    unannounced.push_back(PipeWith("x"));
    ASSERT_GT(SendOctets(peer.get(), octets.view(), unannounced), 0);
  }
  RunUntil([&] { return left_handler_.closed; });
  EXPECT_EQ(left_handler_.why.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenDescriptors(), before - 1);  // the channel's own socket
}

TEST_F(ChannelTest, EndsWhenAFrameAnnouncesDescriptorsThatDoNotCome) {
  ASSERT_TRUE(left_->Start().ok());
  UniqueFd peer(right_fd_);
  ByteBuffer octets;
  ASSERT_TRUE(AppendFrame(Named("a"), 1, octets).ok());
  ASSERT_GT(SendOctets(peer.get(), octets.view(), {}), 0);
  RunUntil([&] { return left_handler_.closed; });
  EXPECT_EQ(left_handler_.why.code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(left_handler_.frames.empty());
}

TEST_F(ChannelTest, EndsWithoutLeakWhenTheProcessIsOutOfDescriptors) {
  MakeRight();
  ASSERT_TRUE(left_->Start().ok());
  ASSERT_TRUE(right_->Start().ok());
  std::vector<UniqueFd> several;
  for (int i = 0; i < 8; ++i) several.push_back(PipeWith("x"));
  ASSERT_TRUE(left_->Send(Named("a"), std::move(several)).ok());
  loop_.EndTurn();  // the descriptors are in flight now
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const std::size_t before = OpenDescriptors();
  std::vector<UniqueFd> fill;
  rlimit low = limit;
  low.rlim_cur = before + 20;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  while (true) {
    UniqueFd copy(::dup(right_fd_));
    if (!copy) break;
    fill.push_back(std::move(copy));
  }
  fill.resize(fill.size() - 3);
  RunUntil([&] { return right_handler_.closed; });
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(right_handler_.why.code(), StatusCode::kResourceExhausted);
  fill.clear();
  EXPECT_LE(OpenDescriptors(), before);
}

TEST_F(ChannelTest, SaysWhenTheOtherEndCloses) {
  MakeRight();
  ASSERT_TRUE(left_->Start().ok());
  ASSERT_TRUE(right_->Start().ok());
  ASSERT_TRUE(left_->Send(Named("last")).ok());
  left_->Close();
  RunUntil([&] { return right_handler_.closed; });
  EXPECT_EQ(right_handler_.frames.size(), 1u);
  EXPECT_EQ(right_handler_.why.code(), StatusCode::kUnavailable);
  EXPECT_EQ(right_->Send(Named("x")).code(), StatusCode::kUnavailable);
}

TEST_F(ChannelTest, StopsQueueingForAPeerThatDoesNotRead) {
  ASSERT_TRUE(left_->Start().ok());
  const UniqueFd peer(right_fd_);
  const internal::Frame large = Named(std::string(16 * 1024 * 1024, 'x'));
  Status status;
  for (int i = 0; i < 20 && status.ok(); ++i) status = left_->Send(large);
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace wampgate::control
