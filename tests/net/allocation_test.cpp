#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "net/socket_pair.hpp"
#include "net/stream.hpp"
#include "support/run_until.hpp"

namespace {
std::atomic<long> allocations{0};
}  // namespace

// Counts every allocation of this test program.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* block = std::malloc(size)) return block;
  std::abort();
}
void operator delete(void* block) noexcept {
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
  std::free(block);
}

namespace wampgate::net {
namespace {

struct Echo final : StreamHandler {
  Echo(Loop& loop, UniqueFd socket) : stream(loop, std::move(socket)) { stream.Start(*this); }
  std::size_t OnData(std::span<char> octets) override {
    ++rounds;
    stream.Output().Append({octets.data(), octets.size()});
    return octets.size();
  }
  void OnEnd() override {}
  void OnError(const Status&) override {}
  int rounds = 0;
  Stream stream;
};

TEST(Stream, TenThousandEchoRoundTripsAllocateNothing) {
  Loop loop;
  auto [left, right] = MakeSocketPair();
  Echo a(loop, std::move(left));
  Echo b(loop, std::move(right));
  a.stream.Output().Append(std::string(256, 'x'));
  ASSERT_TRUE(test::RunUntil(loop, [&] { return a.rounds >= 100; }));
  const long before = allocations;
  ASSERT_TRUE(test::RunUntil(loop, [&] { return a.rounds >= 10100; }));
  EXPECT_LE(allocations - before, 5) << "per round trip "
                                     << static_cast<double>(allocations - before) / 10000;
}

}  // namespace
}  // namespace wampgate::net
