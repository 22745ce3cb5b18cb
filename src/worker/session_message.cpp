#include "worker/session_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "wamp/message.hpp"
#include "worker/bounded_text.hpp"

namespace wampgate::worker {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr std::size_t kMostName = 256;
constexpr std::size_t kMostText = 512;

std::string Name(std::string_view text) {
  return BoundedText(text, kMostName);
}

void Set(system_clock::time_point time, google::protobuf::Timestamp& out) {
  const auto since = std::chrono::duration_cast<nanoseconds>(time.time_since_epoch()).count();
  out.set_seconds(since / 1'000'000'000);
  out.set_nanos(static_cast<std::int32_t>(since % 1'000'000'000));
}
void Set(steady_clock::duration duration, google::protobuf::Duration& out) {
  const auto length = std::max<std::int64_t>(0, std::chrono::duration_cast<nanoseconds>(duration).count());
  out.set_seconds(length / 1'000'000'000);
  out.set_nanos(static_cast<std::int32_t>(length % 1'000'000'000));
}

std::string SerializerName(wamp::Serialization serialization) {
  std::string name(wamp::Name(serialization.serializer));
  if (serialization.batching == wamp::Batching::kBatched) name += ".batched";
  return name;
}

std::string SessionName(const wamp::Session& session, const ProcessNames& names) {
  return session.id() == 0 ? std::string() : fmt::format("{}/sessions/{}", names.worker, session.id());
}

v1::EndedSession::Stage ToProto(wamp::SessionStage stage) {
  switch (stage) {
    case wamp::SessionStage::kAccept:
      return v1::EndedSession::ACCEPT;
    case wamp::SessionStage::kTls:
      return v1::EndedSession::TLS;
    case wamp::SessionStage::kUpgrade:
      return v1::EndedSession::UPGRADE;
    case wamp::SessionStage::kHello:
      return v1::EndedSession::HELLO;
    case wamp::SessionStage::kAuth:
      return v1::EndedSession::AUTH;
    case wamp::SessionStage::kRoute:
      return v1::EndedSession::ROUTE;
    case wamp::SessionStage::kJoin:
      return v1::EndedSession::JOIN;
    case wamp::SessionStage::kOpen:
      return v1::EndedSession::OPEN;
  }
  return v1::EndedSession::STAGE_UNSPECIFIED;
}

void AddMethods(std::string_view list, v1::EndedSession& ended) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    ended.add_authmethods(Name(list.substr(0, comma)));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

}  // namespace

void FillSession(const wamp::Session& from, const ProcessNames& names, v1::Session& session) {
  const wamp::SessionFacts facts = from.facts();
  const auto age = steady_clock::now() - facts.began;
  session.Clear();
  session.set_name(SessionName(from, names));
  session.set_process(names.process);
  session.set_realm(Name(from.realm()));
  session.set_role(Name(facts.role));
  session.set_authid(Name(facts.authid));
  session.set_authmethod(Name(facts.authmethod));
  session.set_transport(from.details().transport);
  session.set_peer(Name(from.details().peer));
  session.set_user_agent(Name(from.details().user_agent));
  session.set_framing(from.details().channel_framing);
  if (facts.client) session.set_client_serializer(SerializerName(*facts.client));
  session.set_backend(std::string(from.backend()));
  if (facts.backend) session.set_backend_serializer(SerializerName(*facts.backend));
  Set(system_clock::now() - std::chrono::duration_cast<system_clock::duration>(age),
      *session.mutable_start_time());
  Set(age, *session.mutable_age());
  Set(steady_clock::now() - facts.last_message, *session.mutable_idle());
  session.set_messages_from_client(facts.traffic.messages_in);
  session.set_messages_to_client(facts.traffic.messages_out);
  session.set_octets_from_client(facts.traffic.octets_in);
  session.set_octets_to_client(facts.traffic.octets_out);
  session.set_buffered_to_client(facts.buffered_to_client);
  session.set_buffered_to_backend(facts.buffered_to_backend);
}

void FillRefused(const wamp::TransportDetails& from, const wamp::SessionOutcome& end,
                 const ProcessNames& names, v1::EndedSession& ended) {
  ended.Clear();
  Set(system_clock::now(), *ended.mutable_end_time());
  ended.set_process(names.process);
  ended.set_peer(Name(from.peer));
  ended.set_transport(from.transport);
  ended.set_stage(ToProto(end.stage));
  ended.set_reason(std::string(wampgate::Name(end.reason)));
  ended.set_detail(BoundedText(end.detail, kMostText));
  AddMethods(end.authmethods, ended);
  ended.set_backend(std::string(end.backend));
  ended.set_backend_reason(Name(end.backend_reason));
  ended.set_backend_message(BoundedText(end.backend_message, kMostText));
}

void FillEnded(const wamp::Session& from, const wamp::SessionOutcome& end, const ProcessNames& names,
               v1::EndedSession& ended) {
  FillRefused(from.details(), end, names, ended);
  const wamp::SessionFacts facts = from.facts();
  ended.set_session(SessionName(from, names));
  ended.set_realm(Name(from.realm()));
  ended.set_role(Name(facts.role));
  ended.set_authid(Name(facts.authid));
  ended.set_authmethod(Name(facts.authmethod));
  Set(steady_clock::now() - facts.began, *ended.mutable_age());
  ended.set_messages_from_client(facts.traffic.messages_in);
  ended.set_messages_to_client(facts.traffic.messages_out);
}

void FillTraced(const wamp::Session& from, const wamp::TracedMessage& message, const ProcessNames& names,
                v1::TracedMessage& traced) {
  using wamp::MessageType;
  traced.Clear();
  Set(system_clock::now(), *traced.mutable_time());
  traced.set_session(SessionName(from, names));
  traced.set_direction(message.direction == wamp::TracedMessage::Direction::kFromClient
                           ? v1::TracedMessage::FROM_CLIENT
                           : v1::TracedMessage::FROM_BACKEND);
  traced.set_octets(message.size);
  traced.set_serializer(std::string(wamp::Name(message.serializer)));
  traced.set_outcome(BoundedText(message.outcome, kMostText));
  const auto type = wamp::PeekType(message.serializer, message.octets);
  if (!type.ok()) return;
  traced.set_type(std::string(wamp::Name(*type)));
  if (message.octets.size() != message.size) return;  // the rest has not come yet
  const auto envelope = wamp::Envelope::Parse(message.serializer, message.octets);
  if (!envelope.ok()) return;
  const bool is_error = *type == MessageType::kError;
  if (const auto id = envelope->Id(is_error ? 1 : 0); id.ok()) traced.set_request(*id);
  const bool has_uri = *type == MessageType::kCall || *type == MessageType::kPublish ||
                       *type == MessageType::kRegister || *type == MessageType::kSubscribe;
  if (!has_uri && !is_error) return;
  if (const auto uri = envelope->String(is_error ? 3 : 2); uri.ok()) traced.set_uri(Name(*uri));
}

}  // namespace wampgate::worker
