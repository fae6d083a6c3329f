// HttpClient: sends a body to a URL. libcurl is opened when the first one is made: a program that
// sends nothing does not load it, and runs without it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace codeanatomy::driver {

struct HttpReply {
  int64_t status = 0;
  std::string body;  // at most 64 KiB of it
};

class HttpSender {
 public:
  virtual ~HttpSender() = default;
  /// Waits at most `timeout_ms` for the whole reply. Redirections are replies like others.
  /// Errors TracingFlushFailed: there is no reply; subject: the URL.
  virtual Result<HttpReply> Post(const std::string& url, const std::string& content_type,
                                 const std::string& body, int64_t timeout_ms) = 0;
};

/// Over http and https; proxies and certificates as libcurl finds them.
/// Errors TracingFlushFailed: libcurl.so.4 cannot be opened. Cost about 10 ms for the first one.
Result<std::unique_ptr<HttpSender>> OpenHttpClient();

}  // namespace codeanatomy::driver
