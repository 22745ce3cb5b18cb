// What translating one message costs. The messages are those of a small CALL, a small EVENT and a nested
// result.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/byte_buffer.hpp"
#include "base/utf8.hpp"
#include "wamp/message.hpp"
#include "wamp/transcoder.hpp"

namespace wampgate::wamp {
namespace {

/// 155 octets.
std::string SmallJson() {
  return R"([48,7814135,{"receive_progress":true,"timeout":30000},"com.example.devices.read",["sensor-17",21.5,)"
         R"("2026-01-01T00:00:00Z"],{"unit":"celsius","retries":3,"ok":true}])";
}

/// A list of 24 records: 3.7 KB of nested maps, numbers and short texts.
std::string NestedJson() {
  std::string json = R"([50,7814135,{},[[)";
  for (int i = 0; i < 24; ++i) {
    if (i > 0) json += ',';
    json += R"({"id":)" + std::to_string(1000 + i * 7) + R"(,"name":"device )" + std::to_string(i) +
            R"(","position":{"lat":)" + std::to_string(48.1 + i * 0.01) + R"(,"lon":)" +
            std::to_string(11.5 + i * 0.02) + R"(},"tags":["outdoor","caf\u00e9","battery"],"readings":[)" +
            std::to_string(i) + ",17,42.25,-3],\"on\":" + (i % 2 == 0 ? "true" : "false") + "}";
  }
  return json + "]]]";
}

/// German prose with quotes and line breaks: escapes and UTF-8.
std::string TextJson() {
  std::string json = "[36,1,2,{},[\"";
  for (int i = 0; i < 20; ++i) json += "Die Prüfung der Geräte \\\"im Keller\\\" läuft über Nacht.\\n";
  return json + "\"]]";
}

std::string In(Serializer serializer, const std::string& json) {
  ByteBuffer out;
  if (!Transcode(Serializer::kJson, json, serializer, out).ok()) std::abort();
  return std::string(out.view());
}

enum class Shape { kSmall, kNested, kText };

std::string JsonOf(Shape shape) {
  switch (shape) {
    case Shape::kSmall:
      return SmallJson();
    case Shape::kNested:
      return NestedJson();
    case Shape::kText:
      return TextJson();
  }
  return "";
}

void BM_Transcode(benchmark::State& state, Serializer from, Serializer to, Shape shape) {
  const std::string message = In(from, JsonOf(shape));
  ByteBuffer out;
  out.Reserve(1);
  for (auto _ : state) {
    if (!Transcode(from, message, to, out).ok()) std::abort();
    benchmark::DoNotOptimize(out.data());
    if (out.size() > 32 * 1024) out.Clear();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * message.size()));
  state.counters["octets"] = static_cast<double>(message.size());
}

nlohmann::json Parse(Serializer serializer, const std::string& message) {
  switch (serializer) {
    case Serializer::kJson:
      return nlohmann::json::parse(message);
    case Serializer::kCbor:
      return nlohmann::json::from_cbor(message);
    case Serializer::kMsgpack:
      return nlohmann::json::from_msgpack(message);
  }
  return {};
}

/// What a relay with a document in between does: parse all, write all.
void BM_Document(benchmark::State& state, Serializer from, Serializer to, Shape shape) {
  const std::string message = In(from, JsonOf(shape));
  std::string text;
  std::vector<std::uint8_t> octets;
  for (auto _ : state) {
    const nlohmann::json document = Parse(from, message);
    if (to == Serializer::kJson) {
      benchmark::DoNotOptimize(text = document.dump());
    } else {
      octets.clear();
      to == Serializer::kCbor ? nlohmann::json::to_cbor(document, octets)
                              : nlohmann::json::to_msgpack(document, octets);
      benchmark::DoNotOptimize(octets.data());
    }
  }
}

void BM_PeekType(benchmark::State& state, Serializer serializer) {
  const std::string message = In(serializer, SmallJson());
  for (auto _ : state) benchmark::DoNotOptimize(PeekType(serializer, message));
}

void BM_Envelope(benchmark::State& state, Serializer serializer) {
  const std::string message = In(serializer, SmallJson());
  for (auto _ : state) benchmark::DoNotOptimize(Envelope::Parse(serializer, message));
}

void BM_IsUtf8(benchmark::State& state, const std::string& text) {
  for (auto _ : state) benchmark::DoNotOptimize(IsUtf8(text));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

constexpr auto kJson = Serializer::kJson;
constexpr auto kCbor = Serializer::kCbor;
constexpr auto kMsgpack = Serializer::kMsgpack;

BENCHMARK_CAPTURE(BM_Transcode, json_to_cbor_small, kJson, kCbor, Shape::kSmall);
BENCHMARK_CAPTURE(BM_Transcode, json_to_msgpack_small, kJson, kMsgpack, Shape::kSmall);
BENCHMARK_CAPTURE(BM_Transcode, cbor_to_json_small, kCbor, kJson, Shape::kSmall);
BENCHMARK_CAPTURE(BM_Transcode, msgpack_to_json_small, kMsgpack, kJson, Shape::kSmall);
BENCHMARK_CAPTURE(BM_Transcode, cbor_to_msgpack_small, kCbor, kMsgpack, Shape::kSmall);
BENCHMARK_CAPTURE(BM_Transcode, json_to_cbor_nested, kJson, kCbor, Shape::kNested);
BENCHMARK_CAPTURE(BM_Transcode, cbor_to_json_nested, kCbor, kJson, Shape::kNested);
BENCHMARK_CAPTURE(BM_Transcode, cbor_to_msgpack_nested, kCbor, kMsgpack, Shape::kNested);
BENCHMARK_CAPTURE(BM_Transcode, json_to_cbor_text, kJson, kCbor, Shape::kText);
BENCHMARK_CAPTURE(BM_Transcode, cbor_to_json_text, kCbor, kJson, Shape::kText);
BENCHMARK_CAPTURE(BM_Document, json_to_cbor_small, kJson, kCbor, Shape::kSmall);
BENCHMARK_CAPTURE(BM_Document, json_to_msgpack_small, kJson, kMsgpack, Shape::kSmall);
BENCHMARK_CAPTURE(BM_Document, cbor_to_json_small, kCbor, kJson, Shape::kSmall);
BENCHMARK_CAPTURE(BM_Document, msgpack_to_json_small, kMsgpack, kJson, Shape::kSmall);
BENCHMARK_CAPTURE(BM_Document, cbor_to_msgpack_small, kCbor, kMsgpack, Shape::kSmall);
BENCHMARK_CAPTURE(BM_Document, json_to_cbor_nested, kJson, kCbor, Shape::kNested);
BENCHMARK_CAPTURE(BM_Document, cbor_to_json_nested, kCbor, kJson, Shape::kNested);
BENCHMARK_CAPTURE(BM_Document, cbor_to_msgpack_nested, kCbor, kMsgpack, Shape::kNested);
BENCHMARK_CAPTURE(BM_PeekType, json, kJson);
BENCHMARK_CAPTURE(BM_PeekType, cbor, kCbor);
BENCHMARK_CAPTURE(BM_PeekType, msgpack, kMsgpack);
BENCHMARK_CAPTURE(BM_Envelope, json, kJson);
BENCHMARK_CAPTURE(BM_Envelope, cbor, kCbor);
BENCHMARK_CAPTURE(BM_IsUtf8, ascii_256, std::string(256, 'a'));
BENCHMARK_CAPTURE(BM_IsUtf8, prose_1180, TextJson());

}  // namespace
}  // namespace wampgate::wamp

BENCHMARK_MAIN();
