#include "net/tls_memory.hpp"

#include <gtest/gtest.h>
#include <malloc.h>
#include <openssl/crypto.h>

#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

namespace wampgate::net {
namespace {

/// What OpenSSL asks for to read a record.
constexpr std::size_t kBuffer = 16 * 1024 + 384;

std::vector<void*> Allocate(std::size_t count, std::size_t size) {
  std::vector<void*> blocks;
  for (std::size_t i = 0; i < count; ++i) blocks.push_back(OPENSSL_malloc(size));
  return blocks;
}

void Free(const std::vector<void*>& blocks) {
  for (void* block : blocks) OPENSSL_free(block);
}

std::size_t InUse() {
  return ::mallinfo2().uordblks + ::mallinfo2().hblkhd;
}

/// OpenSSL takes its functions once, so that each test has a process of its own.
void ExpectInANewProcess(const std::function<void()>& body) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // starts the program anew
  const auto run = [&body] {
    body();
    std::exit(testing::Test::HasFailure() ? 1 : 0);
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(0), "");
}

TEST(TlsMemory, KeepsTwoBuffersAndNoMore) {
  ExpectInANewProcess([] {
    ASSERT_TRUE(KeepTlsBuffers());
    Free(Allocate(1, kBuffer));
    const std::size_t one = InUse();
    Free(Allocate(5, kBuffer));
    const std::size_t two = InUse();
    EXPECT_GE(two, one + kBuffer);
    EXPECT_LT(two, one + 2 * kBuffer);
    Free(Allocate(1, kBuffer + 1000));  // of another size, and kept alike
    EXPECT_EQ(InUse(), two);
  });
}

TEST(TlsMemory, GivesEachBlockOnceAndLargeEnough) {
  ExpectInANewProcess([] {
    ASSERT_TRUE(KeepTlsBuffers());
    Free(Allocate(2, kBuffer));
    const std::vector<void*> blocks = Allocate(4, kBuffer + 1000);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      EXPECT_GE(::malloc_usable_size(blocks[i]), kBuffer + 1000);
      for (std::size_t k = 0; k < i; ++k) EXPECT_NE(blocks[i], blocks[k]);
    }
    Free(blocks);
  });
}

TEST(TlsMemory, LeavesOtherSizesAndOtherThreadsAlone) {
  ExpectInANewProcess([] {
    ASSERT_TRUE(KeepTlsBuffers());
    const std::size_t before = InUse();
    Free(Allocate(3, 100));
    Free(Allocate(3, 100'000));
    EXPECT_EQ(OPENSSL_malloc(0), nullptr);
    OPENSSL_free(OPENSSL_realloc(OPENSSL_malloc(100), 50'000));
    EXPECT_LT(InUse(), before + kBuffer);
    std::thread([] { Free(Allocate(3, kBuffer)); }).join();
    EXPECT_LT(InUse(), before + kBuffer);
  });
}

TEST(TlsMemory, ChangesNothingIfOpenSslIsInUse) {
  ExpectInANewProcess([] {
    OPENSSL_free(OPENSSL_malloc(1));
    EXPECT_FALSE(KeepTlsBuffers());
  });
}

}  // namespace
}  // namespace wampgate::net
