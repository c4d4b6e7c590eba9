// Threads, BLAS, devices, versions.
#include "abi.h"
#include "compat.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <cstdlib>
#include <sched.h>
#include <torch/csrc/api/include/torch/cuda.h>

using shim::guarded;

// Present when the shim is linked to OpenBLAS; the loader keeps its symbols out of the global scope, so no dlsym.
extern "C" {
__attribute__((weak)) void openblas_set_num_threads(int count);
__attribute__((weak)) char* openblas_get_config();
}

namespace {

void set_threads(int count) {
  at::set_num_threads(count);
  // OpenBLAS keeps a pool of its own; one count for both avoids oversubscription.
  if (openblas_set_num_threads) openblas_set_num_threads(count);
}

// libtorch counts physical cores, which is 1 on a small virtual machine; use what this process may run on instead.
__attribute__((constructor)) void choose_threads() {
  if (std::getenv("OMP_NUM_THREADS")) return;
  cpu_set_t allowed;
  int count = sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? CPU_COUNT(&allowed) : 0;
  if (count > 0) set_threads(count);
}

}  // namespace


SHIM_EXPORT const char* shim_torch_version() { return TORCH_VERSION; }

SHIM_EXPORT const char* shim_build_configuration() {
  static const std::string text = at::show_config();
  return text.c_str();
}

// One line for the log of whoever starts to compute.
SHIM_EXPORT const char* shim_runtime_report() {
  thread_local std::string text;
  text = std::string("libtorch ") + TORCH_VERSION + ", threads " + std::to_string(at::get_num_threads()) + ", BLAS " +
         (openblas_get_config ? openblas_get_config() : "of the linked libtorch")
#ifdef SHIM_DNNL
         + std::string(", float32 products by oneDNN")
#endif
      ;
  return text.c_str();
}

SHIM_EXPORT int32_t shim_threads() { return at::get_num_threads(); }
SHIM_EXPORT int32_t shim_interop_threads() { return at::get_num_interop_threads(); }

SHIM_EXPORT int32_t shim_set_threads(int32_t count) {
  return guarded([&] { set_threads(count); });
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
