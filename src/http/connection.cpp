#include "http/connection.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "base/check.hpp"
#include "base/log.hpp"
#include "http/pages.hpp"
#include "http/response_head.hpp"

namespace wampgate::http {
namespace {

constexpr std::size_t kLowWatermark = 64 * 1024;
constexpr std::size_t kHighWatermark = 256 * 1024;  // of unsent octets: no further request or piece

}  // namespace

Connection::Connection(ConnectionHost& host, std::unique_ptr<net::Stream> stream, Security security)
    : host_(host),
      loop_(host.loop()),
      stream_(std::move(stream)),
      peer_(net::PeerName(stream_->fd())),
      security_(security) {}

Connection::~Connection() {
  Abandon();
}

void Connection::Start() {
  stream_->SetWatermarks(kLowWatermark, kHighWatermark);
  ArmDeadline();
  stream_->Start(*this);
}

void Connection::CloseIfIdle() {
  if (phase_ == Phase::kIdle) StartClosing();
}

void Connection::Abandon() {
  phase_ = Phase::kGone;
  deadline_.Stop();
  if (exchange_ != nullptr) std::exchange(exchange_, nullptr)->Detach();
  if (stream_ != nullptr && stream_->is_open()) stream_->Close(net::Stream::CloseHow::kOrderly);
}

// --- input

std::size_t Connection::OnData(std::span<char> octets) {
  if (phase_ == Phase::kClosing || phase_ == Phase::kGone) return octets.size();
  in_data_ = true;
  std::string_view rest(octets.data(), octets.size());
  while (IsReading() && !rest.empty()) {
    const std::size_t consumed = Step(rest);
    rest.remove_prefix(consumed);
    if (consumed == 0 && IsReading()) break;
  }
  in_data_ = false;
  if (phase_ == Phase::kClosing) rest = {};
  has_backlog_ = !rest.empty();
  if (has_backlog_ && phase_ != Phase::kGone && !IsReading()) stream_->PauseReading();
  Settle();
  return octets.size() - rest.size();
}

// One step of the request under way, or of a new one. Returns what it consumed.
std::size_t Connection::Step(std::string_view octets) {
  if (parser_ == nullptr) BeginRequest();
  const std::size_t consumed = parser_->Feed(octets);
  switch (parser_->progress()) {
    case RequestParser::Progress::kHead:
      break;
    case RequestParser::Progress::kBody:
      if (parser_->wants_continue() && consumed == octets.size()) {
        stream_->Output().Append("HTTP/1.1 100 Continue\r\n\r\n");
      }
      SetPhase(Phase::kBody);
      break;
    case RequestParser::Progress::kComplete:
      Dispatch();
      break;
    case RequestParser::Progress::kRefused:
      RefuseRequest(parser_->refusal());
      break;
  }
  return consumed;
}

void Connection::BeginRequest() {
  site_ = host_.site();
  parser_ = std::make_unique<RequestParser>(site_->options);
}

void Connection::Dispatch() {
  keep_alive_ = parser_->keep_alive();
  Request request = std::move(parser_->request());
  parser_.reset();
  request.peer = peer_;
  request.is_secure = security_ == Security::kTls;
  request.is_unix = peer_.starts_with("unix");
  is_head_ = request.method == "HEAD";
  version_ = request.version;
  had_request_ = true;
  record_ = NoteAccess(site_->options, request);
  SetPhase(Phase::kService);
  if (request.path == "*") {  // OPTIONS * (RFC 9110 9.3.7)
    Response response;
    response.status = 204;
    response.Set("Allow", "GET, HEAD, POST, OPTIONS");
    return Respond(std::move(response));
  }
  const std::shared_ptr<Service> service = site_->root;
  if (service == nullptr) return Respond(NotFoundPage());
  auto exchange = std::make_shared<Exchange>(loop_, *this);
  exchange_ = exchange.get();
  service->Handle(std::move(request), std::move(exchange));
}

void Connection::RefuseRequest(const Refusal& refusal) {
  Request& request = parser_->request();
  request.peer = peer_;
  is_head_ = request.method == "HEAD";
  record_ = NoteAccess(site_->options, request);
  keep_alive_ = false;
  SetPhase(Phase::kService);
  if (site_->options.only_websocket) {
    return RespondVerbatim(fmt::format("HTTP/1.1 {} {}\r\n\r\n", refusal.status, refusal.text));
  }
  Respond(ErrorPage(refusal.status, refusal.title, refusal.text));
}

// After input or a response: what the connection waits for now.
void Connection::Settle() {
  if (phase_ == Phase::kGone) return;
  const bool has_partial_head = phase_ == Phase::kIdle && has_backlog_ && parser_ != nullptr;
  if (has_partial_head) SetPhase(Phase::kHead);
  if (phase_ == Phase::kIdle) {  // nothing but empty lines came
    parser_.reset();
    site_.reset();
  }
  if (peer_ended_ && IsReading()) return StartClosing();
  ArmDeadline();
}

void Connection::OnEnd() {
  peer_ended_ = true;  // it may still read: what it asked for is answered first
  if (IsReading()) return StartClosing();
  if (phase_ != Phase::kClosing) return;
  if (stream_->pending() == 0) return CloseNow(net::Stream::CloseHow::kOrderly);
  is_armed_ = false;
  ArmDeadline();
}

void Connection::OnError(const Status& status) {
  log::Debug("http", "a connection broke", {{"peer", peer_}, {"error", Message(status)}});
  CloseNow(net::Stream::CloseHow::kReset);
}

// --- output

void Connection::Respond(Response response) {
  exchange_ = nullptr;
  WAMPGATE_CHECK(phase_ == Phase::kService);
  if (host_.draining()) keep_alive_ = false;
  const HeadContext context{site_->options, version_, keep_alive_ ? KeepAlive::kYes : KeepAlive::kNo};
  AppendHead(stream_->Output(), response, context);
  status_ = response.status;
  sent_length_ = 0;
  if (is_head_ || !MayHaveBody(response.status)) return FinishResponse();
  SendBody(std::move(response));
}

void Connection::SendBody(Response response) {
  if (!response.source) {
    sent_length_ = response.body.size();
    stream_->Output().Append(response.body);
    return FinishResponse();
  }
  sent_length_ = response.source->length;
  if (sent_length_ == 0) return FinishResponse();
  SetPhase(Phase::kSending);
  body_ = std::make_unique<BodySender>(loop_, host_.offload(), *std::move(response.source),
                                       [this](std::string piece) { OnPiece(std::move(piece)); });
  body_->Next();
  ArmDeadline();
}

void Connection::OnPiece(std::string piece) {
  if (phase_ != Phase::kSending) return;
  if (piece.empty()) {
    log::Warning("http", "a response was broken off because its source failed or became shorter",
                 {{"peer", peer_}});
    return CloseNow(net::Stream::CloseHow::kReset);
  }
  stream_->Output().Append(piece);
  if (body_->done()) return FinishResponse();
  FeedBody();
}

void Connection::FeedBody() {
  if (stream_->pending() <= kHighWatermark) body_->Next();
}

void Connection::OnDrained() {
  if (phase_ == Phase::kSending) FeedBody();
  if (phase_ == Phase::kBlocked) NextRequest();
}

void Connection::RespondVerbatim(const std::string& octets) {
  exchange_ = nullptr;
  WAMPGATE_CHECK(phase_ == Phase::kService);
  const std::size_t blank = octets.find("\r\n\r\n");
  const std::size_t head = blank == std::string::npos ? octets.size() : blank + 4;
  sent_length_ = is_head_ ? 0 : octets.size() - head;
  stream_->Output().Append(std::string_view(octets).substr(0, head + sent_length_));
  status_ = octets.size() < 12 ? 0 : std::atoi(octets.substr(9, 3).c_str());
  keep_alive_ = false;
  FinishResponse();
}

void Connection::FinishResponse() {
  if (record_ != nullptr) LogAccess(*std::exchange(record_, nullptr), status_, sent_length_);
  if (body_ != nullptr) loop_.DeleteLater(std::move(body_));
  site_.reset();
  if (!keep_alive_) return StartClosing();
  if (stream_->pending() > kHighWatermark) {
    SetPhase(Phase::kBlocked);
    return ArmDeadline();
  }
  NextRequest();
}

void Connection::NextRequest() {
  SetPhase(Phase::kIdle);
  if (in_data_) return;  // OnData goes on with what it has
  if (!stream_->reading()) stream_->ResumeReading();
  if (has_backlog_) {
    ArmDeadline();
    stream_->Start(*this);  // delivers what was left
  } else {
    Settle();
  }
}

std::unique_ptr<net::Stream> Connection::Release() {
  exchange_ = nullptr;
  WAMPGATE_CHECK(phase_ == Phase::kService);
  if (record_ != nullptr) LogAccess(*std::exchange(record_, nullptr), 101, 0);
  SetPhase(Phase::kGone);
  deadline_.Stop();
  if (!stream_->reading()) stream_->ResumeReading();
  std::unique_ptr<net::Stream> stream = std::move(stream_);
  host_.OnGone(*this);
  return stream;
}

// --- the end

void Connection::StartClosing() {
  SetPhase(Phase::kClosing);
  parser_.reset();
  site_.reset();
  if (peer_ended_ && stream_->pending() == 0) return CloseNow(net::Stream::CloseHow::kOrderly);
  if (!stream_->reading()) stream_->ResumeReading();
  stream_->ShutdownWrite();
  ArmDeadline();
}

void Connection::CloseNow(net::Stream::CloseHow how) {
  if (phase_ == Phase::kGone) return;
  if (stream_->is_open()) stream_->Close(how);
  Abandon();
  host_.OnGone(*this);
}

void Connection::SetPhase(Phase phase) {
  const bool was_reading = IsReading();
  const bool is_same = phase == std::exchange(phase_, phase);
  // There is one deadline for the whole request where only WebSocket is spoken.
  const bool goes_on = was_reading && IsReading() && site()->options.only_websocket;
  if (!is_same && !goes_on) is_armed_ = false;
}

}  // namespace wampgate::http
