#include "net/stream.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/check.hpp"

namespace wampgate::net {
namespace {

/// A backlog of at most this much moves out of its big block when the peer does not take it.
constexpr std::size_t kSmallRemainder = 4 * 1024;
/// What is read at once behind a long tail, in whose block it goes.
constexpr std::size_t kTailRead = 64 * 1024;

}  // namespace

Stream::Stream(Loop& loop, UniqueFd socket) : loop_(loop), socket_(std::move(socket)) {
  WAMPGATE_CHECK(socket_);
}

Stream::~Stream() {
  Close(CloseHow::kOrderly);
  loop_.Forget(static_cast<Flushable&>(*this));
  loop_.Forget(static_cast<Resumable&>(*this));
}

void Stream::Start(StreamHandler& handler) {
  handler_ = &handler;
  end_told_ = false;
  tail_is_new_ = true;
  UpdateInterest();
  if (!tail_.empty() || delivering_ || peer_ended_ || !failure_.ok()) loop_.ResumeLater(*this);
}

void Stream::Stop() {
  handler_ = nullptr;
  UpdateInterest();
}

void Stream::Unread(std::string_view octets) {
  if (!is_open() || octets.empty()) return;
  ByteBuffer joined;
  std::memcpy(joined.Reserve(octets.size() + tail_.size()), octets.data(), octets.size());
  joined.Commit(octets.size());
  joined.Append(tail_.view());
  joined.Compact();
  tail_ = std::move(joined);
  tail_is_new_ = true;
  loop_.ResumeLater(*this);
}

void Stream::ResumeReading() {
  if (std::exchange(reading_, true) || !is_open()) return;
  UpdateInterest();
  if (tail_.empty() && !delivering_ && !peer_ended_) return;
  tail_is_new_ = true;
  loop_.ResumeLater(*this);
}

void Stream::ShutdownWrite() {
  if (fin_ != FinState::kNone || !is_open()) return;
  fin_ = FinState::kWanted;
  loop_.FlushLater(*this);
}

void Stream::Close(CloseHow how) {
  if (!is_open()) return;
  if (registered_) Deregister();
  if (how == CloseHow::kOrderly && tls_) SayTlsClose();
  if (how == CloseHow::kReset) {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  socket_.Reset();
  output_.Release();
  tail_.Release();
  if (tls_) tls_->Sealed().Release();
  CountBuffered();
}

void Stream::OnReady(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) WriteOut();
  if (!is_open() || (events & ~std::uint32_t{EPOLLOUT}) == 0) return;
  if (reading_ && !peer_ended_ && handler_ != nullptr) {
    Read();
  } else {
    OnPausedReady(events);
  }
}

/// The kernel reports errors and hang-ups whether asked or not, level-triggered.
void Stream::OnPausedReady(std::uint32_t events) {
  if ((events & EPOLLERR) != 0) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return Fail(ErrnoStatus(error, "read"));
  }
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    if (!Outgoing().empty()) return Fail(ErrnoStatus(EPIPE, "write"));
    Deregister();  // until reading resumes: what the peer sent before it left is still to be read
  } else {
    UpdateInterest();
  }
}

void Stream::Read() {
  if (touched_ != nullptr) touched_->Prefetch();
  if (tls_) return ReadTls();
  if (tail_.size() > Loop::kReadHeadroom) return ReadIntoTail();
  char* const buffer = loop_.read_buffer() + Loop::kReadHeadroom;
  const ssize_t got = ::recv(socket_.get(), buffer, Loop::kReadBuffer, 0);
  if (Received(got)) DeliverRead({buffer, static_cast<std::size_t>(got)});
}

void Stream::ReadIntoTail() {
  const ssize_t got = ::recv(socket_.get(), tail_.Reserve(kTailRead), kTailRead, 0);
  if (!Received(got)) return;
  tail_.Commit(static_cast<std::size_t>(got));
  DeliverTail();
}

/// True if `got` octets of input are to be delivered; the end and errors are dealt with.
bool Stream::Received(ssize_t got) {
  if (got > 0) {
    octets_in_ += static_cast<std::uint64_t>(got);
    meter().octets_in += static_cast<std::uint64_t>(got);
    return true;
  }
  if (got == 0) {
    peer_ended_ = true;
    UpdateInterest();
    DeliverEnd();
  } else if (const int error = errno; error != EAGAIN && error != EINTR) {
    if (tail_is_new_ && !tail_.empty()) DeliverTail();
    if (is_open()) Fail(ErrnoStatus(error, "read"));
  }
  return false;
}

/// `octets` are in the thread's read buffer, behind the headroom, which has room for the tail.
void Stream::DeliverRead(std::span<char> octets) {
  const std::size_t before = tail_.size();
  char* const begin = octets.data() - before;
  if (before > 0) {
    std::memcpy(begin, tail_.data(), before);
    tail_.Release();
  }
  Deliver({begin, before + octets.size()});
}

/// `octets` are in the thread's read buffer; `tail_` is empty.
void Stream::Deliver(std::span<char> octets) {
  tail_is_new_ = false;
  delivering_ = true;
  const std::size_t consumed = handler_->OnData(octets);
  delivering_ = false;
  WAMPGATE_CHECK(consumed <= octets.size());
  if (is_open()) KeepTail({octets.data() + consumed, octets.size() - consumed});
}

/// The handler sees the tail in a buffer of its own, so that Unread may change `tail_` meanwhile.
void Stream::DeliverTail() {
  ByteBuffer input = std::move(tail_);
  tail_is_new_ = false;
  delivering_ = true;
  const std::size_t consumed = handler_->OnData({input.data(), input.size()});
  delivering_ = false;
  WAMPGATE_CHECK(consumed <= input.size());
  if (!is_open()) return;
  input.Consume(consumed);
  if (!tail_.empty() || input.size() <= Loop::kReadHeadroom) return KeepTail(input.view());
  tail_ = std::move(input);
}

