#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/timer_wheel.hpp"
#include "http/access_log.hpp"
#include "http/body_sender.hpp"
#include "http/exchange.hpp"
#include "http/request_parser.hpp"
#include "http/server.hpp"
#include "net/stream.hpp"

namespace wampgate::http {

class Connection;

/// What a connection needs of its server; outlives the connection's open time.
class ConnectionHost {
 public:
  virtual net::Loop& loop() = 0;
  virtual Offload& offload() = 0;
  virtual std::shared_ptr<const Site> site() = 0;
  virtual bool draining() const = 0;
  /// The connection has ended or given its stream away; it is destroyed at the end of the turn.
  virtual void OnGone(Connection& connection) = 0;

 protected:
  ~ConnectionHost() = default;
};

/// One HTTP/1.1 server connection: requests one after the other, each answered before the next is handed out.
/// While it waits for a request it holds neither parser nor buffers. Where only WebSocket is spoken
/// (`only_websocket`) refusals are a status line and nothing else (spec 2.4), and one deadline runs from
/// accept to the whole request, at which the connection is dropped without a word (spec 2.2.4).
class Connection final : public net::Mortal, private net::StreamHandler {
 public:
  Connection(ConnectionHost& host, std::unique_ptr<net::Stream> stream, Security security);
  ~Connection() override;

  void Start();
  /// The server drains: closes now if no request is under way.
  void CloseIfIdle();
  /// Ends without a word to the host.
  void Abandon();

  // For the exchange, once per request.
  void Respond(Response response);
  void RespondVerbatim(const std::string& octets);
  std::unique_ptr<net::Stream> Release();

 private:
  enum class Phase : std::uint8_t {
    kIdle,  ///< between requests
    kHead,  ///< a head has begun to arrive
    kBody,
    kService,  ///< the service has the request
    kSending,  ///< a body is being read and sent
    kBlocked,  ///< the peer must take its responses before its next request is read
    kClosing,  ///< last response sent; waits for the peer to close (lingering close)
    kGone,
  };

  std::size_t OnData(std::span<char> octets) override;
  void OnEnd() override;
  void OnDrained() override;
  void OnError(const Status& status) override;

  bool IsReading() const {
    return phase_ == Phase::kIdle || phase_ == Phase::kHead || phase_ == Phase::kBody;
  }
  std::size_t Step(std::string_view octets);
  void BeginRequest();
  void Dispatch();
  void RefuseRequest(const Refusal& refusal);
  void Settle();

  void SendBody(Response response);
  void OnPiece(std::string piece);
  void FeedBody();
  void FinishResponse();
  void NextRequest();

  void StartClosing();
  void CloseNow(net::Stream::CloseHow how);
  void SetPhase(Phase phase);
  void ArmDeadline();
  void StartDeadline(std::chrono::milliseconds delay);
  std::chrono::milliseconds IdleDelay(const ServerOptions& options) const;
  void OnDeadline();
  void OnIdleDeadline();
  void OnHeadDeadline();
  void OnBodyDeadline();
  void OnSendDeadline();
  void OnClosingDeadline();
  bool PeerTakesOutput();
  std::shared_ptr<const Site> site() const { return site_ != nullptr ? site_ : host_.site(); }

  ConnectionHost& host_;
  net::Loop& loop_;
  std::unique_ptr<net::Stream> stream_;
  std::string peer_;
  std::shared_ptr<const Site> site_;  ///< of the request under way, else null
  std::unique_ptr<RequestParser> parser_;
  std::unique_ptr<AccessRecord> record_;
  std::unique_ptr<BodySender> body_;
  Exchange* exchange_ = nullptr;
  Timer deadline_;
  std::uint64_t octets_mark_ = 0;         ///< octets moved when the peer was last found to make progress
  std::chrono::milliseconds stalled_{0};  ///< while closing: how long it has made none
  std::uint64_t sent_length_ = 0;         ///< of the present response's body
  int status_ = 0;
  int version_ = 11;
  Phase phase_ = Phase::kIdle;
  Security security_;
  bool is_head_ = false;
  bool keep_alive_ = true;
  bool had_request_ = false;
  bool in_data_ = false;
  bool has_backlog_ = false;  ///< octets were left with the stream
  bool peer_ended_ = false;
  bool is_armed_ = false;     ///< the deadline of this phase has been set
  bool was_drained_ = false;  ///< while closing: all had been sent at the last look
};

}  // namespace wampgate::http
