#include "config/vocabulary.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "config/spelling.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::config {
namespace {

/// Every key that the specification names, by the messages whose keys stand in one object (chapters 0.3, 1,
/// 2, 4, 5, 7, appendix G). Objects under keys that are refused or without effect as a whole are not listed.
struct Keys {
  const char* messages;
  const char* keys;
};
constexpr Keys kSpecification[] = {
    {"Node", "$schema version controller workers"},
    {"Controller", "id options manhole connections keyring"},
    {"ProxyWorker Worker", "id options manhole connections routes transports backends"},
    {"RouterWorker Worker", "id options manhole realms transports components connections"},
    {"WorkerOptions",
     "title python pythonpath cpu_affinity env reactor expose_controller expose_shared disabled extra "
     "traceback "
     "shutdown restart"},
    {"ProcessEnvironment", "inherit vars"},
    {"WebTransport Transport", "id endpoint paths options"},
    {"WebOptions", "access_log display_tracebacks hsts hsts_max_age client_timeout"},
    {"WebSocketTransport Transport", "id endpoint url serializers debug debug_traffic options auth cookie"},
    {"RawSocketTransport Transport", "id endpoint serializers debug options auth max_message_size"},
    {"UniversalTransport Transport", "id endpoint rawsocket websocket mqtt web"},
    {"RawSocketTransport", "id type endpoint"},
    {"WebTransport", "id type endpoint"},
    {"WebSocketTesteeTransport Transport", "id endpoint url debug options"},
    {"RawSocketOptions", "max_message_size"},
    {"TcpListen ListenEndpoint", "version port portrange interface backlog shared user_timeout tls"},
    {"ListenTls", "key certificate chain_certificates dhparam ciphers ca_certificates"},
    {"UnixListen ListenEndpoint", "path backlog"},
    {"TcpConnect ConnectEndpoint", "host port version timeout tls"},
    {"ConnectTlsSettings", "hostname ca_certificates trust_root certificate key"},
    {"UnixConnect ConnectEndpoint", "path timeout"},
    {"WebSocketClient ClientTransport",
     "id endpoint url serializers serializer options max_retries max_retry_delay initial_retry_delay "
     "retry_delay_growth retry_delay_jitter proxy headers debug"},
    {"RawSocketClient ClientTransport",
     "id endpoint url serializers serializer options max_retries max_retry_delay initial_retry_delay "
     "retry_delay_growth retry_delay_jitter proxy headers debug"},
    {"WebSocketClientOptions",
     "version utf8validate_incoming accept_masked_server_frames mask_client_frames apply_mask "
     "max_frame_payload_size "
     "max_message_payload_size auto_fragment_size fail_by_drop echo_close_code_reason "
     "server_connection_drop_timeout "
     "open_handshake_timeout close_handshake_timeout tcp_no_delay per_message_compression_offers "
     "per_message_compression_accept auto_ping_interval auto_ping_timeout auto_ping_size "
     "auto_ping_restart_on_any_traffic"},
    {"WebSocketClientOptions",
     "utf8validateIncoming acceptMaskedServerFrames maskClientFrames applyMask maxFramePayloadSize "
     "maxMessagePayloadSize autoFragmentSize failByDrop echoCloseCodeReason serverConnectionDropTimeout "
     "openHandshakeTimeout closeHandshakeTimeout tcpNoDelay perMessageCompressionOffers "
     "perMessageCompressionAccept "
     "autoPingInterval autoPingTimeout autoPingSize autoPingRestartOnAnyTraffic"},
    {"WebSocketOptions",
     "allowed_origins allow_null_origin external_port enable_hybi10 enable_rfc6455 open_handshake_timeout "
     "close_handshake_timeout enable_webstatus validate_utf8 mask_server_frames require_masked_client_frames "
     "apply_mask max_frame_size max_message_size auto_fragment_size fail_by_drop echo_close_codereason "
     "tcp_nodelay "
     "auto_ping_interval auto_ping_timeout auto_ping_size auto_ping_restart_on_any_traffic "
     "enable_flash_policy "
     "flash_policy compression require_websocket_subprotocol show_server_version max_connections"},
    {"WebSocketClientOptions",
     "allowed_origins allow_null_origin external_port enable_hybi10 enable_rfc6455 open_handshake_timeout "
     "close_handshake_timeout enable_webstatus validate_utf8 mask_server_frames require_masked_client_frames "
     "apply_mask max_frame_size max_message_size auto_fragment_size fail_by_drop echo_close_codereason "
     "tcp_nodelay "
     "auto_ping_interval auto_ping_timeout auto_ping_size auto_ping_restart_on_any_traffic "
     "enable_flash_policy "
     "flash_policy compression require_websocket_subprotocol show_server_version"},
    {"RawSocketClientOptions", "max_message_payload_size max_message_size"},
    {"Compression", "deflate"},
    {"Deflate",
     "request_no_context_takeover request_max_window_bits no_context_takeover max_window_bits memory_level"},
    {"Auth", "anonymous ticket wampcra tls cookie cryptosign scram cryptosign-proxy anonymous-proxy"},
    {"StaticAnonymous AnonymousAuth", "realm role authid"},
    {"StaticTicket TicketAuth", "principals"},
    {"TicketPrincipal", "ticket role"},
    {"Connection", "transport auth"},
    {"ConnectionAuth", "cryptosign-proxy anonymous-proxy"},
    {"WorkerBackend", "id realm transport"},
    {"PathBackend", "id realm"},
    {"NotFoundPath Path", "id"},
    {"NestedPath Path", "id paths"},
    {"StaticPath Path", "id directory package resource options"},
    {"StaticOptions", "enable_directory_listing mime_types cache_timeout default_file allow_cross_origin"},
    {"NodeInfoPath Path", "id"},
    {"JsonPath Path", "id value options"},
    {"JsonOptions", "prettify allow_cross_origin discourage_caching"},
    {"RedirectPath Path", "id url"},
    {"WebSocketPath Path", "id url serializers cookie auth options debug"},
    {"WebSocketProxyPath Path", "id url serializers backends options auth cookie"},
    {"WebSocketReverseProxyPath Path", "id url options backend"},
    {"ArchivePath Path",
     "id archive origin download cache default_object object_prefix mime_types hashes options"},
    {"ArchiveOptions", "default_file"},
    {"Realm", "id name roles options store rlinks"},
    {"Role", "id name permissions authorizer"},
    {"Permission", "uri match allow disclose cache validate"},
    {"AllowedActions", "call register publish subscribe"},
    {"Disclosure", "caller publisher"},
};
constexpr Keys kTypesOfSpecification[] = {
    {"Worker", "router container websocket-testee proxy guest"},
    {"Transport", "web websocket rawsocket universal mqtt flashpolicy websocket.testee stream.testee"},
    {"ListenEndpoint", "tcp unix twisted onion"},
    {"ConnectEndpoint", "tcp unix twisted tor"},
    {"ClientTransport", "websocket rawsocket"},
    {"AnonymousAuth", "static dynamic function"},
    {"AnonymousProxyAuth", "static dynamic function"},
    {"TicketAuth", "static dynamic function"},
    {"Path",
     "none path redirect resource reverseproxy nodeinfo json cgi wsgi static websocket "
     "websocket-reverseproxy longpoll "
     "caller publisher webhook archive wap catalog websocket-proxy upload pairme schemadoc"},
};

std::vector<std::string> Words(const char* text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

const Descriptor* MessageNamed(const std::string& name) {
  return v1::Node::descriptor()->file()->pool()->FindMessageTypeByName("wampgate.v1." + name);
}

TEST(Vocabulary, KnowsEveryKeyOfTheSpecification) {
  for (const Keys& entry : kSpecification) {
    for (const std::string& key : Words(entry.keys)) {
      int found = 0;
      for (const std::string& name : Words(entry.messages)) {
        const Descriptor* message = MessageNamed(name);
        ASSERT_NE(message, nullptr) << name;
        found += FindKey(*message, key) || FindVocabularyKey(name, key) != nullptr ? 1 : 0;
      }
      EXPECT_GE(found, 1) << entry.messages << ": " << key;
    }
  }
}

TEST(Vocabulary, KnowsEveryTypeOfTheSpecification) {
  for (const Keys& entry : kTypesOfSpecification) {
    const OneofDescriptor* type = TypeOf(*MessageNamed(entry.messages));
    ASSERT_NE(type, nullptr) << entry.messages;
    for (const std::string& name : Words(entry.keys)) {
      EXPECT_TRUE(MemberOf(*type, name) != nullptr || FindVocabularyType(entry.messages, name) != nullptr)
          << entry.messages << ": " << name;
    }
  }
}

TEST(Vocabulary, KnowsEverySerializerOfTheSpecification) {
  const auto* type = v1::Serializer_descriptor();
  for (const char* name : {"json", "msgpack", "cbor"}) EXPECT_NE(ParseEnum(*type, name), nullptr) << name;
  for (const char* name : {"ubjson", "flatbuffers"}) {
    EXPECT_NE(FindVocabularyValue("Serializer", name), nullptr) << name;
  }
}

TEST(Vocabulary, ListsNothingThatTheSchemaHas) {
  for (const VocabularyEntry& entry : VocabularyKeys()) {
    const Descriptor* message = MessageNamed(std::string(entry.message));
    ASSERT_NE(message, nullptr) << entry.message;
    EXPECT_FALSE(FindKey(*message, entry.key)) << entry.message << ": " << entry.key;
  }
  for (const VocabularyEntry& entry : VocabularyTypes()) {
    const Descriptor* message = MessageNamed(std::string(entry.message));
    ASSERT_NE(message, nullptr) << entry.message;
    EXPECT_EQ(MemberOf(*TypeOf(*message), entry.key), nullptr) << entry.message << ": " << entry.key;
  }
}

TEST(Vocabulary, GivesAReasonForEverythingItDoesNotTake) {
  for (const auto entries : {VocabularyKeys(), VocabularyTypes(), VocabularyValues()}) {
    for (const VocabularyEntry& entry : entries) {
      EXPECT_TRUE(entry.support == Support::kIgnored || entry.reason.size() > 15)
          << entry.message << ": " << entry.key;
    }
  }
}

/// What must never keep a node from starting (issue 2).
TEST(Vocabulary, OnlyWarnsOfWhatIsWithoutEffect) {
  for (const auto& [message, key] :
       {std::pair("Permission", "cache"), std::pair("WorkerOptions", "pythonpath"),
        std::pair("WorkerOptions", "expose_controller"), std::pair("WorkerOptions", "expose_shared"),
        std::pair("WebSocketPath", "debug"), std::pair("WorkerOptions", "reactor"),
        std::pair("WorkerOptions", "cpu_affinity"), std::pair("WebOptions", "display_tracebacks"),
        std::pair("Controller", "manhole"), std::pair("Worker", "manhole")}) {
    const VocabularyEntry* entry = FindVocabularyKey(message, key);
    ASSERT_NE(entry, nullptr) << key;
    EXPECT_EQ(entry->support, Support::kNoEffect) << key;
  }
}

}  // namespace
}  // namespace wampgate::config
