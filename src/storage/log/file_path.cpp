#include "storage/log/file_path.h"

#include "base/hash.h"
#include "storage/log/snapshot.h"

namespace codeanatomy::storage {
namespace {

constexpr size_t kMaxFolderName = 240;  // file systems stop at 255

bool IsUnreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string Encode(std::string_view text, std::string_view also_plain) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (IsUnreserved(c) || also_plain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kHex[static_cast<unsigned char>(c) >> 4];
      encoded += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  return encoded;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Whether a relative path would leave the folder it starts from.
bool LeavesFolder(std::string_view path) {
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    if (path.substr(0, end) == "..") return true;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return false;
}

}  // namespace

std::string EncodePath(std::string_view path) { return Encode(path, "/="); }

std::string DecodePath(std::string_view path) {
  std::string decoded;
  for (size_t i = 0; i < path.size(); ++i) {
    const int high = path[i] == '%' && i + 2 < path.size() ? HexDigit(path[i + 1]) : -1;
    const int low = high >= 0 ? HexDigit(path[i + 2]) : -1;
    if (low < 0) {
      decoded += path[i];
      continue;
    }
    decoded += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return decoded;
}

std::string PartitionFolder(std::string_view column, const std::optional<std::string>& value) {
  const std::string name = Encode(column, "");
  std::string text = value ? Encode(*value, "") : "__HIVE_DEFAULT_PARTITION__";
  if (value && name.size() + 1 + text.size() > kMaxFolderName) text = StableHash128(*value);
  return (name.size() > kMaxFolderName / 2 ? StableHash128(column) : name) + "=" + text;
}

Result<std::string> LocalPath(const std::string& root, const AddFile& file) {
  std::string path = DecodePath(file.path);
  if (path.starts_with("file:")) {
    // file:/x, file:///x and file://host/x; only paths of this host are files.
    std::string_view local = std::string_view(path).substr(5);
    if (local.starts_with("///")) local.remove_prefix(2);
    if (local.starts_with("/") && !local.starts_with("//")) return std::string(local);
  }
  const size_t colon = path.find(':');
  if (colon != std::string::npos && path.find('/') == colon + 1)
    return Error(ErrorCode::kDeltaFeatureUnsupported,
                 "the table refers to a file that is not a local one", path);
  if (path.starts_with("/")) return path;
  if (path.empty() || path.find('\0') != std::string::npos || LeavesFolder(path))
    return Error(ErrorCode::kDeltaCorrupt, "the table refers to a file outside of its folder",
                 path);
  return JoinPath(root, path);
}

}  // namespace codeanatomy::storage
