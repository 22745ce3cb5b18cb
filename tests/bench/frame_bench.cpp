// What the frame codecs cost per message beyond copying its octets once.
#include <benchmark/benchmark.h>

#include <cstring>
#include <string>

#include "rawsocket/decoder.hpp"
#include "rawsocket/wire.hpp"
#include "websocket/decoder.hpp"
#include "websocket/encoder.hpp"
#include "websocket/mask.hpp"

namespace wampgate {
namespace {

std::string Payload(std::size_t size) {
  std::string payload;
  while (payload.size() < size) payload += R"([48,7814135,{},"com.myapp.add2",[23,7]])";
  return payload.substr(0, size);
}

/// Sends on what it gets, as the relay does.
class Forward final : public websocket::DecoderSink {
 public:
  Forward(websocket::Encoder& encoder, ByteBuffer& out) : encoder_(encoder), out_(out) {}
  Next OnMessage(MessageKind kind, std::string_view payload) override {
    benchmark::DoNotOptimize(encoder_.WriteMessage(kind, payload, Coalesce::kNo, out_));
    return Next::kGoOn;
  }
  bool OnLargeMessage(MessageKind, std::uint64_t, std::string_view) override { return false; }
  Next OnPart(std::string_view, bool) override { return Next::kGoOn; }
  Next OnControl(websocket::Opcode, std::string_view) override { return Next::kGoOn; }
  Next OnViolation(const websocket::Violation&) override { return Next::kStop; }

 private:
  websocket::Encoder& encoder_;
  ByteBuffer& out_;
};

constexpr int kBatch = 100;  // messages per read

/// Decodes masked text frames in place and encodes each message unmasked into an output buffer.
void BM_WebSocketRelay(benchmark::State& state) {
  websocket::ConnectionOptions client_options;
  client_options.mask = true;
  client_options.validate_utf8 = state.range(1) != 0;
  const websocket::ConnectionOptions options = [&] {
    auto made = client_options;
    made.mask = false;
    return made;
  }();
  websocket::Encoder client(client_options, std::nullopt);
  ByteBuffer wire;
  const std::string payload = Payload(static_cast<std::size_t>(state.range(0)));
  for (int i = 0; i < kBatch; ++i)
    (void)client.WriteMessage(MessageKind::kText, payload, Coalesce::kNo, wire);
  const std::string clean(wire.view());
  std::string input = clean;

  websocket::Decoder decoder(options, std::nullopt);
  websocket::Encoder encoder(options, std::nullopt);
  ByteBuffer out;
  Forward sink(encoder, out);
  for (auto _ : state) {
    std::memcpy(input.data(), clean.data(), clean.size());  // decoding overwrites it; counts as the read
    decoder.Feed({input.data(), input.size()}, sink);
    benchmark::DoNotOptimize(out.data());
    out.Clear();
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(BM_WebSocketRelay)->Args({256, 1})->Args({256, 0})->Args({2800, 1})->Args({16, 1});

/// The copying alone: in, and out.
void BM_TwoCopies(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const std::string clean(size * kBatch, 'x');
  std::string input = clean;
  ByteBuffer out;
  for (auto _ : state) {
    std::memcpy(input.data(), clean.data(), clean.size());
    for (int i = 0; i < kBatch; ++i) out.Append({input.data() + static_cast<std::size_t>(i) * size, size});
    benchmark::DoNotOptimize(out.data());
    out.Clear();
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(BM_TwoCopies)->Arg(16)->Arg(256)->Arg(2800);

void BM_Deflate(benchmark::State& state) {
  websocket::ConnectionOptions options;
  options.require_masked = false;
  websocket::Encoder encoder(options, websocket::DeflateParameters{});
  websocket::Decoder decoder(options, websocket::DeflateParameters{});
  websocket::Encoder plain(options, std::nullopt);
  const std::string payload = Payload(static_cast<std::size_t>(state.range(0)));
  ByteBuffer wire;
  ByteBuffer out;
  Forward sink(plain, out);
  for (auto _ : state) {
    (void)encoder.WriteMessage(MessageKind::kText, payload, Coalesce::kNo, wire);
    decoder.Feed({wire.data(), wire.size()}, sink);
    wire.Clear();
    out.Clear();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Deflate)->Arg(140)->Arg(2800);

class RawForward final : public rawsocket::DecoderSink {
 public:
  explicit RawForward(ByteBuffer& out) : out_(out) {}
  Next OnFrame(rawsocket::FrameType type, std::string_view payload) override {
    rawsocket::EncodeFrameHeader({type, payload.size()}, out_.Reserve(4 + payload.size()));
    out_.Commit(4);
    out_.Append(payload);
    return Next::kGoOn;
  }
  bool OnLargeMessage(std::size_t, std::string_view) override { return false; }
  Next OnPart(std::string_view, bool) override { return Next::kGoOn; }
  void OnViolation(std::string) override {}

 private:
  ByteBuffer& out_;
};

void BM_RawSocketRelay(benchmark::State& state) {
  const std::string payload = Payload(static_cast<std::size_t>(state.range(0)));
  std::string clean;
  for (int i = 0; i < kBatch; ++i) {
    char header[4];
    rawsocket::EncodeFrameHeader({rawsocket::FrameType::kMessage, payload.size()}, header);
    clean.append(header, 4);
    clean += payload;
  }
  std::string input = clean;
  rawsocket::Decoder decoder(1 << 24);
  ByteBuffer out;
  RawForward sink(out);
  for (auto _ : state) {
    std::memcpy(input.data(), clean.data(), clean.size());
    decoder.Feed(input, sink);
    benchmark::DoNotOptimize(out.data());
    out.Clear();
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(BM_RawSocketRelay)->Arg(256);

void BM_Mask(benchmark::State& state) {
  std::string payload(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    websocket::ApplyMask(payload.data(), payload.size(), 0x12345678);
    benchmark::DoNotOptimize(payload.data());
  }
}
BENCHMARK(BM_Mask)->Arg(256)->Arg(65536);

}  // namespace
}  // namespace wampgate

BENCHMARK_MAIN();
