#include "control/channel.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "control/descriptor_passing.hpp"

namespace wampgate::control {
namespace {

constexpr std::size_t kReadSize = 64 * 1024;
// Reads before others get their turn.
constexpr int kReadsPerTurn = 16;

}  // namespace

Channel::Channel(net::Loop& loop, UniqueFd socket, ChannelHandler& handler)
    : loop_(loop), socket_(std::move(socket)), handler_(&handler) {}

Channel::~Channel() {
  CloseSocket();
}

Status Channel::Start() {
  if (!socket_) return FailedPrecondition("the control channel is closed");
  if (!loop_.poller().Add(socket_.get(), EPOLLIN, *this)) {
    socket_.Reset();
    return ResourceExhausted("the kernel refuses to watch the control channel (fs.epoll.max_user_watches)");
  }
  interest_ = EPOLLIN;
  if (!output_.empty()) loop_.FlushLater(*this);
  return OkStatus();
}

Status Channel::Send(const internal::Frame& frame, std::vector<UniqueFd> descriptors) {
  if (!socket_) return Unavailable("the control channel is closed");
  if (output_.size() > kMaxPending) {
    return ResourceExhausted("the other end of the control channel has stopped reading");
  }
  const std::uint64_t start = written_ + output_.size();
  WAMPGATE_RETURN_IF_ERROR(AppendFrame(frame, descriptors.size(), output_));
  std::uint64_t position = start;
  for (auto begin = descriptors.begin(); begin != descriptors.end();) {
    const auto left = static_cast<std::size_t>(descriptors.end() - begin);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(left, kDescriptorsPerMessage));
    Attachment attachment;
    attachment.position = position++;
    attachment.descriptors.assign(std::make_move_iterator(begin), std::make_move_iterator(end));
    attachments_.push_back(std::move(attachment));
    begin = end;
  }
  loop_.FlushLater(*this);
  return OkStatus();
}

void Channel::Close() {
  if (socket_ && interest_ != 0) static_cast<void>(Write());
  CloseSocket();
}

void Channel::OnReady(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) Flush();
  if (socket_ && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) Read();
}

void Channel::Flush() {
  if (!socket_ || interest_ == 0) return;
  if (Status status = Write(); !status.ok()) {
    Fail(status);
    return;
  }
  UpdateInterest();
}

Status Channel::Write() {
  while (!output_.empty()) {
    std::span<const UniqueFd> descriptors;
    std::size_t size = output_.size();
    const bool attached = !attachments_.empty() && attachments_.front().position == written_;
    if (attached) descriptors = attachments_.front().descriptors;
    if (attachments_.size() > (attached ? 1U : 0U)) {
      size = std::min<std::size_t>(size, attachments_[attached ? 1 : 0].position - written_);
    }
    const ssize_t sent = SendOctets(socket_.get(), {output_.data(), size}, descriptors);
    if (sent < 0) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) return OkStatus();
      return ErrnoStatus(errno, "writing to the control channel");
    }
    if (attached) attachments_.pop_front();
    written_ += static_cast<std::uint64_t>(sent);
    output_.Consume(static_cast<std::size_t>(sent));
  }
  return OkStatus();
}

void Channel::UpdateInterest() {
  const std::uint32_t wanted = EPOLLIN | (output_.empty() ? 0U : EPOLLOUT);
  if (wanted == interest_) return;
  interest_ = wanted;
  loop_.poller().Modify(socket_.get(), wanted, *this);
}

void Channel::Read() {
  for (int i = 0; i < kReadsPerTurn && socket_; ++i) {
    char* room = input_.Reserve(kReadSize);
    const Received received = ReceiveOctets(socket_.get(), {room, kReadSize}, received_);
    if (received.octets < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (received.octets < 0) return Fail(ErrnoStatus(errno, "reading from the control channel"));
    if (received.octets == 0) return Fail(Unavailable("the other end closed the control channel"));
    if (received.truncated) {
      return Fail(ResourceExhausted("out of file descriptors while receiving sockets (raise RLIMIT_NOFILE)"));
    }
    input_.Commit(static_cast<std::size_t>(received.octets));
    if (!Decode()) return;
  }
  if (input_.empty()) input_.Release();
}

// False once the channel is closed.
bool Channel::Decode() {
  while (true) {
    StatusOr<std::optional<FrameReader::Result>> next = reader_.Next(input_);
    if (!next.ok()) {
      Fail(next.status());
      return false;
    }
    if (!next->has_value()) break;
    FrameReader::Result& result = **next;
    if (received_.size() < result.descriptors) {
      Fail(InvalidArgument("a control frame came without the descriptors it announces"));
      return false;
    }
    const auto end = received_.begin() + static_cast<std::ptrdiff_t>(result.descriptors);
    std::vector<UniqueFd> descriptors(std::make_move_iterator(received_.begin()),
                                      std::make_move_iterator(end));
    received_.erase(received_.begin(), end);
    handler_->OnFrame(result.frame, descriptors);
    if (!socket_) return false;
  }
  if ((input_.empty() && !received_.empty()) || received_.size() > kMaxDescriptors) {
    Fail(InvalidArgument("descriptors came that no control frame announces"));
    return false;
  }
  return true;
}

void Channel::Fail(const Status& reason) {
  CloseSocket();
  handler_->OnChannelClosed(reason);
}

void Channel::CloseSocket() {
  loop_.Forget(*this);
  if (!socket_) return;
  if (interest_ != 0) loop_.poller().Remove(socket_.get(), *this);
  interest_ = 0;
  socket_.Reset();
  received_.clear();
  attachments_.clear();
  input_.Release();
  output_.Release();
}

}  // namespace wampgate::control
