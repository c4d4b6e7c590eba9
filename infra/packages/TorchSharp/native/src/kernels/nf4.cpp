#include "nf4.h"

using namespace shim;

namespace {

constexpr int64_t kBlock = 64, kNested = 256;

}  // namespace

void Nf4::restore(at::Tensor& result) const {
  int64_t count = result.numel(), blocks = (count + kBlock - 1) / kBlock;
  dispatch(result, [&](auto* type) {
    using T = LOOP_TYPE(type);
    auto run = [&](const float* factors, int64_t begin, int64_t end) {
      loops_of<T>().nf4(data<uint8_t>(codes) + kBlock / 2 * begin, factors, data<T>(result) + kBlock * begin, 0,
                        std::min(kBlock * end, count) - kBlock * begin);
    };
    // One group of nested scales at a time: its factors stay in the first-level cache.
    at::parallel_for(0, (blocks + kNested - 1) / kNested, 1, [&](int64_t first, int64_t last) {
      float factors[kNested];
      for (int64_t group = first; group < last; group++) {
        int64_t begin = group * kNested, end = std::min(begin + kNested, blocks);
        if (!nested.defined()) {
          run(data<float>(scales) + begin, begin, end);
          continue;
        }
        float factor = data<float>(nested)[group], shift = static_cast<float>(offset);
        for (int64_t i = begin; i < end; i++) factors[i - begin] = data<float>(levels)[data<uint8_t>(scales)[i]] * factor + shift;
        run(factors, begin, end);
      }
    });
  });
}

SHIM_EXPORT int32_t shim_kernel_nf4(TensorHandle codes, TensorHandle scales, TensorHandle nested, TensorHandle levels, double offset,
                                    TensorHandle result) {
  return guarded([&] { Nf4{*codes, *scales, unwrap_optional(nested), unwrap_optional(levels), offset}.restore(*result); });
}
