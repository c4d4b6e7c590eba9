// Differences between libtorch 1.13 and 2.x, in one place.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/version.h>

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 1)
#include <optional>
#define SHIM_TORCH_2_1 1
#endif

namespace shim {

#ifdef SHIM_TORCH_2_1
template <typename T>
using optional = std::optional<T>;
inline constexpr auto nullopt = std::nullopt;
#else
template <typename T>
using optional = c10::optional<T>;
inline constexpr auto nullopt = c10::nullopt;
#endif

}  // namespace shim
