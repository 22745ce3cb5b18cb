#include "rawsocket/handshake.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "net/stream_handshake.hpp"
#include "rawsocket/channel.hpp"
#include "rawsocket/wire.hpp"

namespace wampgate::rawsocket {
namespace {

/// How long a refused client may take to fetch the answer.
constexpr std::chrono::milliseconds kRefusalLinger{1000};

/// Waits for the client's four octets and answers them.
class ServerHandshake final : public net::StreamHandshake<Opened> {
 public:
  ServerHandshake(std::unique_ptr<net::Stream> stream, const ServerOptions& options, Done done)
      : StreamHandshake(std::move(stream), options.handshake_timeout, "the client", "RawSocket",
                        std::move(done)),
        options_(options) {}

 private:
  std::size_t OnData(std::span<char> octets) override {
    if (!refused_.ok()) return octets.size();
    if (octets[0] != kMagic) {
      Finish(InvalidArgument(fmt::format("the client does not speak RawSocket: first octet 0x{:02x}",
                                         static_cast<unsigned char>(octets[0]))));
      return octets.size();
    }
    if (octets.size() < kHandshakeSize) return 0;
    Answer(DecodeHandshake({octets.data(), octets.size()}));  // `this` may be gone now
    return kHandshakeSize;
  }

  void Answer(const Handshake& theirs) {
    if (theirs.reserved != 0) return Refuse(HandshakeError::kReserved, "it used reserved bits");
    const auto serializer = wamp::FromRawSocketId(theirs.serializer);
    if (!serializer || std::ranges::find(options_.serializers, *serializer) == options_.serializers.end()) {
      return Refuse(HandshakeError::kSerializer,
                    fmt::format("serializer {} is not enabled here", theirs.serializer));
    }
    const std::uint8_t length = LengthFor(options_.max_message_size);
    stream().Output().Append(EncodeHandshake({length, theirs.serializer, 0}));
    const ChannelOptions options{OctetsFor(length), OctetsFor(theirs.length), options_.ping_interval,
                                 options_.ping_timeout};
    Finish(Opened{std::make_unique<Channel>(TakeStream(), options), *serializer});
  }

  /// The answer is to arrive: the client's own end is waited for, then told.
  void Refuse(HandshakeError error, std::string_view why) {
    refused_ = InvalidArgument(fmt::format("the client's RawSocket handshake was refused: {}", why));
    stream().Output().Append(EncodeRefusal(error));
    stream().ShutdownWrite();
    SetDeadline(kRefusalLinger);
  }

  Status Broken(const Status& how) override { return refused_.ok() ? how : refused_; }

  ServerOptions options_;
  Status refused_;
};

/// Sends ours, waits for theirs.
class ClientHandshake final : public net::StreamHandshake<Opened> {
 public:
  ClientHandshake(std::unique_ptr<net::Stream> stream, const ClientOptions& options, Done done)
      : StreamHandshake(std::move(stream), options.handshake_timeout, "the backend", "RawSocket",
                        std::move(done)),
        serializer_(options.serializer),
        length_(LengthFor(options.max_message_size)) {
    this->stream().Output().Append(EncodeHandshake({length_, wamp::RawSocketId(serializer_), 0}));
  }

 private:
  std::size_t OnData(std::span<char> octets) override {
    if (octets[0] == kMagic && octets.size() < kHandshakeSize) return 0;
    Conclude({octets.data(), octets.size()});
    return std::min(octets.size(), kHandshakeSize);
  }

  void Conclude(std::string_view octets) {
    if (octets[0] != kMagic) {
      return Finish(Unavailable(fmt::format("the backend does not speak RawSocket: it answered 0x{:02x}",
                                            static_cast<unsigned char>(octets[0]))));
    }
    const Handshake theirs = DecodeHandshake(octets);
    if (theirs.serializer == 0) {
      return Finish(Unavailable(
          fmt::format("the backend refused the RawSocket handshake: {}", Describe(theirs.length))));
    }
    if (theirs.serializer != wamp::RawSocketId(serializer_)) {
      return Finish(Unavailable(
          fmt::format("the backend answered with RawSocket serializer {}, we asked for {} ({})",
                      theirs.serializer, wamp::RawSocketId(serializer_), wamp::Name(serializer_))));
    }
    if (theirs.reserved != 0) {
      return Finish(Unavailable("the backend used reserved bits in its RawSocket handshake"));
    }
    const ChannelOptions options{OctetsFor(length_), OctetsFor(theirs.length), {}, {}};
    Finish(Opened{std::make_unique<Channel>(TakeStream(), options), serializer_});
  }

  wamp::Serializer serializer_;
  std::uint8_t length_;
};

}  // namespace

std::unique_ptr<net::Mortal> AcceptRawSocket(std::unique_ptr<net::Stream> stream,
                                             const ServerOptions& options, OnOpened done) {
  return std::make_unique<ServerHandshake>(std::move(stream), options, std::move(done));
}

std::unique_ptr<net::Mortal> OpenRawSocket(std::unique_ptr<net::Stream> stream, const ClientOptions& options,
                                           OnOpened done) {
  return std::make_unique<ClientHandshake>(std::move(stream), options, std::move(done));
}

}  // namespace wampgate::rawsocket
