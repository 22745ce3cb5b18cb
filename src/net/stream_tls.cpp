#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "net/stream.hpp"

namespace wampgate::net {
namespace {

/// What is encrypted before the kernel is offered it: the rest waits as it is, in one copy. A message of
/// 64 KiB in its frame fits.
constexpr std::size_t kSealAtOnce = 5 * TlsSession::kRecord;
static_assert(kSealAtOnce + 8 * TlsSession::kRecordOverhead < Loop::kReadBuffer);  // the room it is put in
/// The most that may wait for the kernel encrypted, answers to key updates (RFC 8446 4.6.3) included.
constexpr std::size_t kMostSealed = kSealAtOnce + 16 * 1024;
/// What is read at once behind a long tail: with what TLS held back some 64 KiB, for which the tail grows.
constexpr std::size_t kTailRead = 48 * 1024;

}  // namespace

void Stream::StartTls(std::shared_ptr<const TlsContext> context) {
  WAMPGATE_CHECK(handler_ == nullptr && tls_ == nullptr);
  const bool client = context->role() == TlsContext::Role::kClient;
  tls_ = std::make_unique<TlsSession>(std::move(context));
  if (!client) return;
  failure_ = tls_->Begin();
  if (!failure_.ok()) return Close(CloseHow::kReset);  // told of at Start
  loop_.FlushLater(*this);
}

void Stream::ReadTls() {
  if (!tls_->established() && !loop_.MayHandshake()) return;  // ready again in the next batch
  char* const sealed = loop_.sealed_buffer();
  const bool long_tail = tail_.size() > Loop::kReadHeadroom;
  const std::size_t most = long_tail ? kTailRead : Loop::kReadBuffer;
  const ssize_t got = ::recv(socket_.get(), sealed, most, 0);
  if (!Received(got)) return;
  const std::size_t room = most + Loop::kReadSlack;
  char* const plain = long_tail ? tail_.Reserve(room) : loop_.read_buffer() + Loop::kReadHeadroom;
  const bool was_established = tls_->established();
  const TlsSession::Decrypted decrypted =
      tls_->Decrypt({sealed, static_cast<std::size_t>(got)}, {plain, room});
  if (!tls_->Sealed().empty())
    loop_.FlushLater(*this);  // a flight of the handshake, an answer to a key update
  if (!was_established && tls_->established()) {
    tail_.Append({plain, decrypted.octets});
    tail_is_new_ = true;
    if (decrypted.octets > 0 || decrypted.closed) loop_.ResumeLater(*this);
    if (HasToSeal()) loop_.FlushLater(*this);
    peer_ended_ = decrypted.closed;
    handler_->OnSecured();
  } else if (decrypted.octets > 0 && long_tail) {
    tail_.Commit(decrypted.octets);
    DeliverTail();
  } else if (decrypted.octets > 0) {
    DeliverRead({plain, decrypted.octets});
  }
  if (!is_open()) return;
  if (!decrypted.failure.ok()) return FailTls(decrypted.failure);
  if (was_established && tls_->Sealed().size() > kMostSealed) {
    return FailTls(ResourceExhausted("TLS: the peer asks for new keys and does not read the answers"));
  }
  if (decrypted.closed && was_established) {
    peer_ended_ = true;
    UpdateInterest();
    DeliverEnd();
  }
}

/// Like Write, for a stream without backlog.
void Stream::WriteTls(std::string_view octets) {
  // A record for the few octets in front would cost as much as a full one.
  const std::size_t before = output_.size() % TlsSession::kRecord;
  const std::string_view head = octets.substr(0, before == 0 ? 0 : TlsSession::kRecord - before);
  output_.Append(head);
  octets.remove_prefix(head.size());
  if (CanSeal() && output_.size() < kSealAtOnce) {
    const std::string_view piece = octets.substr(0, kSealAtOnce - output_.size());
    if (const Status sent = SendSealed(output_.view(), piece); !sent.ok()) return FailLater(sent);
    output_.Release();
    octets.remove_prefix(piece.size());
  }
  output_.Append(octets);
  if (pending() > 0) UpdateInterest();
}

/// What the kernel takes of what is to be sent, encrypted no sooner than that; false if the stream has
/// failed.
bool Stream::SealAndSend() {
  while (tls_->Sealed().empty() || Send(tls_->Sealed())) {
    if (!CanSeal()) return true;
    if (output_.empty()) {
      if (fin_ != FinState::kWanted || tls_->said_close()) return true;
      tls_->SayClose();
      continue;
    }
    const std::string_view piece = output_.view().substr(0, kSealAtOnce);
    if (const Status sent = SendSealed(piece, {}); !sent.ok()) {
      FailTls(sent);
      return false;
    }
    output_.Consume(piece.size());
    if (!tls_->Sealed().empty()) return true;
  }
  return false;
}

/// Encrypts both, at most kSealAtOnce in all, and offers them to the kernel together; what it does not take
/// waits in Sealed().
Status Stream::SendSealed(std::string_view octets, std::string_view more) {
  const std::span<char> room{loop_.sealed_buffer(), Loop::kReadBuffer};
  WAMPGATE_ASSIGN_OR_RETURN(std::size_t sealed, tls_->Encrypt(octets, room));
  if (!more.empty()) {
    WAMPGATE_ASSIGN_OR_RETURN(const std::size_t rest, tls_->Encrypt(more, room.subspan(sealed)));
    sealed += rest;
  }
  WAMPGATE_ASSIGN_OR_RETURN(const std::size_t taken, Offer({room.data(), sealed}));
  // In a block of its size: a peer that is stuck must not hold more.
  if (taken < sealed) tls_->Sealed().Assign({room.data() + taken, sealed - taken});
  return OkStatus();
}

void Stream::FailTls(const Status& status) {
  const std::string_view alert = tls_->Sealed().view();
  if (!alert.empty()) (void)::send(socket_.get(), alert.data(), alert.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  tls_->Sealed().Release();
  Fail(status);
}

/// RFC 8446 6.1, as far as the kernel takes it at once and nothing is dropped before it.
void Stream::SayTlsClose() {
  if (pending() > 0) return;
  tls_->SayClose();
  const std::string_view goodbye = tls_->Sealed().view();
  if (!goodbye.empty())
    (void)::send(socket_.get(), goodbye.data(), goodbye.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace wampgate::net