/// What OnData has left goes behind what it has put back with Unread.
void Stream::KeepTail(std::string_view rest) {
  if (rest.empty()) return;
  if (tail_.empty()) return tail_.Assign(rest);
  tail_.Append(rest);
}

void Stream::Resume() {
  if (!is_open() && !failure_.ok() && handler_ != nullptr) {
    return handler_->OnError(std::exchange(failure_, OkStatus()));
  }
  if (!is_open() || !reading_ || handler_ == nullptr) return;
  if (tail_is_new_ && !tail_.empty()) DeliverTail();
  if (peer_ended_) DeliverEnd();
}

void Stream::DeliverEnd() {
  if (tail_is_new_ && !tail_.empty() && reading_) DeliverTail();
  if (!is_open() || !reading_ || end_told_) return;
  // A new owner that has just taken over gets its octets and the end in its own turn.
  if (tail_is_new_ && !tail_.empty()) return loop_.ResumeLater(*this);
  end_told_ = true;
  handler_->OnEnd();
}

void Stream::Flush() {
  if (!is_open()) return output_.Release();
  // With a backlog the Poller says when there is room.
  if ((interest_ & EPOLLOUT) != 0) return CountBuffered();
  WriteOut();
}

void Stream::Write(std::string_view octets) {
  ByteBuffer& output = Output();
  // Whoever saw so much waits for OnDrained, and it may be gone before the turn ends.
  if (pending() > high_) above_high_ = true;
  const bool has_backlog = (interest_ & EPOLLOUT) != 0;
  if (has_backlog || !is_open()) return output.Append(octets);
  if (tls_) return WriteTls(octets);
  std::array<iovec, 2> parts{iovec{output.data(), output.size()},
                             iovec{const_cast<char*>(octets.data()), octets.size()}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  const ssize_t taken = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
  if (taken < 0 && errno != EAGAIN && errno != EINTR) return FailLater(ErrnoStatus(errno, "write"));
  if (taken > 0) {
    CountSent(static_cast<std::size_t>(taken));
    const std::size_t queued = std::min(static_cast<std::size_t>(taken), output.size());
    output.Consume(queued);
    octets.remove_prefix(static_cast<std::size_t>(taken) - queued);
  }
  output.Append(octets);
  if (!octets.empty()) UpdateInterest();  // it has a backlog now: the Poller says when there is room
}

void Stream::WriteOut() {
  if (pending() > high_) above_high_ = true;
  if (tls_) {
    if (!SealAndSend()) return;
  } else if (!Send(output_)) {
    return;
  }
  CountBuffered();
  if (fin_ == FinState::kWanted && NothingLeftToSay()) {
    fin_ = FinState::kSent;
    ::shutdown(socket_.get(), SHUT_WR);
  }
  UpdateInterest();
  if (above_high_ && pending() <= low_) {
    above_high_ = false;
    if (is_open() && handler_ != nullptr) handler_->OnDrained();
  }
}

/// As much of `octets` as the kernel takes; false if the stream has failed.
bool Stream::Send(ByteBuffer& octets) {
  const auto taken = Offer(octets.view());
  if (!taken.ok()) {
    Fail(taken.status());
    return false;
  }
  octets.Consume(*taken);
  if (octets.empty()) {
    octets.Release();
  } else if (octets.size() <= kSmallRemainder) {
    octets.Compact();
  }
  return true;
}

/// How many of `octets` the kernel takes now.
StatusOr<std::size_t> Stream::Offer(std::string_view octets) {
  ssize_t taken = 0;
  while (!octets.empty() && (taken = ::send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL)) < 0) {
    if (errno == EAGAIN) return std::size_t{0};
    if (errno != EINTR) return ErrnoStatus(errno, "write");
  }
  CountSent(static_cast<std::size_t>(taken));
  return static_cast<std::size_t>(taken);
}

void Stream::CountSent(std::size_t octets) {
  octets_out_ += octets;
  meter().octets_out += octets;
}

void Stream::SetPeerKind(PeerKind kind) {
  meter().buffered -= counted_;
  peer_kind_ = kind;
  meter().buffered += counted_;
}

void Stream::CountBuffered() {
  meter().buffered += pending() - counted_;
  counted_ = pending();
}

void Stream::UpdateInterest() {
  if (!is_open()) return;
  const bool wants_input = handler_ != nullptr && reading_ && !peer_ended_;
  const std::uint32_t wanted = (wants_input ? EPOLLIN : 0u) | (Outgoing().empty() ? 0u : EPOLLOUT);
  if (registered_) {
    if (wanted != interest_) loop_.poller().Modify(socket_.get(), wanted, *this);
  } else if (wanted != 0) {
    registered_ = loop_.poller().Add(socket_.get(), wanted, *this);
    if (!registered_) {
      return FailLater(ErrnoStatus(errno, "watch a socket (limit fs.epoll.max_user_watches?)"));
    }
  }
  interest_ = wanted;
}

void Stream::Deregister() {
  loop_.poller().Remove(socket_.get(), *this);
  registered_ = false;
  interest_ = 0;
}

/// For calls of the owner, inside of which nothing is told.
void Stream::FailLater(Status status) {
  failure_ = std::move(status);
  Close(CloseHow::kOrderly);
  loop_.ResumeLater(*this);
}

void Stream::Fail(const Status& status) {
  Close(CloseHow::kOrderly);
  if (handler_ != nullptr) {
    handler_->OnError(status);
  } else {
    failure_ = status;
  }
}

}  // namespace wampgate::net
