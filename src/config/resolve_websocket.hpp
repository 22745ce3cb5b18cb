#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/resolve_context.hpp"
#include "wamp/serialization.hpp"
#include "wampgate/v1/websocket.pb.h"
#include "websocket/options.hpp"

namespace wampgate::config {

websocket::ServerOptions ResolveServerOptions(const v1::WebSocketOptions& options);

/// All but what comes from the URL and the serializers.
websocket::ClientOptions ResolveClientOptions(const v1::WebSocketClientOptions& options);

/// `fallback` where the message is null; an empty list is an error at `where`.
std::vector<wamp::Serializer> ResolveSerializers(const v1::SerializerList* list,
                                                 std::vector<wamp::Serializer> fallback, const Where& where,
                                                 const Context& context);

/// What clients may speak unless told otherwise.
std::vector<wamp::Serializer> AllSerializers();

wamp::Serializer ResolveSerializer(v1::Serializer serializer);

}  // namespace wampgate::config
