#include "driver/trace/http_client.h"

#include <utility>

#include <curl/curl.h>
#include <dlfcn.h>
#include <fmt/format.h>

namespace codeanatomy::driver {
namespace {

constexpr const char* kLibrary = "libcurl.so.4";
constexpr size_t kMostReplyBytes = 64 << 10;

/// What is called of libcurl. The header gives the types, the library is found at run time.
struct CurlLibrary {
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_setopt) easy_setopt = nullptr;
  decltype(&curl_easy_perform) easy_perform = nullptr;
  decltype(&curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&curl_easy_strerror) easy_strerror = nullptr;
  decltype(&curl_slist_append) slist_append = nullptr;
  decltype(&curl_slist_free_all) slist_free_all = nullptr;
};

Error CannotSend(std::string message, std::string subject) {
  return Error(ErrorCode::kTracingFlushFailed, std::move(message), std::move(subject));
}

Result<CurlLibrary> OpenLibrary() {
  // Never closed: it keeps state of the process.
  void* handle = dlopen(kLibrary, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    const char* reason = dlerror();
    return CannotSend(fmt::format("libcurl cannot be opened: {}", reason ? reason : "unknown"),
                      kLibrary);
  }
  CurlLibrary curl;
  bool is_whole = true;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
    is_whole = is_whole && function != nullptr;
  };
  find(curl.easy_init, "curl_easy_init");
  find(curl.easy_setopt, "curl_easy_setopt");
  find(curl.easy_perform, "curl_easy_perform");
  find(curl.easy_getinfo, "curl_easy_getinfo");
  find(curl.easy_cleanup, "curl_easy_cleanup");
  find(curl.easy_strerror, "curl_easy_strerror");
  find(curl.slist_append, "curl_slist_append");
  find(curl.slist_free_all, "curl_slist_free_all");
  if (!is_whole) return CannotSend("libcurl lacks a function of the easy interface", kLibrary);
  return curl;
}

size_t KeepReply(char* bytes, size_t size, size_t count, void* reply) {
  auto& body = *static_cast<std::string*>(reply);
  const size_t room = kMostReplyBytes - std::min(kMostReplyBytes, body.size());
  body.append(bytes, std::min(room, size * count));
  return size * count;
}

class CurlClient final : public HttpSender {
 public:
  explicit CurlClient(const CurlLibrary& curl) : curl_(curl) {}

  Result<HttpReply> Post(const std::string& url, const std::string& content_type,
                         const std::string& body, int64_t timeout_ms) override {
    CURL* request = curl_.easy_init();
    if (request == nullptr) return CannotSend("libcurl makes no request", url);
    curl_slist* headers = curl_.slist_append(nullptr, ("Content-Type: " + content_type).c_str());
    HttpReply reply;
    char reason[CURL_ERROR_SIZE] = "";
    const auto set = [&](CURLoption option, auto value) {
      return curl_.easy_setopt(request, option, value) == CURLE_OK;
    };
    const bool is_set = set(CURLOPT_URL, url.c_str()) && set(CURLOPT_PROTOCOLS_STR, "http,https") &&
                        set(CURLOPT_NOSIGNAL, 1L) && set(CURLOPT_HTTPHEADER, headers) &&
                        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size())) &&
                        set(CURLOPT_POSTFIELDS, body.data()) &&
                        set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_ms)) &&
                        set(CURLOPT_ERRORBUFFER, reason) && set(CURLOPT_WRITEDATA, &reply.body) &&
                        set(CURLOPT_WRITEFUNCTION, &KeepReply);
    const CURLcode done = is_set ? curl_.easy_perform(request) : CURLE_BAD_FUNCTION_ARGUMENT;
    long status = 0;
    if (done == CURLE_OK) curl_.easy_getinfo(request, CURLINFO_RESPONSE_CODE, &status);
    curl_.slist_free_all(headers);
    curl_.easy_cleanup(request);
    if (done != CURLE_OK)
      return CannotSend(reason[0] != '\0' ? reason : curl_.easy_strerror(done), url);
    reply.status = status;
    return reply;
  }

 private:
  const CurlLibrary curl_;
};

}  // namespace

Result<std::unique_ptr<HttpSender>> OpenHttpClient() {
  CA_ASSIGN_OR_RETURN(const CurlLibrary curl, OpenLibrary());
  return std::unique_ptr<HttpSender>(new CurlClient(curl));
}

}  // namespace codeanatomy::driver
