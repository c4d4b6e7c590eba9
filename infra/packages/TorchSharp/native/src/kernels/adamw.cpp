#include "common.h"

#include <cmath>

using namespace shim;

SHIM_EXPORT int32_t shim_kernel_adamw(const TensorHandle* parameters, const TensorHandle* gradients, const TensorHandle* first, const TensorHandle* second,
                                      int64_t count, double learning_rate, double beta1, double beta2, double epsilon, double weight_decay, int64_t step,
                                      double gradient_scale) {
  return guarded([&] {
    float step_size = static_cast<float>(learning_rate / (1 - std::pow(beta1, step)));
    float correction = static_cast<float>(std::sqrt(1 - std::pow(beta2, step)));
    for (int64_t i = 0; i < count; i++) {
      auto gradient = gradients[i]->contiguous();
      at::parallel_for(0, parameters[i]->numel(), 16384, [&](int64_t begin, int64_t end) {
        loops().plain.adamw(data<float>(*parameters[i]) + begin, data<float>(gradient) + begin, data<float>(*first[i]) + begin,
                            data<float>(*second[i]) + begin, end - begin, static_cast<float>(1 - learning_rate * weight_decay),
                            static_cast<float>(beta1), static_cast<float>(1 - beta1), static_cast<float>(beta2), static_cast<float>(1 - beta2),
                            static_cast<float>(epsilon), step_size, correction, static_cast<float>(gradient_scale));
      });
    }
  });
}
