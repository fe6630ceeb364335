// vm/version.h: which Python this is.
#pragma once

namespace ty {

inline constexpr int kVersionMajor = 3, kVersionMinor = 13, kVersionMicro = 5;
inline constexpr unsigned kVersionHex = 0x030d05f0;
inline constexpr char kVersionText[] = "3.13.5";
inline constexpr char kTyphonVersion[] = "0.1.0";

/// sys.version: "3.13.5 experimental free-threading build (main, <date>) [Clang …]".
const char* version_string();

}  // namespace ty
