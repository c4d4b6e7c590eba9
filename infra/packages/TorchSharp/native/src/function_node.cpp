// Autograd functions written in managed code. Node, collect_next_edges and SavedVariable keep their meaning from
// libtorch 1.13 to 2.x, unlike the helpers behind torch::autograd::Function.
#include "abi.h"
#include "compat.h"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/csrc/autograd/variable.h>

using shim::guarded;
using shim::TensorHandle;
using torch::autograd::SavedVariable;
using torch::autograd::variable_list;

namespace {

// Fills `inputs` with one gradient per tensor input (null for none); a non-zero status is the number under which the managed
// side kept an exception, to be found again in the error text.
using BackwardCallback = int32_t (*)(int64_t id, const TensorHandle* grads, int32_t grad_count, TensorHandle* inputs, int32_t input_count);
using ReleaseCallback = void (*)(int64_t id);

struct ManagedNode final : torch::autograd::Node {
  int64_t id = 0;
  BackwardCallback backward = nullptr;
  ReleaseCallback release = nullptr;
  bool materialize = true;
  std::vector<SavedVariable> saved;
  std::vector<at::TensorOptions> output_options;
  std::vector<std::vector<int64_t>> output_sizes;

  ~ManagedNode() override { release(id); }

  std::string name() const override { return "ManagedFunction"; }

  variable_list apply(variable_list&& grads) override {
    for (size_t i = 0; materialize && i < grads.size(); i++)
      if (!grads[i].defined()) grads[i] = at::zeros(output_sizes[i], output_options[i]);
    std::vector<TensorHandle> handles;
    for (auto& grad : grads) handles.push_back(shim::wrap(grad));
    std::vector<TensorHandle> inputs(num_outputs(), nullptr);
    int32_t status = backward(id, handles.data(), static_cast<int32_t>(handles.size()), inputs.data(), static_cast<int32_t>(inputs.size()));
    variable_list results;
    for (auto* handle : inputs) {
      results.push_back(shim::unwrap_optional(handle));
      if (!handle) continue;
      shim::live_tensors.fetch_sub(1, std::memory_order_relaxed);
      delete handle;
    }
    TORCH_CHECK(status == 0, "managed exception #", status, ";");
    return results;
  }

  void release_variables() override {
    for (auto& variable : saved) variable.reset_data();
  }
};

using NodeHandle = std::shared_ptr<ManagedNode>;

}  // namespace

// `node` is null when grad mode is off or no input requires a gradient.
SHIM_EXPORT int32_t shim_function_node_new(int64_t id, BackwardCallback backward, ReleaseCallback release, int32_t materialize,
                                           const TensorHandle* inputs, int32_t count, NodeHandle** node) {
  return guarded([&] {
    *node = nullptr;
    auto tensors = shim::unwrap_list(inputs, count);
    if (!at::GradMode::is_enabled() || !torch::autograd::compute_requires_grad(tensors)) return;
    auto created = NodeHandle(new ManagedNode(), torch::autograd::deleteNode);
    created->id = id;
    created->backward = backward;
    created->release = release;
    created->materialize = materialize != 0;
    created->set_next_edges(torch::autograd::collect_next_edges(tensors));
    *node = new NodeHandle(std::move(created));
  });
}

// Returns, per output, a tensor of the same data whose history is the node.
SHIM_EXPORT int32_t shim_function_node_attach(NodeHandle* node, const TensorHandle* outputs, int32_t count, TensorHandle* attached) {
  return guarded([&] {
    for (int32_t i = 0; i < count; i++) {
      auto output = outputs[i]->detach();
      if (torch::autograd::isDifferentiableType(output.scalar_type())) torch::autograd::set_history(output, *node);
      else (*node)->add_input_metadata(torch::autograd::Node::undefined_input());
      (*node)->output_options.push_back(output.options());
      (*node)->output_sizes.push_back(output.sizes().vec());
      attached[i] = shim::wrap(output);
    }
  });
}

SHIM_EXPORT int32_t shim_function_node_save(NodeHandle* node, const TensorHandle* tensors, int32_t count) {
  return guarded([&] {
    for (auto& tensor : shim::unwrap_list(tensors, count))
      (*node)->saved.emplace_back(tensor, tensor.defined() && tensor.grad_fn().get() == node->get());
  });
}

// `node` is the address that shim_function_node_address returned; valid while backward runs.
SHIM_EXPORT int32_t shim_function_node_saved(void* address, TensorHandle* tensors) {
  return guarded([&] {
    auto node = std::static_pointer_cast<ManagedNode>(static_cast<ManagedNode*>(address)->shared_from_this());
    for (size_t i = 0; i < node->saved.size(); i++) tensors[i] = shim::wrap(node->saved[i].unpack(node));
  });
}

SHIM_EXPORT void* shim_function_node_address(NodeHandle* node) { return node->get(); }

SHIM_EXPORT void shim_function_node_free(NodeHandle* node) { delete node; }
