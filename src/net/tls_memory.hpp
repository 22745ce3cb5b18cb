#pragma once

namespace wampgate::net {

/// From now on the buffers that OpenSSL takes for each record and gives back behind it are kept for the next
/// one on the calling thread, instead of going through the allocator: two of 18 KiB at most. Other threads
/// are as before. To be called once, before anything in this process uses OpenSSL (a preloaded library may);
/// false if it is too late, and nothing has changed.
bool KeepTlsBuffers();

}  // namespace wampgate::net
