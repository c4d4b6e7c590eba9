// Cross-entropy of a frozen head in chunks of rows. The gradient of a row's loss with respect to its state is known up to the
// factor that arrives in backward, so it is computed while the logits are at hand, and no logits are kept.
#include "common.h"

#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

using namespace shim;

namespace {

// 128 rows of 8,192 float32 logits are 4 MB.
constexpr int64_t kRows = 128;

struct CrossEntropy : torch::autograd::Function<CrossEntropy> {
  static variable_list forward(AutogradContext* ctx, at::Tensor hidden, at::Tensor head, at::Tensor targets, double soft_cap, double smoothing,
                               bool wants_gradient) {
    int64_t rows = hidden.size(0), vocabulary = head.size(0);
    auto floats = hidden.options().dtype(at::kFloat);
    auto loss = at::empty({rows}, floats), entropy = at::empty({rows}, floats), correct = at::empty({rows}, hidden.options().dtype(at::kBool));
    auto dhidden = wants_gradient ? at::empty_like(hidden) : at::Tensor();
    targets = targets.contiguous();
    auto* ids = targets.data_ptr<int64_t>();
    for (int64_t i = 0; i < rows; i++)
      TORCH_CHECK(ids[i] >= 0 && ids[i] < vocabulary, "target ", ids[i], " of row ", i, " is outside the vocabulary of ", vocabulary);
    for (int64_t start = 0; start < rows; start += kRows) {
      int64_t count = std::min(kRows, rows - start);
      auto logits = at::mm(hidden.narrow(0, start, count), head.t());
      dispatch(hidden, [&](auto* type) {
        using T = LOOP_TYPE(type);
        at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
          int64_t at = start + begin;
          loops_of<T>().cross_entropy(data<T>(logits) + begin * vocabulary, ids + at, data<float>(loss) + at, data<float>(entropy) + at,
                                      data<bool>(correct) + at, end - begin, vocabulary, static_cast<float>(soft_cap), static_cast<float>(smoothing),
                                      wants_gradient);
        });
      });
      if (wants_gradient) {
        auto part = dhidden.narrow(0, start, count);
        at::mm_out(part, logits, head);
      }
    }
    ctx->save_for_backward({dhidden});
    ctx->mark_non_differentiable({entropy, correct});
    return {loss, correct, entropy};
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto stored = ctx->get_saved_variables()[0];
    auto factors = grads[0].to(at::kFloat).contiguous();
    auto result = at::empty_like(stored);
    int64_t width = stored.size(1);
    dispatch(stored, [&](auto* type) {
      using T = LOOP_TYPE(type);
      parallel_rows(stored.size(0), width, [&](int64_t begin, int64_t end) {
        loops_of<T>().scale_rows(data<T>(stored) + begin * width, data<float>(factors) + begin, data<T>(result) + begin * width, end - begin, width);
      });
    });
    return {result, {}, {}, {}, {}, {}};
  }
};

}  // namespace

SHIM_EXPORT int32_t shim_kernel_cross_entropy(TensorHandle hidden, TensorHandle head, TensorHandle targets, double soft_cap, double smoothing,
                                              TensorHandle* results) {
  return guarded([&] {
    bool wants_gradient = at::GradMode::is_enabled() && hidden->requires_grad();
    auto outputs = CrossEntropy::apply(hidden->contiguous(), *head, *targets, soft_cap, smoothing, wants_gradient);
    for (int i = 0; i < 3; i++) results[i] = wrap(outputs[i]);
  });
}
