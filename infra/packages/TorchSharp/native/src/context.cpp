// Threads, BLAS, devices, versions.
#include "abi.h"
#include "compat.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <torch/csrc/api/include/torch/cuda.h>

using shim::guarded;

SHIM_EXPORT const char* shim_torch_version() { return TORCH_VERSION; }

SHIM_EXPORT const char* shim_build_configuration() {
  static const std::string text = at::show_config();
  return text.c_str();
}

SHIM_EXPORT int32_t shim_threads() { return at::get_num_threads(); }
SHIM_EXPORT int32_t shim_interop_threads() { return at::get_num_interop_threads(); }

SHIM_EXPORT int32_t shim_set_threads(int32_t count) {
  return guarded([&] {
    at::set_num_threads(count);
    // OpenBLAS keeps its own pool; one count for both avoids oversubscription.
    using SetThreads = void (*)(int);
    if (auto set = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(count);
  });
}

SHIM_EXPORT int32_t shim_set_interop_threads(int32_t count) {
  return guarded([&] { at::set_num_interop_threads(count); });
}

SHIM_EXPORT int32_t shim_cuda_available() { return torch::cuda::is_available(); }
SHIM_EXPORT int32_t shim_cudnn_available() { return torch::cuda::cudnn_is_available(); }
SHIM_EXPORT int32_t shim_cuda_device_count() { return static_cast<int32_t>(torch::cuda::device_count()); }

SHIM_EXPORT int32_t shim_cuda_synchronize(int32_t device_index) {
  return guarded([&] { torch::cuda::synchronize(device_index); });
}

SHIM_EXPORT int32_t shim_cuda_seed(uint64_t seed, int32_t all) {
  return guarded([&] {
    if (all) torch::cuda::manual_seed_all(seed);
    else torch::cuda::manual_seed(seed);
  });
}

enum Switch : int32_t { kTf32Matmul = 0, kTf32Cudnn, kFp16Reduction, kFlashAttention, kMathAttention, kEfficientAttention };

SHIM_EXPORT int32_t shim_switch(int32_t which) {
  auto& context = at::globalContext();
  switch (which) {
    case kTf32Matmul: return context.allowTF32CuBLAS();
    case kTf32Cudnn: return context.allowTF32CuDNN();
#if TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 9
    case kFp16Reduction: return context.allowFP16ReductionCuBLAS() != at::CuBLASReductionOption::DisallowReducedPrecisionDisallowSplitK;
#else
    case kFp16Reduction: return context.allowFP16ReductionCuBLAS();
#endif
    case kFlashAttention: return context.userEnabledFlashSDP();
    case kMathAttention: return context.userEnabledMathSDP();
#if TORCH_VERSION_MAJOR >= 2
    case kEfficientAttention: return context.userEnabledMemEfficientSDP();
#endif
    default: return 0;
  }
}

SHIM_EXPORT int32_t shim_set_switch(int32_t which, int32_t on) {
  return guarded([&] {
    auto& context = at::globalContext();
    switch (which) {
      case kTf32Matmul: context.setAllowTF32CuBLAS(on != 0); break;
      case kTf32Cudnn: context.setAllowTF32CuDNN(on != 0); break;
      case kFp16Reduction: context.setAllowFP16ReductionCuBLAS(on != 0); break;
      case kFlashAttention: context.setSDPUseFlash(on != 0); break;
      case kMathAttention: context.setSDPUseMath(on != 0); break;
#if TORCH_VERSION_MAJOR >= 2
      case kEfficientAttention: context.setSDPUseMemEfficient(on != 0); break;
#endif
      default: break;
    }
  });
}
