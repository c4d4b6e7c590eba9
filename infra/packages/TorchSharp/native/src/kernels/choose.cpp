#include "../abi.h"
#include "loops.h"

extern "C" {
const shim::LoopTable* shim_loops_base();
#ifdef SHIM_X86
const shim::LoopTable* shim_loops_avx2();
const shim::LoopTable* shim_loops_avx512();
#ifdef SHIM_AVX512_BF16
const shim::LoopTable* shim_loops_avx512bf16();
#endif
#endif
}

namespace shim {

const LoopTable& loops() {
  static const LoopTable* chosen = [] {
#ifdef SHIM_X86
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
#ifdef SHIM_AVX512_BF16
    if (avx512 && __builtin_cpu_supports("avx512bf16")) return shim_loops_avx512bf16();
#endif
    if (avx512) return shim_loops_avx512();
    if (avx2) return shim_loops_avx2();
#endif
    return shim_loops_base();
  }();
  return *chosen;
}

}  // namespace shim

SHIM_EXPORT const char* shim_kernels_name() { return shim::loops().name; }
