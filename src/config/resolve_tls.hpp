#pragma once

#include <optional>
#include <string>

#include "config/resolve_context.hpp"
#include "net/tls_files.hpp"
#include "wampgate/v1/endpoint.pb.h"
#include "wampgate/v1/management_config.pb.h"

/// The files of TLS as absolute paths (spec 1.10.1, 1.11); none is read.
namespace wampgate::config {

net::TlsServerFiles TlsServerFilesOf(const v1::ListenTls& tls, const Where& where, const Context& context);
/// Without a hostname unless the message has one.
net::TlsClientFiles TlsClientFilesOf(const v1::ConnectTlsSettings& tls, const Where& where,
                                     const Context& context);

/// Nothing where the port speaks no TLS.
std::optional<net::ListenTls> ResolveListenTls(const v1::ListenEndpoint& endpoint, const Where& where,
                                               const Context& context);

/// Nothing where no TLS is spoken. `secure_host`: of a URL "wss://…", which stands for TLS with that name
/// where the endpoint says nothing; empty: there is none.
std::optional<net::ConnectTls> ResolveConnectTls(const v1::ConnectEndpoint& endpoint,
                                                 const std::string& secure_host, const Where& where,
                                                 const Context& context);

/// Of management.http.
net::TlsServerFiles ResolveManagementTls(const v1::ManagementTls& tls, const Where& where,
                                         const Context& context);

/// A path as it stands in the document; empty with an error if it is none.
std::string ResolveFile(const std::string& path, const Where& where, const Context& context);

}  // namespace wampgate::config
