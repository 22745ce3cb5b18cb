#include "http/body_sender.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "base/check.hpp"
#include "base/log.hpp"

namespace wampgate::http {
namespace {

constexpr std::chrono::milliseconds kRetry{50};  // while the helper thread's queue is full

// Source::read is a service's; whatever it throws (memory) ends this body and nothing else.
std::string Read(const Response::Source& source, std::uint64_t offset, std::size_t most) {
  try {
    return source.read(offset, most);
  } catch (const std::exception& e) {
    log::Error("http", "reading a response body failed; the connection is broken off", {{"error", e.what()}});
    return {};
  }
}

}  // namespace

// Outlives the sender while a piece is being read.
struct BodySender::Shared {
  Response::Source source;
  BodySender* owner;  // loop's thread only; null once the sender has gone
};

BodySender::BodySender(net::Loop& loop, Offload& offload, Response::Source source,
                       std::function<void(std::string piece)> on_piece)
    : loop_(loop),
      offload_(offload),
      shared_(std::make_shared<Shared>(Shared{std::move(source), this})),
      on_piece_(std::move(on_piece)),
      length_(shared_->source.length) {}

BodySender::~BodySender() {
  shared_->owner = nullptr;
}

void BodySender::Next() {
  if (reading_ || done()) return;
  const std::uint64_t offset = delivered_;
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(length_ - offset, kPiece));
  auto piece = std::make_shared<std::string>();
  reading_ =
      offload_.Run([shared = shared_, piece, offset, most] { *piece = Read(shared->source, offset, most); },
                   [shared = shared_, piece] {
                     if (shared->owner != nullptr) shared->owner->Deliver(std::move(*piece));
                   });
  if (!reading_) retry_.Start(loop_.timers(), kRetry, [this] { Next(); });
}

void BodySender::Deliver(std::string piece) {
  reading_ = false;
  delivered_ += piece.size();
  WAMPGATE_CHECK(delivered_ <= length_);
  on_piece_(std::move(piece));
}

}  // namespace wampgate::http
