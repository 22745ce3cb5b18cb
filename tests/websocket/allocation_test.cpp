// Counts what the codec allocates: this program's operator new is replaced.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <string>

#include "websocket/decoder.hpp"
#include "websocket/encoder.hpp"
#include "websocket/frames.hpp"
#include "websocket/message_connection.hpp"

namespace {
thread_local long allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace wampgate::websocket::test {
namespace {

/// Sends on what it gets.
class Forward final : public DecoderSink {
 public:
  Forward(Encoder& encoder, Coalesce coalesce) : encoder_(encoder), coalesce_(coalesce) {}
  Next OnMessage(MessageKind kind, std::string_view payload) override {
    EXPECT_TRUE(encoder_.WriteMessage(kind, payload, coalesce_, out));
    ++messages;
    return Next::kGoOn;
  }
  bool OnLargeMessage(MessageKind, std::uint64_t, std::string_view) override { return false; }
  Next OnPart(std::string_view, bool) override { return Next::kGoOn; }
  Next OnControl(Opcode, std::string_view) override { return Next::kGoOn; }
  Next OnViolation(const Violation&) override { return Next::kStop; }

  ByteBuffer out;
  int messages = 0;

 private:
  Encoder& encoder_;
  Coalesce coalesce_;
};

/// Allocations of 100 rounds of decoding `wire` and encoding what it holds, after 10 to warm up.
long Count(const std::string& wire, const std::optional<DeflateParameters>& deflate, Coalesce coalesce) {
  const ConnectionOptions options;
  Decoder decoder(options, deflate);
  Encoder encoder(options, deflate);
  Forward sink(encoder, coalesce);
  std::string input = wire;
  const auto run = [&](int rounds) {
    for (int i = 0; i < rounds; ++i) {
      std::memcpy(input.data(), wire.data(), wire.size());
      EXPECT_EQ(decoder.Feed({input.data(), input.size()}, sink), input.size());
      sink.out.Consume(sink.out.size());
    }
  };
  run(10);
  const long before = allocations;
  run(100);
  const long made = allocations - before;
  EXPECT_GE(sink.messages, 110);
  return made;
}

TEST(SteadyState, AllocatesNothingPerMessage) {
  const std::string payload(300, 'p');
  const std::string fragments = ClientWire({.opcode = 1, .payload = payload, .fin = false}) +
                                ClientWire({.opcode = 9, .payload = "ping"}) +
                                ClientWire({.opcode = 0, .payload = payload});
  const std::string compressed =
      ClientWire({.opcode = 1, .payload = std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7), .rsv = 4});
  for (const auto coalesce : {Coalesce::kNo, Coalesce::kYes}) {
    EXPECT_EQ(Count(Text(payload) + Binary(payload), std::nullopt, coalesce), 0);
    EXPECT_EQ(Count(fragments, std::nullopt, coalesce), 0);
    EXPECT_EQ(Count(compressed, DeflateParameters{}, coalesce), 0);
    EXPECT_EQ(
        Count(compressed,
              DeflateParameters{.deflate_no_context_takeover = true, .inflate_no_context_takeover = true},
              coalesce),
        0);
  }
}

TEST(MessageConnection, IsSmall) {
  EXPECT_LE(sizeof(MessageConnection) + sizeof(net::Stream), 440u);
}

}  // namespace
}  // namespace wampgate::websocket::test
